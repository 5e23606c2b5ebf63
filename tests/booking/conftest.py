"""booking-svc whole, on a real database, asked as the gateway asks it, at a time that the test sets."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from booking.app import create
from booking.appointments.service import Appointments, WantedSlot
from booking.settings import Settings
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.db import Database, new_id
from shared.personal import Keyring
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing import FixedClock
from shared.testing.authority import Authority, Holder
from shared.testing.databases import fresh_database
from shared.testing.identities import bin_, iin
from shared.web import Actor, CallerKey, Platform

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
START = datetime(2026, 4, 6, 4, tzinfo=UTC)  # a Monday, 9:00 in Almaty
BINS = {"zhambyl": bin_(number=1), "akmola": bin_(number=2), "other": bin_(number=3)}
REGIONS = {"zhambyl": "zhambyl", "akmola": "akmola", "other": "zhambyl"}
NAMES = {
    "zhambyl": ("№ 1 қалалық емхана", "Городская поликлиника № 1"),
    "akmola": ("Көкшетау қалалық емханасы", "Кокшетауская городская поликлиника"),
    "other": ("№ 2 қалалық емхана", "Городская поликлиника № 2"),
}
ADDRESS = {"kk": "Абай к-сі, 5", "ru": "ул. Абая, 5"}
WEEK = {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
DOCTOR = {
    "surname": "Оспанова",
    "given_name": "Гүлнар",
    "patronymic": "Әділқызы",
    "specialty": "therapist",
    "room": "214",
}
PERFORMERS = {"zhambyl": "responsible_employee", "akmola": "dispatcher"}
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person, as the session at the gateway knows him, with his signing key."""

    actor: Actor
    holder: Holder


@dataclass(kw_only=True)
class Booking:
    """The service running, and the words to ask it."""

    http: httpx.AsyncClient
    platform: Platform
    owner: Database
    clock: FixedClock
    gateway: CallerKey
    authority: Authority
    people: dict[str, Someone] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        office: Office = self.platform.resources["office"]
        return office

    # ------------------------------------------------------------------------------------------------------ people
    def citizen(self, number: int = 1) -> Someone:
        own = iin(birth=date(1990, 5, 14), number=number)
        actor = Actor(kind="citizen", account_id=f"citizen-{number}", session_id="s", iin=own, acr="certificate")
        if own not in self.people:
            names = {"surname": "ӘБДІРАХМАНОВА", "given_name": "ҚЫЗҒАЛДАҚ", "patronymic": "ҒАЛЫМҚЫЗЫ"}
            self.people[own] = Someone(actor=actor, holder=self.authority.citizen(iin=own, at=START, **names))
        return self.people[own]

    def staff(self, role: str = "administrator", at: str = "zhambyl") -> Someone:
        known = f"{role} {at}"
        if known not in self.people:
            own = iin(birth=date(1975, 2, 3), sex="f", number=next(_numbers))
            actor = Actor(
                kind="staff", account_id=known, session_id="s", iin=own, acr="certificate", bin=BINS[at],
                roles=frozenset({role}), name="Жақсыбекова Мәншүк",
            )  # fmt: skip
            self.people[known] = Someone(actor=actor, holder=self.authority.staff(iin=own, bin=BINS[at], at=START))
        return self.people[known]

    # ------------------------------------------------------------------------------------------------------- calls
    async def call(self, method: str, path: str, by: Actor | None = None, **options: Any) -> httpx.Response:
        token = self.gateway.sign("booking", by, now=self.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, by: Someone | None = None, **query: Any) -> httpx.Response:
        return await self.call("GET", path, by and by.actor, params=query)

    async def post(self, path: str, by: Someone, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, by.actor, json=body if body is not None else {})

    async def put(self, path: str, by: Someone, body: Any) -> httpx.Response:
        return await self.call("PUT", path, by.actor, json=body)

    async def patch(self, path: str, by: Someone, body: Any) -> httpx.Response:
        return await self.call("PATCH", path, by.actor, json=body)

    # ----------------------------------------------------------------------------------------- doctors and schedules
    async def add_doctor(self, at: str = "zhambyl", **changes: Any) -> str:
        answer = await self.post("/admin/doctors", self.staff(at=at), {**DOCTOR, **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def schedule(
        self, doctor: str, *receptions: tuple[int, str, str, int], at: str = "zhambyl", since: str = "2026-04-06"
    ) -> httpx.Response:
        """Put a week in force: weekday, opens, closes, minutes of a slot."""
        names = ("weekday", "opens", "closes", "slot_minutes")
        week = {"valid_from": since, "receptions": [dict(zip(names, each, strict=True)) for each in receptions]}
        return await self.put(f"/admin/doctors/{doctor}/schedule", self.staff(at=at), week)

    async def open_monday(self, at: str = "zhambyl", closes: str = "12:00", **changes: Any) -> str:
        """A doctor who sees patients on Mondays from 10:00, an hour each."""
        doctor = await self.add_doctor(at, **changes)
        answer = await self.schedule(doctor, (0, "10:00", closes, 60), at=at)
        assert answer.status_code == 200, answer.text
        return doctor

    async def change_hours(self, monday: list[list[str]], at: str = "zhambyl", version: int = 2) -> None:
        """Tell, as the provider's event does, that it is open on Mondays at these hours."""
        told = provider(at)
        hours = {"zone": "Asia/Almaty", "week": {**WEEK, "mon": monday}}
        async with self.owner.transaction() as session:
            await keep(session, {**told, "opening_hours": hours, "version": version})

    async def free(self, at: str = "zhambyl", **query: Any) -> list[dict[str, Any]]:
        answer = await self.get(f"/providers/{BINS[at]}/slots", **query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    # -------------------------------------------------------------------------------------------------- appointments
    @asynccontextmanager
    async def appointments(self, at: str = "zhambyl") -> AsyncIterator[Appointments]:
        """Appointments at a provider, in a transaction of their own."""
        async with self.platform.database.transaction() as session:
            yield Appointments(session=session, provider=BINS[at], zone="Asia/Almaty", now=self.clock.now())

    async def take(
        self, slot: Mapping[str, Any], application: UUID | None = None, at: str = "zhambyl"
    ) -> dict[str, Any]:
        async with self.appointments(at) as appointments:
            return await appointments.take(WantedSlot.read(slot_of(slot)), application or new_id())

    # ------------------------------------------------------------------------------------------------------ signing
    def evidence(self, document: bytes, cms: bytes, expect: Expectation) -> dict[str, Any]:
        now = self.clock.now()
        verifier = Verifier(self.authority.trust(), self.authority.index(at=now))
        verdict = verifier.verify(document, cms, at=now, expect=expect).as_json()
        seen = verdict["evidence"]
        return {
            "received_at": now.isoformat(),
            "verdict": verdict,
            "path": seen["path"],
            "revocation": seen["revocation"],
        }

    def document(self, by: Someone, region: str, fields: Mapping[str, Any], **changes: Any) -> bytes:
        own = {"iin": by.actor.iin}
        document = {
            "purpose": "application", "audience": "shlyuz", "request_id": str(uuid4()), "applicant": own,
            "patient": own, "region": region, "service": "booking", "provider": BINS[region],
            "fields": dict(fields), "documents": [], "form_token": "t", **changes,
        }  # fmt: skip
        return json.dumps(document, ensure_ascii=False).encode()

    async def file(self, by: Someone, region: str, fields: Mapping[str, Any], **changes: Any) -> httpx.Response:
        document = self.document(by, region, fields, **changes)
        cms = sign(document, by.holder.key, at=self.clock.now(), detached=True)
        seen = self.evidence(document, cms, Expectation.citizen())
        body = {"document": encoded(document), "signature": encoded(cms), "evidence": seen}
        return await self.post("/applications", by, body)

    async def claim(self, region: str) -> dict[str, Any]:
        """Take on the only open task of the region's performer."""
        by = self.staff(PERFORMERS[region], region)
        (task,) = (await self.get("/tasks", by)).json()["items"]
        answer = await self.post(f"/tasks/{task['id']}/claim", by)
        assert answer.status_code == 200, answer.text
        claimed: dict[str, Any] = answer.json()
        return claimed

    async def prepare(self, region: str, task: Mapping[str, Any], **step: Any) -> httpx.Response:
        return await self.post(
            f"/tasks/{task['id']}/prepare", self.staff(PERFORMERS[region], region), {"data": {}, **step}
        )

    async def complete(self, region: str, task: Mapping[str, Any], prepared: Mapping[str, Any]) -> httpx.Response:
        by, document = self.staff(PERFORMERS[region], region), base64.b64decode(prepared["document"])
        cms = sign(document, by.holder.key, at=self.clock.now(), detached=True)
        seen = self.evidence(document, cms, Expectation.staff())
        body = {
            "signable_id": prepared["signable_id"], "sha256": prepared["sha256"],
            "signature": encoded(cms), "evidence": seen,
        }  # fmt: skip
        return await self.post(f"/tasks/{task['id']}/complete", by, body)

    async def carry_out(self, region: str, **step: Any) -> httpx.Response:
        """Claim, prepare, sign, complete."""
        task = await self.claim(region)
        prepared = await self.prepare(region, task, **step)
        assert prepared.status_code == 200, prepared.text
        return await self.complete(region, task, prepared.json())

    # ------------------------------------------------------------------------------------------------------ looking
    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            return list((await session.execute(text(statement), values)).all())

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.owner.transaction() as session:
            await session.execute(text(statement), values)


def slot_of(slot: Mapping[str, Any]) -> dict[str, Any]:
    """What a document names of a free slot."""
    return {"id": slot["id"], "starts_at": slot["starts_at"]}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="package")
def authority() -> Authority:
    return Authority.create(at=START)


@pytest.fixture(scope="package")
def caller() -> CallerKey:
    return CallerKey.generate("gateway")


@pytest.fixture(scope="package")
async def booking_database(postgres):
    async with fresh_database(postgres.admin_url, "booking") as made:
        yield made


@pytest.fixture(scope="package")
def settings(booking_database, caller, authority, tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("booking")
    (folder / "callers").mkdir()
    (folder / "callers" / "gateway.pem").write_bytes(caller.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    (folder / "seals").mkdir()
    for own in BINS.values():
        (folder / "seals" / f"{own}.p12").write_bytes(authority.seal(bin=own, at=START).p12("secret"))
        (folder / "seals" / f"{own}.pass").write_text("secret")
    return Settings(
        env="development", database_url=booking_database.url, regulations=REGULATIONS, caller_keys=folder / "callers",
        personal_key=folder / "personal.json", seals=folder / "seals", pool_size=20,
    )  # fmt: skip


@pytest.fixture(scope="package")
async def running(settings, booking_database) -> AsyncIterator[tuple[Any, httpx.AsyncClient, Database]]:
    """The web process, a client to it, and the database as its owner sees it."""
    owner, app = Database(booking_database.owner_url), create(settings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://booking", trust_env=False) as http,
    ):
        yield app, http, owner
    await owner.close()


@pytest.fixture
async def booking(running, caller, authority) -> Booking:
    """The service on a Monday morning, with three providers and nothing else."""
    app, http, owner = running
    async with owner.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        )
        await session.execute(text(f"TRUNCATE {', '.join(tables)}"))
        for name in BINS:
            await keep(session, provider(name))
    clock = FixedClock(START)
    app.state.platform = platform = replace(app.state.platform, clock=clock)
    return Booking(http=http, platform=platform, owner=owner, clock=clock, gateway=caller, authority=authority)


def provider(name: str) -> dict[str, Any]:
    kk, ru = NAMES[name]
    return {
        "bin": BINS[name], "region": REGIONS[name], "names": {"kk": kk, "ru": ru, "en": ru},
        "address": ADDRESS, "zone": "Asia/Almaty",
        "opening_hours": {"zone": "Asia/Almaty", "week": WEEK}, "services": ["booking"], "active": True, "version": 1,
    }  # fmt: skip


@pytest.fixture
def bins() -> Mapping[str, str]:
    return BINS


@pytest.fixture
def later(booking):
    """Let time pass: `later(minutes=31)`."""
    return lambda **span: booking.clock.advance(timedelta(**span))


@pytest.fixture
def named():
    """What a document names of a free slot."""
    return slot_of


@pytest.fixture
def together():
    """Do several things at once, and give what came of each, errors included."""

    async def do(*deeds: Awaitable[Any]) -> list[Any]:
        return list(await asyncio.gather(*deeds, return_exceptions=True))

    return do
