"""certificate-svc whole, on a real database, asked as the gateway asks it, at a time that the test sets."""

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from certificate.app import create
from certificate.settings import Settings
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.applications.results.sealing import Seals, SealWorker
from shared.db import Database
from shared.personal import Keyring
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing import FixedClock
from shared.testing.authority import Authority, Holder
from shared.testing.databases import fresh_database
from shared.testing.earlier import prepare_judged
from shared.testing.identities import bin_, iin
from shared.testing.register import FixedRegister
from shared.testing.register_server import RegisterServer
from shared.testing.third_region import REGION, with_third_region
from shared.web import Actor, CallerKey, Platform

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
START = datetime(2026, 4, 6, 4, tzinfo=UTC)  # a Monday, 9:00 in Almaty
BINS = {"zhambyl": bin_(number=1), "akmola": bin_(number=2), "dispensary": bin_(number=3), "esil": bin_(number=4),
        "third": bin_(number=5)}  # fmt: skip
REGIONS = {"zhambyl": "zhambyl", "akmola": "akmola", "dispensary": "zhambyl", "esil": "akmola", "third": REGION}
SERVICES = {
    "akmola": ["phc-certificate", "disability-sheet", "disability-certificate"],
    "zhambyl": ["narco-certificate", "tb-certificate", "psych-certificate"],
}
SERVICES[REGION] = [*SERVICES["akmola"], *SERVICES["zhambyl"]]
VISITS: Mapping[str, Mapping[str, Any]] = {
    "akmola": {
        "condition": "Жалпы жағдайы жақсы", "address": "Көкшетау қаласы, Абай көшесі, 15", "phone": "+77011234567",
    },
    "zhambyl": {"phone": "+77011234567"},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person, as the session at the gateway knows him, with his signing key."""

    actor: Actor
    holder: Holder


@dataclass(kw_only=True)
class Certificates:
    """The service running, and the words to ask it."""

    http: httpx.AsyncClient
    platform: Platform
    owner: Database
    clock: FixedClock
    gateway: CallerKey
    authority: Authority
    register: FixedRegister
    outside: RegisterServer
    people: dict[str, Someone] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        office: Office = self.platform.resources["office"]
        return office

    # ------------------------------------------------------------------------------------------------------ people
    def staff(self, role: str, at: str, *, colleague: bool = False) -> Someone:
        """Somebody of that role there; a colleague is another."""
        known = f"{role} {at}" + " 2" * colleague
        if known not in self.people:
            own = iin(birth=date(1975, 2, 3), sex="f", number=100 + len(self.people))
            actor = Actor(
                kind="staff", account_id=known, session_id="s", iin=own, acr="certificate", bin=BINS[at],
                roles=frozenset({role}), name="Жақсыбекова Мәншүк",
            )  # fmt: skip
            kind = "head" if role.endswith("management") else "employee"
            holder = self.authority.staff(iin=own, bin=BINS[at], at=self.clock.now(), role=kind)
            self.people[known] = Someone(actor=actor, holder=holder)
        return self.people[known]

    def citizen(self, number: int = 1) -> Actor:
        own = iin(birth=date(1990, 5, 14), number=number)
        return Actor(kind="citizen", account_id=f"citizen-{number}", session_id="s", iin=own, acr="certificate")

    # ------------------------------------------------------------------------------------------------------- calls
    async def call(self, method: str, path: str, by: Actor | None = None, **options: Any) -> httpx.Response:
        token = self.gateway.sign("certificate", by, now=self.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, by: Someone | Actor | None = None, **query: Any) -> httpx.Response:
        actor = by.actor if isinstance(by, Someone) else by
        return await self.call("GET", path, actor, params=query)

    async def post(self, path: str, by: Someone, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, by.actor, json=body if body is not None else {})

    # ------------------------------------------------------------------------------------------------------- visits
    async def visit(
        self, service: str, by: str, at: str, *, number: int = 1, variant: str | None = None, **fields: Any
    ) -> httpx.Response:
        """Register somebody who stands at the window; `fields` lie over what is usual in the region."""
        who = self.citizen(number)
        body = {
            "region": REGIONS[at], "service": service, "channel": "direct",
            "applicant": {"iin": who.iin, "surname": "Қасымова", "given_name": "Әсел", "patronymic": "Болатқызы"},
            "fields": {**VISITS.get(REGIONS[at], {}), **fields}, **({"variant": variant} if variant else {}),
        }  # fmt: skip
        return await self.post("/workstation/applications", self.staff(by, at), body)

    async def claim(self, role: str, at: str) -> dict[str, Any]:
        """Take on the only open task of a role."""
        by = self.staff(role, at)
        (task,) = (await self.get("/tasks", by)).json()["items"]
        answer = await self.post(f"/tasks/{task['id']}/claim", by)
        assert answer.status_code == 200, answer.text
        claimed: dict[str, Any] = answer.json()
        return claimed

    async def prepare(
        self, task: Mapping[str, Any], role: str, at: str, outcome: str | None = None, **step: Any
    ) -> httpx.Response:
        """Prepare as the gateway does: it judges earlier signers again where it is asked to."""
        said = {"outcome": outcome or task["outcomes"][0]["key"], "data": {}, **step}
        return await prepare_judged(self, task["id"], self.staff(role, at), said)

    async def complete(
        self, task: Mapping[str, Any], prepared: Mapping[str, Any], role: str, at: str
    ) -> httpx.Response:
        by, now = self.staff(role, at), self.clock.now()
        document = base64.b64decode(prepared["document"])
        cms = sign(document, by.holder.key, at=now, detached=True)
        verifier = Verifier(self.authority.trust(), self.authority.index(at=now))
        verdict = verifier.verify(document, cms, at=now, expect=Expectation.staff()).as_json()
        seen = verdict["evidence"]
        evidence = {
            "received_at": now.isoformat(), "verdict": verdict, "path": seen["path"], "revocation": seen["revocation"],
        }  # fmt: skip
        body = {
            "signable_id": prepared["signable_id"], "sha256": prepared["sha256"],
            "signature": base64.b64encode(cms).decode(), "evidence": evidence,
        }  # fmt: skip
        return await self.post(f"/tasks/{task['id']}/complete", by, body)

    async def carry_out(self, role: str, at: str, outcome: str | None = None, **step: Any) -> dict[str, Any]:
        """Claim, prepare, sign, complete; gives what the completed step came to."""
        task = await self.claim(role, at)
        prepared = await self.prepare(task, role, at, outcome, **step)
        assert prepared.status_code == 200, prepared.text
        done = await self.complete(task, prepared.json(), role, at)
        assert done.status_code == 200, done.text
        came: dict[str, Any] = done.json()
        return came

    async def seal(self, folder: Path | None = None) -> int:
        """Let the worker seal what is signed, with the keys of a folder."""
        seals = Seals(folder or self.platform.settings.seals)
        return await SealWorker(self.office, self.platform.database, self.clock, seals.of).run_once()

    # ------------------------------------------------------------------------------------------------------ looking
    async def shown(self, application: str, number: int = 1) -> dict[str, Any]:
        """What the person's own cabinet shows of an application."""
        answer = await self.get(f"/applications/{application}", self.citizen(number))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def pdf(self, application: str, number: int = 1) -> bytes:
        answer = await self.get(f"/applications/{application}/result", self.citizen(number))
        assert answer.status_code == 200, answer.text
        return answer.content

    async def history(self, application: str, number: int = 1) -> list[str]:
        """What the person's own access log says that was done."""
        items = (await self.get("/access-log", self.citizen(number))).json()["items"]
        return [each["action"] for each in reversed(items)]

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            return list((await session.execute(text(statement), values)).all())


@pytest.fixture(scope="package")
def authority() -> Authority:
    return Authority.create(at=START)


@pytest.fixture(scope="package")
async def certificate_database(postgres):
    async with fresh_database(postgres.admin_url, "certificate") as made:
        yield made


@pytest.fixture(scope="package")
async def outside() -> AsyncIterator[RegisterServer]:
    """The registers outside the suite."""
    async with RegisterServer() as server:
        yield server


@pytest.fixture(scope="package")
async def running(certificate_database, authority, outside, tmp_path_factory) -> AsyncIterator[Any]:
    folder, gateway = tmp_path_factory.mktemp("certificate"), CallerKey.generate("gateway")
    (folder / "gateway.pem").write_bytes(gateway.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    (folder / "seals").mkdir()
    for own in BINS.values():
        (folder / "seals" / f"{own}.p12").write_bytes(authority.seal(bin=own, at=START).p12("secret"))
        (folder / "seals" / f"{own}.pass").write_text("secret")
    settings = Settings(
        env="development", database_url=certificate_database.url, caller_keys=folder,
        regulations=with_third_region(REGULATIONS, folder / "law"),
        personal_key=folder / "personal.json", seals=folder / "seals",
        registers={name: outside.url(name) for name in ("tb-patients", "dynamic-observation")},
        consultation_timeout=timedelta(seconds=2),
        organisations={"zhambyl.regional-psychiatric-dispensary": BINS["dispensary"]},
    )  # fmt: skip
    owner, app = Database(certificate_database.owner_url), create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://certificate"
        ) as http,
    ):
        yield app, http, owner, gateway
    await owner.close()


@pytest.fixture
async def certificates(running, authority, outside) -> Certificates:
    """The service on a Monday morning, with providers and nothing else; the register finds nothing lacking."""
    app, http, owner, gateway = running
    async with owner.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        )
        await session.execute(text(f"TRUNCATE {', '.join(tables)}"))
        for name in BINS:
            await keep(session, _provider(name))
    outside.behaviour = "ok"
    outside.listed.clear()
    outside.asked.clear()
    clock, register, before = FixedClock(START), FixedRegister(), app.state.platform
    office = replace(before.resources["office"], register=register)
    app.state.platform = replace(before, clock=clock, resources={**before.resources, "office": office})
    return Certificates(
        http=http, platform=app.state.platform, owner=owner, clock=clock, gateway=gateway, authority=authority,
        register=register, outside=outside,
    )  # fmt: skip


def _provider(name: str) -> dict[str, Any]:
    week = {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    names = {"kk": "№ 1 емхана", "ru": "Поликлиника № 1"}
    return {
        "bin": BINS[name], "region": REGIONS[name], "names": names, "address": names, "zone": "Asia/Almaty",
        "opening_hours": {"zone": "Asia/Almaty", "week": week}, "services": SERVICES[REGIONS[name]],
        "active": True, "version": 1,
    }  # fmt: skip
