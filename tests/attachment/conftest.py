"""attachment-svc whole, on a real database, asked as the gateway and the owning services ask it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from attachment.app import create
from attachment.providers import provider_of
from attachment.register.enrolling import Enrolling
from attachment.register.models import PersonalData
from attachment.register.service import Register
from attachment.settings import Settings
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.db import Database
from shared.personal import Keyring
from shared.testing import FixedClock
from shared.testing.authority import Authority
from shared.testing.databases import fresh_database
from shared.testing.identities import iin
from shared.web import Actor, CallerKey, Platform

from .desk import BINS, Desk

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
START = datetime(2026, 4, 6, 4, tzinfo=UTC)  # a Monday, 9:00 in Almaty
TODAY = date(2026, 4, 6)
BORN = date(1990, 5, 14)
_people = count(1)


@dataclass(kw_only=True)
class Attachment:
    """The service running, and the words to ask it."""

    http: httpx.AsyncClient
    platform: Platform
    owner: Database
    callers: dict[str, CallerKey]

    @property
    def office(self) -> Office:
        office: Office = self.platform.resources["office"]
        return office

    def staff(self, role: str = "medical_registrar", at: str = "first") -> Actor:
        return Actor(
            kind="staff", account_id=f"{role}-{at}", session_id="s", iin=iin(birth=date(1975, 2, 3), number=9),
            acr="certificate", bin=BINS[at], roles=frozenset({role}), name="Жақсыбекова Мәншүк",
        )  # fmt: skip

    def citizen(self, own: str) -> Actor:
        return Actor(kind="citizen", account_id="c", session_id="s", iin=own, acr="certificate")

    async def call(
        self, method: str, path: str, body: Any = None, *, by: Actor | None = None, caller: str = "gateway"
    ) -> httpx.Response:
        token = self.callers[caller].sign("attachment", by, now=START)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return await self.http.request(method, path, headers=headers, json=body)

    async def look_up(self, *, by: Actor | None = None, **sought: Any) -> httpx.Response:
        return await self.call("POST", "/register/lookups", sought, by=by or self.staff())

    async def happened(self, person: str, *, by: Actor | None = None, **event: Any) -> httpx.Response:
        given = {"on": str(TODAY), **event}
        return await self.call("POST", f"/register/persons/{person}/events", given, by=by or self.staff())

    async def district(self, *houses: dict[str, Any], name: str = "1", at: str = "first") -> httpx.Response:
        body = {"name": name, "houses": list(houses)}
        return await self.call("POST", "/admin/districts", body, by=self.staff("administrator", at))

    async def add(self, **changes: Any) -> PersonalData:
        """Enter a person who lives at Абай көшесі, 12."""
        born = changes.get("birth_date", BORN)
        values: dict[str, Any] = {
            "iin": iin(birth=born, number=next(_people)), "surname": "Әбдірахманова", "given_name": "Қызғалдақ",
            "patronymic": None, "birth_date": born, "sex": "female", "locality": "Тараз қаласы",
            "street": "Абай көшесі", "house": "12", "flat": "5", "phone": "+77011234567", "language": "kk", **changes,
        }  # fmt: skip
        async with self.platform.database.transaction() as session:
            data = PersonalData(**values)
            await Register(session=session, persons=self.office.persons).add(data, START)
        return data

    async def id_of(self, data: PersonalData) -> UUID:
        async with self.platform.database.transaction() as session:
            known = await Register(session=session, persons=self.office.persons).by_iin(_iin(data))
        assert known is not None
        return known.person.id

    async def enrol(self, data: PersonalData, at: str = "first", on: date = TODAY) -> UUID:
        person = await self.id_of(data)
        async with self.platform.database.transaction() as session:
            enrolling = Enrolling(
                session=session, persons=self.office.persons, outbox=self.office.outbox, now=START
            )  # fmt: skip
            return await enrolling.enrol(person, await provider_of(session, BINS[at]), on)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            return list((await session.execute(text(statement), values)).all())


def _iin(data: PersonalData) -> Any:
    from shared.personal import Iin

    return Iin(data.iin)


def street(side: str = "all", first: str = "1", last: str = "99", **changes: Any) -> dict[str, Any]:
    return {"locality": "Тараз", "street": "Абай көшесі", "side": side, "first": first, "last": last, **changes}


@pytest.fixture(scope="package")
def callers() -> dict[str, CallerKey]:
    return {name: CallerKey.generate(name) for name in ("gateway", "booking")}


@pytest.fixture(scope="package")
def authority() -> Authority:
    return Authority.create(at=START)


@pytest.fixture(scope="package")
async def attachment_database(postgres):
    async with fresh_database(postgres.admin_url, "attachment") as made:
        yield made


@pytest.fixture(scope="package")
async def running(attachment_database, callers, authority, tmp_path_factory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("attachment")
    for name, key in callers.items():
        (folder / f"{name}.pem").write_bytes(key.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    (folder / "seals").mkdir()
    for own in BINS.values():
        (folder / "seals" / f"{own}.p12").write_bytes(authority.seal(bin=own, at=START).p12("secret"))
        (folder / "seals" / f"{own}.pass").write_text("secret")
    settings = Settings(
        env="development", database_url=attachment_database.url, regulations=REGULATIONS, caller_keys=folder,
        personal_key=folder / "personal.json", seals=folder / "seals",
    )  # fmt: skip
    owner, app = Database(attachment_database.owner_url), create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://attachment"
        ) as http,
    ):
        yield app, http, owner
    await owner.close()


@pytest.fixture
async def attachment(running, callers) -> Attachment:
    """The service on a Monday morning, with two providers and nothing else."""
    app, http, owner = running
    async with owner.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        )
        await session.execute(text(f"TRUNCATE {', '.join(tables)}"))
        for name, own in BINS.items():
            await keep(session, _provider(own, "akmola" if name == "akmola" else "zhambyl"))
    app.state.platform = platform = replace(app.state.platform, clock=FixedClock(START))
    return Attachment(http=http, platform=platform, owner=owner, callers=callers)


@pytest.fixture
def desk(attachment, authority) -> Desk:
    """The service, and people who apply and carry out with keys of their own."""
    return Desk(attachment=attachment, authority=authority)


def _provider(own: str, region: str) -> dict[str, Any]:
    week = {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    names = {"kk": "№ 1 емхана", "ru": "Поликлиника № 1"}
    return {
        "bin": own, "region": region, "names": names, "address": names, "zone": "Asia/Almaty",
        "opening_hours": {"week": week}, "services": ["attachment"], "active": True, "version": 1,
    }  # fmt: skip
