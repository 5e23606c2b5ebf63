"""A made-up region with a made-up service on the real database, and people who use it as through the gateway."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event, text

from shared.applications.app import create
from shared.applications.case import Acceptance, ResultPage, StepEffect
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.applications.settings import ApplicationsSettings
from shared.db import Database
from shared.errors import Conflict
from shared.personal import Keyring
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority, Holder
from shared.testing.clock import FixedClock
from shared.testing.databases import fresh_database
from shared.testing.earlier import judged, prepare_judged
from shared.testing.identities import bin_, iin
from shared.testing.register import FixedRegister
from shared.web import Actor, CallerKey

HERE = Path(__file__).parent
START = datetime(2026, 3, 16, 5, 0, tzinfo=UTC)  # a Monday, 10:00 in Almaty
BIN, OTHER_BIN = bin_(number=1), bin_(number=2)
ROLES = {"head": "head"} | dict.fromkeys(("clerk", "doctor", "supervisor", "journal_keeper"), "employee")
_WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


class Fitness:
    """The made-up service: a purpose `place:x` takes the place x, which only one application can have."""

    services = frozenset({"fitness"})

    def __init__(self):
        self.ended_cases: list[tuple[str, str]] = []
        self.fickle = 0

    def routers(self):
        return ()

    async def accepted(self, session, application):
        purpose = application.fields["purpose"]
        if not purpose.startswith("place:"):
            return Acceptance()
        taken = await session.execute(
            text("INSERT INTO places (name, application) VALUES (:name, :id) ON CONFLICT DO NOTHING RETURNING name"),
            {"name": purpose, "id": application.id},
        )
        if taken.one_or_none() is None:
            raise Conflict(extra={"next_free": ["place:other"]})
        return Acceptance(details={"place": purpose})

    async def step_completing(self, session, step):
        if step.data.get("conclusion") == "fickle":
            self.fickle += 1
            return StepEffect(data={"conclusion": str(self.fickle)})
        return StepEffect(data=dict(step.data), details={"seen_by": step.actor.name} if step.step == "examine" else {})

    async def ended(self, session, case, state):
        self.ended_cases.append((case.number, state))

    def result(self, case, data):
        return ResultPage(form=HERE / "fitness.typ", data={"name": case.name, "purpose": case.fields["purpose"]})


@dataclass(kw_only=True)
class Someone:
    """A person with a certificate, as the session at the gateway knows him."""

    actor: Actor
    holder: Holder

    def with_password(self, account: str | None = None) -> "Someone":
        return replace(self, actor=replace(self.actor, acr="password", account_id=account or self.actor.account_id))


@dataclass(kw_only=True)
class World:
    """The service running, and everything around it."""

    http: httpx.AsyncClient
    gateway: CallerKey
    office: Office
    database: Database
    owner: Database
    clock: FixedClock
    authority: Authority
    module: Fitness
    app: Any
    settings: ApplicationsSettings
    register: FixedRegister
    people: dict[str, Someone] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------------------ people
    def citizen(self, number: int = 1) -> Someone:
        key = f"citizen {number}"
        if key not in self.people:
            own = iin(birth=date(1990, 1, 1), number=number)
            actor = Actor(kind="citizen", account_id=uuid4().hex, session_id="s", iin=own, acr="certificate")
            names = {"surname": "СЕРІКҚЫЗЫ", "given_name": "АЙГҮЛ", "patronymic": "БОЛАТҚЫЗЫ"}
            self.people[key] = Someone(actor=actor, holder=self.authority.citizen(iin=own, at=START, **names))
        return self.people[key]

    def staff(self, role: str, number: int = 1, *, bin_: str = BIN) -> Someone:
        key = f"{role} {number} {bin_}"
        if key not in self.people:
            own = iin(birth=date(1970, 1, 1), sex="m", number=100 * number + sorted(ROLES).index(role) + 1)
            actor = Actor(
                kind="staff", account_id=uuid4().hex, session_id="s", iin=own, acr="certificate", bin=bin_,
                roles=frozenset({role}), name="Дәрігеров Нұрлан",
            )  # fmt: skip
            self.people[key] = Someone(
                actor=actor, holder=self.authority.staff(iin=own, bin=bin_, at=START, role=ROLES[role])
            )
        return self.people[key]

    # ------------------------------------------------------------------------------------------------------ calls
    async def call(self, method: str, path: str, by: Someone | None = None, **options: Any) -> httpx.Response:
        token = self.gateway.sign("attachment", by.actor if by else None, now=self.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, by: Someone | None = None, **options: Any) -> httpx.Response:
        return await self.call("GET", path, by, **options)

    async def post(self, path: str, by: Someone, json: Any = None, **options: Any) -> httpx.Response:
        return await self.call("POST", path, by, json=json if json is not None else {}, **options)

    # ------------------------------------------------------------------------------------------------------ signing
    def evidence(self, document: bytes, cms: bytes, expect: Expectation) -> dict[str, Any]:
        verifier = Verifier(self.authority.trust(), self.authority.index(at=self.clock.now()))
        verdict = verifier.verify(document, cms, at=self.clock.now(), expect=expect)
        written = verdict.as_json()
        return {
            "received_at": self.clock.now().isoformat(),
            "verdict": written,
            "path": written["evidence"]["path"],
            "revocation": written["evidence"]["revocation"],
        }

    def document(self, by: Someone, **changes: Any) -> bytes:
        own = {"iin": by.actor.iin}
        document = {
            "purpose": "application", "audience": "shlyuz", "request_id": str(uuid4()), "applicant": own,
            "patient": own, "region": "ulytau", "service": "fitness", "provider": BIN, "fields": {"purpose": "work"},
            "documents": [],
            "form_token": "t",
        }  # fmt: skip
        return json.dumps({**document, **changes}).encode()

    def signed(self, by: Someone, document: bytes, **evidence: Any) -> dict[str, Any]:
        cms = sign(document, by.holder.key, at=self.clock.now(), detached=True)
        seen = self.evidence(document, cms, Expectation.citizen())
        return {
            "document": base64.b64encode(document).decode(),
            "signature": base64.b64encode(cms).decode(),
            "evidence": {**seen, **evidence},
        }

    async def file(
        self, by: Someone, *, key: str | None = None, exact: bytes | None = None, **changes: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.post(
            "/applications", by, self.signed(by, exact or self.document(by, **changes)), headers=headers
        )

    # ------------------------------------------------------------------------------------------------------ steps
    async def task(self, role: str, *, number: int = 1) -> dict[str, Any]:
        """Claim the last task of a role."""
        by = self.staff(role, number)
        items = (await self.get("/tasks", by)).json()["items"]
        answer = await self.post(f"/tasks/{items[-1]['id']}/claim", by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def prepare(self, role: str, task: Mapping[str, Any], outcome: str, **more: Any) -> httpx.Response:
        """Prepare as the gateway does: it judges earlier signers again where it is asked to."""
        step = {"outcome": outcome, "data": {}, **more}
        return await prepare_judged(self, task["id"], self.staff(role), step)

    async def judged(self, role: str, task: Mapping[str, Any]) -> list[dict[str, Any]]:
        return await judged(self, task["id"], self.staff(role))

    def signature(self, role: str, prepared: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        document = base64.b64decode(prepared["document"])
        cms = sign(document, self.staff(role).holder.key, at=self.clock.now(), detached=True)
        return {
            "signable_id": prepared["signable_id"],
            "signature": base64.b64encode(cms).decode(),
            "sha256": prepared["sha256"],
            "evidence": self.evidence(document, cms, Expectation.staff()),
            **changes,
        }

    async def complete(
        self, role: str, task: Mapping[str, Any], body: Mapping[str, Any], **options: Any
    ) -> httpx.Response:
        return await self.post(f"/tasks/{task['id']}/complete", self.staff(role), body, **options)

    async def check(self) -> None:
        """Carry out the first step."""
        answer = await self.complete("clerk", await self.task("clerk"), {"outcome": "checked"})
        assert answer.status_code == 200, answer.text

    async def sign_step(self, role: str, outcome: str, **more: Any) -> httpx.Response:
        """Claim, prepare, sign and complete a step."""
        task = await self.task(role)
        prepared = await self.prepare(role, task, outcome, **more)
        assert prepared.status_code == 200, prepared.text
        return await self.complete(role, task, self.signature(role, prepared.json()))

    async def carry_through(self, by: Someone, **changes: Any) -> dict[str, Any]:
        """File and carry out every step up to the signature in the result."""
        filed = await self.file(by, **changes)
        assert filed.status_code == 201, filed.text
        await self.check()
        assert (await self.sign_step("doctor", "examined", data={"conclusion": "fit"})).status_code == 200
        answer = await self.sign_step("head", "approved")
        assert answer.status_code == 200, answer.text
        return filed.json()

    def assignee(self, to: Someone) -> dict[str, Any]:
        """Name a colleague as the gateway does, which has asked auth-svc who he is."""
        return {"account_id": to.actor.account_id, "bin": to.actor.bin, "roles": sorted(to.actor.roles)}

    # ------------------------------------------------------------------------------------------------------ looking
    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            return list((await session.execute(text(statement), parameters)).all())

    async def execute(self, statement: str) -> None:
        async with self.owner.transaction() as session:
            await session.execute(text(statement))

    async def events(self) -> list[str]:
        rows = await self.rows("SELECT type FROM outbox ORDER BY seq")
        return [row.type.removeprefix("kz.shlyuz.application.").removesuffix(".v1") for row in rows]


@pytest.fixture(scope="session")
def regulations(tmp_path_factory):
    """The made-up law with the real calendars."""
    folder = tmp_path_factory.mktemp("law")
    shutil.copytree(HERE / "regulations", folder, dirs_exist_ok=True)
    ours = HERE.parents[2] / "shared" / "regulations"
    shutil.copytree(ours / "calendars", folder / "calendars")
    shutil.copy(ours / "annulment.toml", folder)
    shutil.copy(ours / "representation.toml", folder)
    return folder


@pytest.fixture(scope="session")
def authority():
    return Authority.create(at=START)


@pytest.fixture(scope="session")
async def case_database(postgres):
    async with fresh_database(postgres.admin_url, "attachment") as made:
        owner = Database(made.owner_url)
        async with owner.transaction() as session:
            await session.execute(text("CREATE TABLE places (name text PRIMARY KEY, application uuid NOT NULL)"))
            await session.execute(text("GRANT SELECT, INSERT ON places TO attachment"))
        await owner.close()
        yield made


@asynccontextmanager
async def running(
    settings: ApplicationsSettings, module: Fitness, clock: FixedClock, register: FixedRegister | None = None
) -> AsyncIterator[Any]:
    asked = register or FixedRegister()
    app = create("attachment", settings, [module], register=lambda _platform: nullcontext(asked))
    async with app.router.lifespan_context(app):
        app.state.platform = replace(app.state.platform, clock=clock)
        yield app


@pytest.fixture(scope="session")
def settings(case_database, regulations, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    gateway = CallerKey.generate("gateway")
    (folder / "gateway.pem").write_bytes(gateway.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    made = ApplicationsSettings(
        env="development", database_url=case_database.url, regulations=regulations, caller_keys=folder,
        personal_key=folder / "personal.json", seals=folder / "seals", pool_size=20, document_bytes=100_000,
    )  # fmt: skip
    return made, gateway


_TABLES = (
    "history, signed_documents, drafts, notices, results, documents, journal_counters, journal_rows, access_records, "
    "chain_links, tasks, applications, providers, outbox, outbox_offsets, inbox, answers, person_keys, places"
)


@pytest.fixture
async def world(settings, case_database, authority):
    """The service, empty but for two providers."""
    made, gateway = settings
    clock, module, owner = FixedClock(START), Fitness(), Database(case_database.owner_url)
    register = FixedRegister()
    async with owner.transaction() as session:
        await session.execute(text(f"TRUNCATE {_TABLES} CASCADE"))
        for number, code in enumerate((BIN, OTHER_BIN)):
            await keep(session, provider(code, number))
    async with running(made, module, clock, register) as app:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://attachment") as http:
            platform = app.state.platform
            yield World(
                http=http, gateway=gateway, office=platform.resources["office"], database=platform.database,
                owner=owner, clock=clock, authority=authority, module=module, app=app, settings=made,
                register=register,
            )  # fmt: skip
    await owner.close()


def provider(code: str, number: int = 0, **changes: Any) -> dict[str, Any]:
    made = {
        "bin": code, "region": "ulytau",
        "names": {"kk": f"Емхана {number}", "ru": f"Поликлиника {number}", "en": f"Clinic {number}"},
        "address": {"kk": "Абай к-сі", "ru": "ул. Абая"}, "zone": "Asia/Almaty",
        "opening_hours": {"zone": "Asia/Almaty", "week": _WEEK}, "services": ["fitness"], "active": True, "version": 1,
    }  # fmt: skip
    return {**made, **changes}


@pytest.fixture
def seals(settings, authority):
    """The seal keys of both providers."""
    folder = settings[0].seals
    folder.mkdir(exist_ok=True)
    for code in (BIN, OTHER_BIN):
        (folder / f"{code}.p12").write_bytes(authority.seal(bin=code, at=START).p12("secret"))
        (folder / f"{code}.pass").write_text("secret\n")
    return folder


@pytest.fixture
def later(world):
    """Let time pass: `later(minutes=31)`."""
    return lambda **span: world.clock.advance(timedelta(**span))


@pytest.fixture
def together():
    """Send requests at the same time."""

    async def send(*calls: Any) -> list[httpx.Response]:
        return list(await asyncio.gather(*calls))

    return send


@pytest.fixture
def statements(world):
    """Count the statements that the service sends."""

    @contextmanager
    def counting():
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(" ".join(statement.split())[:60])

        event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(world.database.engine.sync_engine, "before_cursor_execute", note)

    return counting
