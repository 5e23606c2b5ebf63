"""The gateway whole, on real ports: with auth-svc itself, small owners, a real database, and a test authority."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from auth import app as auth_app
from auth.providers.service import Description
from auth.seeding import Wanted, open_seeding
from auth.settings import Settings as AuthSettings
from gateway import app as gateway_app
from gateway.revocation.fetching import Fetcher, open_source
from gateway.settings import Settings
from shared.applications.office import PREFIXES
from shared.db import Database
from shared.personal import Keyring
from shared.pki.signing import sign
from shared.pki.trust import Trust
from shared.settings import ServiceSettings
from shared.testing.authority import Authority
from shared.testing.authority_server import AuthorityServer
from shared.testing.databases import fresh_database
from shared.testing.identities import bin_, iin
from shared.testing.owner import Owner, owner_app
from shared.testing.processes import WebProcess
from shared.testing.programs import free_port
from shared.web import CallerKey

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
PASSWORD = "жылы қыс жетті 7"
STAFF_PASSWORD = "тау басында бұлт көп"
HOURS = {"week": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}, "cut_off": "17:30"}
PERFORMERS = ["1.2.398.3.3.4.1.2.1", "1.2.398.3.3.4.1.2.2", "1.2.398.3.3.4.1.2.5"]
_people = count(1)


def new_iin() -> str:
    return iin(birth=date(1985, 1, 3), number=next(_people))


@dataclass(kw_only=True)
class Region:
    """Everything that runs, and the words to ask it."""

    processes: dict[str, WebProcess]
    owners: dict[str, Owner]
    ca: Authority
    authority: AuthorityServer
    client: httpx.AsyncClient
    database: Database
    settings: Settings
    operator_bin: str
    provider_bin: str
    staff_iin: str
    gateway_key: CallerKey

    @property
    def booking(self) -> Owner:
        return self.owners["booking"]

    def now(self) -> datetime:
        now: datetime = self.processes["gateway"].app.state.platform.clock.now()
        return now

    async def fetch_lists(self) -> None:
        """Do once what the worker does every second, and have the web process load what came."""
        trust = Trust.load(self.settings.trust)
        platform = self.processes["gateway"].app.state.platform
        async with open_source(trust, within=timedelta(seconds=10)) as source:
            fetcher = Fetcher(self.database, platform.clock, trust, source, every=timedelta(milliseconds=1))
            await fetcher.fetch_due()
        await platform.resources["revocation"].load()

    async def ask(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def register(self, number: str, **more: Any) -> httpx.Response:
        body = {"iin": number, "password": PASSWORD, "phone": "+77011234567", "language": "kk", **more}
        return await self.ask("POST", "/users", json=body)

    async def citizen(self) -> "Citizen":
        """Register a citizen with a password, and log him in."""
        number = new_iin()
        assert (await self.register(number)).status_code == 202
        form = {"grant_type": "password", "username": number, "password": PASSWORD}
        tokens = (await self.ask("POST", "/auth/token", data=form)).json()
        holder = self.ca.citizen(
            iin=number, surname="СЫНАҚ", given_name="АННА", patronymic="АСҚАРҚЫЗЫ", at=datetime.now(UTC)
        )
        return Citizen(region=self, iin=number, token=tokens["access_token"], tokens=tokens, holder=holder)

    async def challenge(self, key: Any, *, username: str = "", password: str = PASSWORD) -> dict[str, str]:
        given = (await self.ask("POST", "/auth/challenge", json={})).json()
        signature = sign(base64.b64decode(given["document"]), key, at=datetime.now(UTC))
        return {"grant_type": "password", "username": username, "password": password,
                "challenge_id": given["challenge_id"], "signature": base64.b64encode(signature).decode()}  # fmt: skip

    def staff_holder(
        self, *, role: str = "employee", number: str | None = None, organisation: str | None = None
    ) -> Any:
        return self.ca.staff(
            iin=number or self.staff_iin, bin=organisation or self.provider_bin, organisation="ЕМХАНА", role=role,
            surname="ДӘРІГЕР", given_name="БОЛАТ", patronymic="", at=datetime.now(UTC),
        )  # fmt: skip

    async def staff_token(self) -> str:
        form = await self.challenge(self.staff_holder().key, password=STAFF_PASSWORD)
        answer = await self.ask("POST", "/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@dataclass(kw_only=True)
class Citizen:
    region: Region
    iin: str
    token: str
    tokens: dict[str, Any]
    holder: Any

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.region.ask(method, path, token=self.token, **options)

    async def form_token(self, path: str = "/services/zhambyl.booking/form") -> str:
        return str((await self.region.ask("GET", path)).json()["form_token"])

    async def document(self, **changed: Any) -> bytes:
        told = {
            "purpose": "application", "audience": "shlyuz", "request_id": str(uuid4()), "applicant": {"iin": self.iin},
            "patient": {"iin": self.iin}, "region": "zhambyl", "service": "booking",
            "provider": self.region.provider_bin, "fields": {}, "documents": [], **changed,
        }  # fmt: skip
        if "form_token" not in told:
            told["form_token"] = await self.form_token()
        return orjson.dumps(told)

    def signed(self, document: bytes, *, key: Any = None, detached: bool = True) -> dict[str, str]:
        cms = sign(document, key or self.holder.key, at=datetime.now(UTC), detached=detached)
        return {"document": base64.b64encode(document).decode(), "signature": base64.b64encode(cms).decode()}

    async def file(self, body: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        body = body or self.signed(await self.document())
        return await self.ask("POST", "/applications", json=body, headers=headers)


@pytest.fixture(scope="package")
def process():
    """Make a process of an application and its settings."""
    return WebProcess


@pytest.fixture(scope="package")
async def region(postgres, tmp_path_factory) -> AsyncIterator[Region]:
    folder = tmp_path_factory.mktemp("gateway")
    async with AsyncExitStack() as stack:
        yield await _start(stack, postgres.admin_url, folder)


async def _start(stack: AsyncExitStack, admin_url: str, folder: Path) -> Region:
    now = datetime.now(UTC)
    key = _make_keys(folder)
    port = free_port()
    ca = Authority.create(at=now, base_url=f"http://127.0.0.1:{port}")
    authority = await stack.enter_async_context(
        AuthorityServer(ca, host="127.0.0.1", port=port, clock=lambda: datetime.now(UTC))
    )
    trust = ca.trust_toml(folder / "trust") or folder / "trust" / "trust.toml"
    auth_database = await stack.enter_async_context(fresh_database(admin_url, "auth"))
    database = await stack.enter_async_context(fresh_database(admin_url, "gateway"))
    common: dict[str, Any] = {"env": "development", "caller_keys": folder / "callers", "host": "127.0.0.1",
                              "drain": timedelta(seconds=1)}  # fmt: skip
    auth_settings = AuthSettings(
        **common, database_url=auth_database.url, personal_key=folder / "auth.personal", regulations=REGULATIONS,
        password_memory_kib=1024, port=free_port(),
    )  # fmt: skip
    operator_bin, provider_bin, staff_iin = bin_(number=1), bin_(number=2), new_iin()
    await _seed(auth_settings, operator_bin, provider_bin, staff_iin)
    owners = {name: Owner(name=name) for name in PREFIXES}
    owners["booking"].services = ("akmola.booking", "zhambyl.booking")
    owners["attachment"].services = ("zhambyl.attachment",)
    processes = {"auth": WebProcess(app=auth_app.create(auth_settings), settings=auth_settings)}
    for name, owner in owners.items():
        settings = ServiceSettings(**common, database_url=database.url, pool_size=1, port=free_port())
        processes[name] = WebProcess(app=owner_app(owner, settings), settings=settings)
    settings = _settings(folder, processes, **common, database_url=database.url, trust=trust)
    processes["gateway"] = WebProcess(app=gateway_app.create(settings), settings=settings)
    for process in processes.values():
        await process.start()
        stack.push_async_callback(process.stop)
    client = await stack.enter_async_context(
        httpx.AsyncClient(
            base_url=processes["gateway"].url, headers={"Accept-Language": "en"}, trust_env=False, timeout=15
        )
    )
    own = Database(database.url, application="test", pool_size=2)
    stack.push_async_callback(own.close)
    region = Region(
        processes=processes, owners=owners, ca=ca, authority=authority, client=client, database=own, settings=settings,
        operator_bin=operator_bin, provider_bin=provider_bin, staff_iin=staff_iin, gateway_key=key,
    )  # fmt: skip
    await region.fetch_lists()
    return region


def _make_keys(folder: Path) -> CallerKey:
    key = CallerKey.generate("gateway")
    (folder / "callers").mkdir()
    (folder / "callers" / "gateway.pem").write_bytes(key.public_pem())
    (folder / "gateway.key").write_bytes(key.private_pem())
    (folder / "form.key").write_text(base64.b64encode(os.urandom(32)).decode())
    for name in ("auth", "gateway"):
        (folder / f"{name}.personal").write_bytes(Keyring.generate().dump())
    return key


def _settings(folder: Path, processes: dict[str, WebProcess], **common: Any) -> Settings:
    return Settings(
        **common, personal_key=folder / "gateway.personal",
        caller_key=folder / "gateway.key", port=free_port(), form_key=folder / "form.key",
        principal_age=timedelta(milliseconds=300),
        **{f"upstream_{name}": process.url for name, process in processes.items()},
        limit_address="100000/minute", limit_account="100000/minute", limit_login_address="100000/minute",
        limit_login_account="100000/minute", limit_register_address="100000/minute",
        header_deadline=timedelta(milliseconds=500), body_deadline=timedelta(milliseconds=800),
        workstation_heartbeat=timedelta(milliseconds=500), gather_timeout=timedelta(seconds=2),
        upload_bytes=200_000,
    )  # fmt: skip


async def _seed(settings: AuthSettings, operator_bin: str, provider_bin: str, staff_iin: str) -> None:
    names = {"kk": "Емхана", "ru": "Поликлиника", "en": "Polyclinic"}
    async with open_seeding(settings) as seeding:
        await seeding.operator(operator_bin, ["akmola", "zhambyl"])
        await seeding.provider(
            Description(
                bin=provider_bin,
                region="zhambyl",
                names=names,
                address=names,
                zone="Asia/Almaty",
                opening_hours=HOURS,
                services=("booking",),
                active=True,
            )
        )
        await seeding.staff(
            Wanted(
                iin=staff_iin,
                bin=provider_bin,
                name="Болат Дәрігер",
                roles=frozenset({"responsible_employee"}),
                password=STAFF_PASSWORD,
            )
        )


@pytest.fixture
async def citizen(region) -> Citizen:
    return await region.citizen()


@pytest.fixture
def problem():
    """Check that an answer is a problem with this status and code, and give it."""

    def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
        body = answer.json()
        assert body["code"] == code, body
        assert body["detail"]
        return dict(body)

    return check
