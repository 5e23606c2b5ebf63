"""Fills a new region as its people would: operators, providers and staff by auth-svc's own hand, since before them
nobody can log in; doctors and schedules by each provider's administrator, over the public API.

May be repeated: what is there already is left as it is.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from auth.providers.service import Description
from auth.seeding import Seeding, Wanted, open_seeding
from auth.settings import Settings
from auth.staff.errors import StaffExists
from shared.pki.signing import SigningKey, sign
from shlyuz.seeding import cast
from shlyuz.state import RegionState

PATIENCE = 60.0  # seconds for what was made to reach the other services by event, and for the gateway's first list
PAUSE = 0.3


class SeedRefused(Exception):
    """The region did not take what it is to begin with; `str()` has its answer."""


async def seed_accounts(settings: Settings, people: Mapping[str, Any]) -> None:
    """Make operators, providers and staff, with the passwords that were generated for them."""
    async with open_seeding(settings) as seeding:
        for operator in people["operators"]:
            await seeding.operator(operator["bin"], [operator["region"]])
        for provider in cast.providers():
            await seeding.provider(_description(provider))
        for person in (*people["operators"], *people["staff"]):
            await _account(seeding, person)


async def seed_schedules(region: RegionState) -> None:
    """Let each provider's administrator enter its districts, its doctors and the coming month's schedules."""
    async with httpx.AsyncClient(base_url=f"{region.url}/api/v1", timeout=30) as http:
        for provider in cast.providers():
            person = next(
                one
                for one in region.people["staff"]
                if one["bin"] == provider["bin"] and cast.ADMINISTRATOR in one["roles"]
            )
            await _known(http, provider)
            token = await log_in(http, person)
            http.headers["Authorization"] = f"Bearer {token}"
            for district in provider["districts"]:
                await _district(http, district)
            accounts = cast.visiting(provider)
            for place, doctor in enumerate(provider["doctors"]):
                made = await _schedule(http, provider["bin"], doctor)
                if place in accounts:
                    await _give_account(http, made, accounts[place])
            del http.headers["Authorization"]


async def _account(seeding: Seeding, person: Mapping[str, Any]) -> None:
    try:
        await seeding.staff(
            Wanted(
                iin=person["iin"],
                bin=person["bin"],
                name=person["name"],
                roles=frozenset(person["roles"]),
                password=person["password"],
            )
        )
    except StaffExists:
        return


def _description(provider: Mapping[str, Any]) -> Description:
    return Description(
        bin=provider["bin"],
        region=provider["region"],
        names=provider["names"],
        address=provider["address"],
        zone=cast.ZONE,
        opening_hours=cast.OPENING_HOURS,
        services=tuple(provider["services"]),
        active=True,
    )


async def _known(http: httpx.AsyncClient, provider: Mapping[str, Any]) -> None:
    """Wait until the event about the provider has reached the services that it offers."""
    async with asyncio.timeout(PATIENCE):
        for service in provider["services"]:
            query = {"region": provider["region"], "service": service}
            while True:
                shown = await _get(http, "/providers", query)
                if any(one["bin"] == provider["bin"] for one in shown["items"]):
                    break
                await asyncio.sleep(PAUSE)


async def log_in(http: httpx.AsyncClient, person: Mapping[str, Any]) -> str:
    """Log in with certificate and password; until the gateway has fetched its first list, it asks to try again."""
    key = SigningKey.from_p12(Path(person["p12"]).read_bytes(), person["p12_password"])
    async with asyncio.timeout(PATIENCE):
        while True:
            challenge = right(await http.post("/auth/challenge", json={}))
            signature = sign(b64decode(challenge["document"]), key, at=datetime.now(UTC), detached=True)
            form = {
                "grant_type": "password",
                "username": "",
                "password": person["password"],
                "challenge_id": challenge["challenge_id"],
                "signature": b64encode(signature).decode(),
            }
            answer = await http.post("/auth/token", data=form)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return str(right(answer)["access_token"])
            await asyncio.sleep(PAUSE)


async def _district(http: httpx.AsyncClient, district: Mapping[str, Any]) -> None:
    known = {one["name"] for one in (await _get(http, "/admin/districts"))["items"]}
    if district["name"] not in known:
        right(await http.post("/admin/districts", json=district))


async def _schedule(http: httpx.AsyncClient, provider: str, doctor: Mapping[str, Any]) -> str:
    """Enter a doctor with his week, and give his id."""
    names = ("surname", "given_name", "patronymic")
    known = {
        tuple(one[name] for name in names): one["id"]
        for one in (await _get(http, f"/providers/{provider}/doctors"))["items"]
    }
    who = tuple(doctor[name] for name in names)
    if who not in known:
        new = {name: doctor[name] for name in (*names, "specialty", "room")}
        known[who] = right(await http.post("/admin/doctors", json=new))["id"]
    hours = {name: doctor[name] for name in ("opens", "closes", "slot_minutes")}
    week = {
        "valid_from": datetime.now(UTC).date().isoformat(),
        "receptions": [{"weekday": weekday, **hours} for weekday in range(5)],
    }
    right(await http.put(f"/admin/doctors/{known[who]}/schedule", json=week))
    return str(known[who])


async def _give_account(http: httpx.AsyncClient, doctor: str, member: cast.Member) -> None:
    """Say which of the provider's accounts is the doctor's."""
    staff = (await _get(http, "/admin/staff", {"bin": member.bin or "", "limit": "100"}))["items"]
    account = next(one["account_id"] for one in staff if one["iin"] == member.iin)
    right(await http.patch(f"/admin/doctors/{doctor}", json={"account_id": account}))


async def _get(http: httpx.AsyncClient, path: str, query: Mapping[str, str] | None = None) -> Any:
    return right(await http.get(path, params=query))


def right(answer: httpx.Response) -> Any:
    """Give the answer's JSON. Raises SeedRefused."""
    if not answer.is_success:
        raise SeedRefused(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer.json()
