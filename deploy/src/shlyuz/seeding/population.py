"""Fills a new region's population register: persons by attachment-svc's own import, rights to act for children by the
staff of the provider where each is enrolled, over the public API.

May be repeated: what is there already is left as it is.
"""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from attachment.importing.reading import COLUMNS
from attachment.importing.service import Import
from attachment.roles import roles
from shared.web.platform import open_platform
from shlyuz.seeding import cast
from shlyuz.seeding.seed import SeedRefused, log_in, right
from shlyuz.state import RegionState

if TYPE_CHECKING:
    from attachment.settings import Settings

ENROLLED_ON = "2024-09-02"
_RECORDED = "representation-recorded"


async def seed_register(region: RegionState, settings: "Settings") -> None:
    """Import the cast's inhabitants, and record which parent may apply for which child. Raises SeedRefused."""
    file = region.home / "population.csv"
    _write(file, cast.inhabitants())
    await _take(settings, file, region.home / "population.report.csv")
    file.unlink()
    async with httpx.AsyncClient(base_url=f"{region.url}/api/v1", timeout=30) as http:
        for child in (one for one in cast.inhabitants() if one.parent is not None):
            await _record(http, region, child)


def _write(file: Path, inhabitants: list[cast.Inhabitant]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(_row(each) for each in inhabitants)


def _row(one: cast.Inhabitant) -> Mapping[str, str]:
    names = dict(zip(("surname", "given_name", "patronymic"), one.name, strict=True))
    enrolled = {"provider": one.provider, "attached_on": ENROLLED_ON} if one.provider is not None else {}
    return {"iin": one.iin, **names, "birth_date": one.birth.isoformat(), "sex": one.sex, **one.home, **enrolled}


async def _take(settings: "Settings", file: Path, report: Path) -> None:
    async with open_platform("attachment", settings) as platform:
        importing = Import(database=platform.database, persons=platform.need_persons(), now=datetime.now(UTC))
        progress = await importing.take(file, report)
    if progress.taken < progress.rows:
        raise SeedRefused(f"{report} says why the register did not take everybody")


async def _record(http: httpx.AsyncClient, region: RegionState, child: cast.Inhabitant) -> None:
    token = await log_in(http, _registrar(region, child.provider))
    new: dict[str, Any] = {
        "representative": child.parent,
        "represented": child.iin,
        "kind": "parent",
        "from_on": child.birth.isoformat(),
        "proof": {"code": "birth-certificate", "number": f"11-{child.iin[:6]}"},
    }
    answer = await http.post("/register/representations", json=new, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != httpx.codes.CONFLICT or answer.json()["code"] != _RECORDED:
        right(answer)


def _registrar(region: RegionState, provider: str | None) -> Mapping[str, Any]:
    """Find somebody of the provider's staff who may record such a right."""
    for one in region.people["staff"]:
        if one["bin"] == provider and roles("represent") & set(one["roles"]):
            return dict(one)
    raise SeedRefused("nobody of the staff may record who acts for a child")
