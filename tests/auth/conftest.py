"""auth-svc whole, on a real database, asked as the gateway asks it, at a time that the test sets."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from auth.app import create
from auth.keys.service import KeyKeeper, SigningKeys
from auth.passwords.hashing import Cost, PasswordHashing
from auth.providers.service import Description
from auth.seeding import Made, Seeding, Wanted, open_seeding
from auth.settings import Settings
from shared.applications.forms import RegistrationDocument, write_document
from shared.db import Database
from shared.personal import Keyring
from shared.personal.identities import check_digit
from shared.testing import FixedClock
from shared.testing.databases import fresh_database
from shared.web import Actor, CallerKey, Platform

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
PASSWORD = "жылы қыс жетті 7"
STAFF_PASSWORD = "тау басында бұлт көп"
ADDRESS = "192.0.2.7"
HOURS = {"week": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}, "cut_off": "17:30"}
_numbers = count(1)


def number(prefix: str) -> str:
    """Make the next IIN or BIN with a right check digit."""
    while True:
        first = f"{prefix}{next(_numbers):0{11 - len(prefix)}d}"
        if (digit := check_digit(first)) is not None:
            return f"{first}{digit}"


def new_iin() -> str:
    return number(f"{date(1985, 1, 3):%y%m%d}4")


def new_bin() -> str:
    return number("150840")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    bin: str
    region: str
    administrator_iin: str
    administrator: Made


@dataclass(kw_only=True)
class Auth:
    """The service, and the words to ask it."""

    app: Any
    client: httpx.AsyncClient
    clock: FixedClock
    gateway: CallerKey
    owner: Database
    seeding: Seeding

    @property
    def platform(self) -> Platform:
        return self.app.state.platform

    def headers(self, actor: Actor | None = None, language: str = "en") -> dict[str, str]:
        token = self.gateway.sign("auth", actor, now=self.clock.now())
        return {"Authorization": f"Bearer {token}", "Accept-Language": language}

    async def ask(
        self, method: str, path: str, *, actor: Actor | None = None, language: str = "en", **options: Any
    ) -> httpx.Response:
        return await self.client.request(method, path, headers=self.headers(actor, language), **options)

    async def register(self, iin: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        body = {"iin": iin, "password": password, "phone": "+77011234567", "language": "kk", "client_address": ADDRESS}
        return await self.ask("POST", "/users", json={**body, **more})

    async def log_in(self, iin: str, password: str = PASSWORD, address: str = ADDRESS, **more: Any) -> httpx.Response:
        body = {"grant_type": "password", "username": iin, "password": password, "client_address": address}
        return await self.ask("POST", "/auth/token", json={**body, **more})

    async def challenge(self) -> str:
        return (await self.ask("POST", "/auth/challenge", json={})).json()["challenge_id"]

    async def log_in_with_certificate(
        self,
        iin: str,
        password: str = PASSWORD,
        *,
        organisation: str | None = None,
        challenge: str | None = None,
        **more: Any,
    ) -> httpx.Response:
        certificate = {"iin": iin, "bin": organisation, "roles": ["1.2.398.3.3.4.1.1"], "serial": "0a", "evidence": {}}
        challenge = challenge or await self.challenge()
        return await self.log_in("", password, challenge_id=challenge, certificate=certificate, **more)

    async def refresh(self, token: str) -> httpx.Response:
        body = {"grant_type": "refresh_token", "refresh_token": token, "client_address": ADDRESS}
        return await self.ask("POST", "/auth/token", json=body)

    async def principal(self, tokens: dict[str, Any]) -> httpx.Response:
        return await self.ask("GET", f"/internal/sessions/{self.session_of(tokens)}")

    def session_of(self, tokens: dict[str, Any]) -> str:
        import jwt

        return jwt.decode(tokens["access_token"], options={"verify_signature": False})["sid"]

    async def actor(self, iin: str, organisation: str, password: str = STAFF_PASSWORD) -> Actor:
        """Log a member of staff in and give him as the gateway names him."""
        granted = await self.log_in_with_certificate(iin, password, organisation=organisation)
        assert granted.status_code == 200, granted.text
        shown = (await self.principal(granted.json())).json()
        del shown["language"]
        return Actor(**{**shown, "roles": frozenset(shown["roles"])})

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        async with self.owner.transaction() as session:
            found = await session.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]


def registration(iin: str) -> bytes:
    return write_document(
        RegistrationDocument.model_validate(
            {
                "purpose": "registration",
                "audience": "shlyuz",
                "request_id": str(uuid4()),
                "applicant": {"iin": iin},
                "form_token": "t",
            }
        )
    )


def proof(iin: str, document: bytes | None = None) -> dict[str, Any]:
    """What the gateway forwards after condition 2; the signature itself is its business."""
    return {
        "document": b64encode(document or registration(iin)).decode(),
        "signature": b64encode(b"cms").decode(),
        "evidence": {
            "received_at": START.isoformat(),
            "verdict": {"value": "valid", "code": "valid", "signer": {"iin": iin, "serial": "0a"}},
            "path": ["MAA="],
            "revocation": [],
        },
    }


@pytest.fixture
def make_proof():
    return proof


@pytest.fixture
def make_registration():
    return registration


@pytest.fixture
def make_iin():
    return new_iin


@pytest.fixture
def make_bin():
    return new_bin


@pytest.fixture(scope="package")
def caller() -> CallerKey:
    return CallerKey.generate("gateway")


@pytest.fixture(scope="package")
async def auth_settings(postgres, caller, tmp_path_factory) -> AsyncIterator[tuple[Settings, str]]:
    folder = tmp_path_factory.mktemp("auth")
    (folder / "callers").mkdir()
    (folder / "callers" / "gateway.pem").write_bytes(caller.public_pem())
    (folder / "personal.json").write_bytes(Keyring.generate().dump())
    async with fresh_database(postgres.admin_url, "auth") as made:
        settings = Settings(
            env="development",
            database_url=made.url,
            caller_keys=folder / "callers",
            personal_key=folder / "personal.json",
            regulations=REGULATIONS,
            password_memory_kib=1024,
        )
        yield settings, made.owner_url


@pytest.fixture(scope="package")
async def service(auth_settings):
    """The application, started once, and the operator's means."""
    settings, owner_url = auth_settings
    app, owner = create(settings), Database(owner_url)
    async with app.router.lifespan_context(app), open_seeding(settings) as seeding:
        yield app, seeding, owner
    await owner.close()


@pytest.fixture
async def auth(service, caller) -> AsyncIterator[Auth]:
    """The service at 14:00 in Almaty on a Monday; what an earlier test left in counters and keys is gone."""
    app, seeding, owner = service
    async with owner.transaction() as session:
        await session.execute(text("TRUNCATE login_failures, signing_keys"))
    clock, opened = FixedClock(START), app.state.platform
    keeper = KeyKeeper(opened.need_persons(), opened.settings)
    resources = {**opened.resources, "keys": SigningKeys(database=opened.database, keeper=keeper)}
    app.state.platform = replace(opened, clock=clock, resources=resources)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth", trust_env=False) as client:
        yield Auth(app=app, client=client, clock=clock, gateway=caller, owner=owner, seeding=seeding)
    app.state.platform = opened


@pytest.fixture
async def operator(auth, make_bin, make_iin) -> Organisation:
    """The operator of both regions, with its first administrator."""
    organisation, iin = make_bin(), make_iin()
    await auth.seeding.operator(organisation, ["akmola", "zhambyl"])
    made = await auth.seeding.staff(Wanted(iin=iin, bin=organisation, name="Оператор", password=STAFF_PASSWORD))
    return Organisation(bin=organisation, region="akmola", administrator_iin=iin, administrator=made)


@pytest.fixture
async def polyclinic(auth, make_bin, make_iin) -> Organisation:
    """A provider of akmola with its administrator."""
    organisation, iin = make_bin(), make_iin()
    await auth.seeding.provider(
        Description(
            bin=organisation,
            region="akmola",
            names={"kk": "Емхана", "ru": "Поликлиника", "en": "Polyclinic"},
            address={"kk": "Көкшетау", "ru": "Кокшетау", "en": "Kokshetau"},
            zone="Asia/Almaty",
            opening_hours={**HOURS, "zone": "Asia/Almaty"},
            services=("booking",),
            active=True,
        )
    )
    made = await auth.seeding.staff(Wanted(iin=iin, bin=organisation, name="Әкімші", password=STAFF_PASSWORD))
    return Organisation(bin=organisation, region="akmola", administrator_iin=iin, administrator=made)


@pytest.fixture
def later(auth):
    def move(**length: float) -> None:
        auth.clock.advance(timedelta(**length))

    return move


@pytest.fixture
def usual_cost(auth):
    """Passwords that cost tens of milliseconds, as in a region; elsewhere the tests make them cheap."""
    hashing = PasswordHashing(Cost(memory_kib=19_456, rounds=2, workers=2, queue=100))
    auth.platform.resources["passwords"] = hashing
    yield
    hashing.close()
