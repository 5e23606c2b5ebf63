"""lab-svc whole, on a real database, asked as the gateway asks it; a clinic, the AIDS centre, and another centre."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from lab.app import create
from lab.samples.codes import new_sample_code, printed
from lab.settings import Settings
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.applications.results.sealing import Seals, SealWorker
from shared.applications.sweeps import Sweeps
from shared.clock import Clock
from shared.db import Database
from shared.db.ids import random_ids
from shared.personal import Keyring
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing import FixedClock
from shared.testing.authority import Authority, Holder
from shared.testing.databases import fresh_database
from shared.testing.earlier import prepare_judged
from shared.testing.identities import bin_, iin
from shared.testing.third_region import PERFORMER, REGION, with_third_region
from shared.web import Actor, CallerKey, Platform

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
START = datetime(2026, 4, 6, 4, tzinfo=UTC)  # a Monday, 9:00 in Almaty
BINS = {name: bin_(number=number) for number, name in enumerate(("clinic", "centre", "elsewhere", "third"), 1)}
AT = {
    "responsible_employee": "clinic", "procedure_room_employee": "clinic", "management": "clinic",
    "laboratory_employee": "centre",
}  # fmt: skip
AT |= {PERFORMER + role: "third" if at == "clinic" else at for role, at in AT.items()}
_people = count(1)


@dataclass(frozen=True, kw_only=True)
class Someone:
    actor: Actor
    holder: Holder


@dataclass(kw_only=True)
class Lab:
    """The service running, and everybody who works with it."""

    http: httpx.AsyncClient
    platform: Platform
    owner: Database
    caller: CallerKey
    authority: Authority
    people: dict[str, Someone] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        office: Office = self.platform.resources["office"]
        return office

    @property
    def clock(self) -> Any:
        return self.platform.clock

    def later(self, **span: int) -> None:
        self.clock.advance(timedelta(**span))

    # ------------------------------------------------------------------------------------------------------- people
    def staff(self, role: str, at: str | None = None) -> Someone:
        own = BINS[at or AT.get(role, "clinic")]
        key = f"{role} {own}"
        if key not in self.people:
            number = iin(birth=date(1975, 2, 3), number=len(self.people) + 1)
            actor = Actor(
                kind="staff", account_id=key, session_id="s", iin=number, acr="certificate", bin=own,
                roles=frozenset({role}), name="Жақсыбекова Мәншүк",
            )  # fmt: skip
            level = "head" if role.endswith("management") else "employee"
            self.people[key] = Someone(
                actor=actor, holder=self.authority.staff(iin=number, bin=own, at=START, role=level)
            )
        return self.people[key]

    def citizen(self, own: str) -> Someone:
        actor = Actor(kind="citizen", account_id="c", session_id="s", iin=own, acr="certificate")
        return Someone(actor=actor, holder=self.staff("management").holder)

    # -------------------------------------------------------------------------------------------------------- calls
    async def call(self, method: str, path: str, by: Someone | None = None, **options: Any) -> httpx.Response:
        token = self.caller.sign("lab", by and by.actor, now=self.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, by: Someone | None = None, **query: Any) -> httpx.Response:
        return await self.call("GET", path, by, params=query)

    async def post(self, path: str, by: Someone | None = None, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, by, json=body if body is not None else {})

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            return list((await session.execute(text(statement), values)).all())

    # ------------------------------------------------------------------------------------------------- carrying out
    async def visit(self, **changes: Any) -> httpx.Response:
        """Register somebody for the confidential test."""
        own = iin(birth=date(1990, 5, 14), number=next(_people))
        body = {
            "region": "zhambyl", "service": "hiv-test", "channel": "direct", "variant": "confidential",
            "applicant": {"iin": own, "surname": "Әбдірахманова", "given_name": "Қызғалдақ"},
            "fields": {"phone": "+77011234567"}, **changes,
        }  # fmt: skip
        return await self.post("/workstation/applications", self.staff("responsible_employee"), body)

    async def unnamed(self, **changes: Any) -> httpx.Response:
        """Register somebody for the anonymous test."""
        visit = {"region": "zhambyl", "service": "hiv-test", "channel": "direct", "variant": "anonymous", **changes}
        return await self.post("/workstation/applications", self.staff("responsible_employee"), visit)

    async def open_slip(self, slip: str, role: str = "responsible_employee", at: str = "clinic") -> httpx.Response:
        return await self.post("/slips/openings", self.staff(role, at), {"slip": slip})

    async def walk(self, visit: httpx.Response, finding: str = "negative") -> dict[str, Any]:
        """Carry everything out for somebody who was registered, to the seal; gives the receipt."""
        assert visit.status_code == 201, visit.text
        code = printed(new_sample_code())
        await self.carry_out("responsible_employee", "sent")
        await self.carry_out("procedure_room_employee", "sample-taken", data={"sample_code": code})
        assert (await self.receive(code)).status_code == 200
        await self.carry_out("laboratory_employee", finding, data={"sample_code": code})
        await self.carry_out("management", "formalised")
        assert await self.seal() == 1
        receipt: dict[str, Any] = visit.json()
        return receipt

    async def claim(self, role: str) -> dict[str, Any]:
        """Take on the only open task of the role."""
        by = self.staff(role)
        (task,) = (await self.get("/tasks", by)).json()["items"]
        answer = await self.post(f"/tasks/{task['id']}/claim", by)
        assert answer.status_code == 200, answer.text
        claimed: dict[str, Any] = answer.json()
        return claimed

    async def prepare(self, role: str, task: Mapping[str, Any], outcome: str, **more: Any) -> httpx.Response:
        """Prepare as the gateway does: it judges earlier signers again where it is asked to."""
        step = {"outcome": outcome, "data": {}, **more}
        return await prepare_judged(self, task["id"], self.staff(role), step)

    async def complete(
        self, role: str, task: Mapping[str, Any], prepared: Mapping[str, Any], key: str | None = None
    ) -> httpx.Response:
        by, now = self.staff(role), self.clock.now()
        document = base64.b64decode(prepared["document"])
        cms = sign(document, by.holder.key, at=now, detached=True)
        lists = self.authority.index(at=now.replace(minute=0, second=0, microsecond=0))  # all of an hour use the same
        verifier = Verifier(self.authority.trust(), lists)
        verdict = verifier.verify(document, cms, at=now, expect=Expectation.staff()).as_json()
        seen = verdict["evidence"]
        body = {
            "signable_id": prepared["signable_id"], "sha256": prepared["sha256"],
            "signature": base64.b64encode(cms).decode(),
            "evidence": {
                "received_at": now.isoformat(), "verdict": verdict, "path": seen["path"],
                "revocation": seen["revocation"],
            },
        }  # fmt: skip
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.call("POST", f"/tasks/{task['id']}/complete", by, json=body, headers=headers)

    async def carry_out(self, role: str, outcome: str, **more: Any) -> dict[str, Any]:
        """Claim, prepare, sign, complete; gives what came of it."""
        self.later(seconds=1)
        task = await self.claim(role)
        prepared = await self.prepare(role, task, outcome, **more)
        assert prepared.status_code == 200, prepared.text
        done = await self.complete(role, task, prepared.json())
        assert done.status_code == 200, done.text
        came: dict[str, Any] = done.json()
        return came

    async def receive(self, code: str, at: str = "centre") -> httpx.Response:
        return await self.post("/samples/receptions", self.staff("laboratory_employee", at), {"sample_code": code})

    async def drawn(self, **changes: Any) -> tuple[dict[str, Any], str]:
        """Register somebody and draw blood; gives the receipt and the code on the tube."""
        visit = await self.visit(**changes)
        assert visit.status_code == 201, visit.text
        code = printed(new_sample_code())
        await self.carry_out("responsible_employee", "sent")
        await self.carry_out("procedure_room_employee", "sample-taken", data={"sample_code": code})
        return visit.json(), code

    async def found(self, finding: str, **changes: Any) -> dict[str, Any]:
        """Go on until the laboratory has sent its finding."""
        receipt, code = await self.drawn(**changes)
        assert (await self.receive(code)).status_code == 200
        await self.carry_out("laboratory_employee", finding, data={"sample_code": code})
        return receipt

    async def formalised(self, finding: str, **changes: Any) -> dict[str, Any]:
        """Go on until management has signed and the worker has sealed."""
        receipt = await self.found(finding, **changes)
        await self.carry_out("management", "formalised")
        assert await self.seal() == 1
        return receipt

    async def seal(self, clock: Clock | None = None) -> int:
        random_ids.set(True)  # as the worker does for its process
        seals = Seals(self.platform.settings.seals)
        return await SealWorker(self.office, self.platform.database, clock or self.clock, seals.of).run_once()

    async def raise_overdue(self) -> int:
        return await Sweeps(self.office, self.platform.database, self.clock).raise_overdue()


@pytest.fixture(scope="package")
async def running(postgres, tmp_path_factory) -> AsyncIterator[Any]:
    folder, caller = tmp_path_factory.mktemp("lab"), CallerKey.generate("gateway")
    authority = Authority.create(at=START)
    (folder / "gateway.pem").write_bytes(caller.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    for own in BINS.values():
        (folder / f"{own}.p12").write_bytes(authority.seal(bin=own, at=START).p12("secret"))
        (folder / f"{own}.pass").write_text("secret")
    async with fresh_database(postgres.admin_url, "lab") as made:
        settings = Settings(
            env="development", database_url=made.url, caller_keys=folder, seals=folder,
            regulations=with_third_region(REGULATIONS, folder / "law"),
            personal_key=folder / "personal.json", allow_test_identities=True,
            organisations={f"{region}.regional-aids-centre": BINS["centre"] for region in ("zhambyl", REGION)},
        )  # fmt: skip
        owner, app = Database(made.owner_url), create(settings)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://lab") as http,
        ):
            yield app, http, owner, caller, authority
        await owner.close()


@pytest.fixture
def fresh(running) -> Callable[[], Awaitable[None]]:
    """Empty the service, and set its clock to a Monday morning."""
    app, _, owner, _, _ = running

    async def emptied() -> None:
        async with owner.transaction() as session:
            tables = await session.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
            )
            await session.execute(text(f"TRUNCATE {', '.join(tables)}"))
            await session.execute(text("ALTER SEQUENCE application_numbers RESTART"))
            for own in BINS.values():
                await keep(session, _provider(own))
        app.state.platform.clock.set(START)

    return emptied


@pytest.fixture
async def lab(running, fresh) -> Lab:
    """The service on a Monday morning, with three providers and nothing else."""
    app, http, owner, caller, authority = running
    app.state.platform = platform = replace(app.state.platform, clock=FixedClock(START))
    await fresh()
    return Lab(http=http, platform=platform, owner=owner, caller=caller, authority=authority)


def _provider(own: str) -> dict[str, Any]:
    week = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    names = {"kk": "№ 1 емхана", "ru": "Поликлиника № 1"}
    return {
        "bin": own, "region": REGION if own == BINS["third"] else "zhambyl", "names": names, "address": names,
        "zone": "Asia/Almaty",
        "opening_hours": {"week": week}, "services": ["hiv-test"], "active": True, "version": 1,
    }  # fmt: skip
