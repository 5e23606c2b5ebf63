"""A region whole, and the people who use it: citizens who come new, staff at their workstations. All by HTTP alone."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest

from shared.personal import Iin
from shared.pki.signing import SigningKey
from shared.testing.authority import Authority
from shared.testing.authority_server import AuthorityServer
from shared.testing.identities import iin
from shlyuz.demo import programme
from shlyuz.demo.api import Api, Refused
from shlyuz.demo.attachment import home_at
from shlyuz.demo.portal import Person, Portal
from shlyuz.demo.walks import Walk, refused
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World, key_of
from shlyuz.state import RegionState

NOTHING = Counter[str]()
ISSUED_WITHIN = 120  # seconds, for the seal that a worker sets
LANGUAGES = ("kk", "ru", "en")
PERFORMERS = {"akmola": "dispatcher", "zhambyl": "responsible_employee"}  # who carries out the booking on the portal
REGISTRARS = {"akmola": "registry", "zhambyl": "responsible_employee"}  # who enters a person in the population register
PASSWORD = "жылы қыс жетті 7"
NAMES = {"surname": "Тұрсынбекова", "given_name": "Ұлжан", "patronymic": "Өмірғалиқызы"}
# What workers write by themselves whatever a request did, and what a notice needs besides its row.
BACKGROUND = {
    "booking": ["alembic_version", "chain_links", "inbox", "outbox_offsets"],
    "gateway": ["alembic_version", "inbox", "notice_counters", "person_keys", "revocation_answers", "revocation_lists",
                "revocation_sources", "workstation_counters", "workstation_events"],
}  # fmt: skip
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Town:
    """The region and its people."""

    region: RegionState
    http: httpx.AsyncClient
    world: World
    authorities: Mapping[str, Authority]
    said: list[str] = field(default_factory=list)
    came: list[dict[str, str]] = field(default_factory=list)

    @property
    def authority(self) -> Authority:
        """The authority of RSA keys, whose certificates people have unless a test says otherwise."""
        return self.authorities["rsa"]

    @property
    def roots(self) -> list[str]:
        """What anyone needs to check a result, whatever keys its signers have."""
        return replace(self.world, keys="gost").roots

    def walk(self, region: str, service: str = "booking", channel: str = "portal") -> Walk:
        """How people of that region use the service: what its form asks, what the performers decide."""
        return programme.walk_of(self.world, region, service, 0, self.said.append, channel=channel)

    def newcomer(self, *, keys: str = "rsa", **names: str) -> Portal:
        """Someone with a certificate who never used the portal."""
        number = next(_numbers)
        who = {"iin": str(iin(birth=date(1960 + number // 900, 1 + number % 12, 7), sex="f", number=number)),
               **NAMES, **names}  # fmt: skip
        key = self.authorities[keys].citizen(**who, at=datetime.now(UTC)).key
        self.came.append(who)
        name = f"{who['surname']} {who['given_name']} {who['patronymic']}"
        return self.portal(Person(iin=who["iin"], name=name, password=PASSWORD, key=key))

    def portal(self, person: Person) -> Portal:
        return Portal(Api(http=self.http, language="en"), person)

    async def citizen(self, region: str = "zhambyl", *, keys: str = "rsa", **names: str) -> Portal:
        """A newcomer who has registered and logged in, as the region wants it."""
        portal, with_certificate = self.newcomer(keys=keys, **names), region == "akmola"
        await portal.register(with_certificate=with_certificate)
        await portal.log_in(with_certificate=with_certificate)
        return portal

    async def into_register(self, portal: Portal, region: str = "zhambyl", **changes: Any) -> dict[str, Any]:
        """Have a person entered in the population register, as living in the first provider's first district."""
        provider = self.world.provider(region)["bin"]
        workstation = await self.workstation(region, REGISTRARS[region])
        surname, given_name, patronymic = portal.person.name.split()
        own = Iin(portal.person.iin)
        entry = {"iin": own.value, "surname": surname, "given_name": given_name, "patronymic": patronymic,
                 "birth_date": str(own.birth_date), "sex": own.sex, "address": home_at(provider),
                 **changes}  # fmt: skip
        return dict(await workstation.api.post("/register/persons", entry))

    async def workstation(
        self, region: str, role: str | None = None, *, provider: str | None = None, keys: str = "rsa"
    ) -> Workstation:
        """Someone of the (first) provider's staff, logged in; by default who carries the booking's step out."""
        wanted = role or PERFORMERS[region]
        bin_ = provider or self.world.provider(region)["bin"]
        staff = next(each for each in self.world.people["staff"] if each["bin"] == bin_ and wanted in each["roles"])
        made = Workstation(api=Api(http=self.http), bin=bin_, key=key_of(staff, keys), password=staff["password"])
        await made.log_in()
        return made

    async def document(self, portal: Portal, region: str = "zhambyl", **changed: Any) -> dict[str, Any]:
        """A form filled in as the region's form asks, not signed yet; `changed` members are laid over it."""
        walk = self.walk(region)
        fields = changed.pop("fields", None) or await walk.acts.fill_in(walk, portal.api)
        documents = await walk.acts.attach(walk, portal)
        provider = changed.pop("provider", None) or await walk.acts.choose(walk)
        return {**await portal.fill_in(walk.service, provider, fields, documents), **changed}

    async def file(self, portal: Portal, region: str = "zhambyl", **changed: Any) -> dict[str, Any]:
        """File an application, and give the receipt."""
        receipt: dict[str, Any] = await portal.apply(portal.sign(await self.document(portal, region, **changed)))
        return receipt

    async def complete(self, region: str, application: str, outcome: dict[str, Any] | None = None) -> Workstation:
        """Claim the application's task and carry it out, or end it as told."""
        walk, workstation = self.walk(region), await self.workstation(region)
        task = await workstation.claim((await workstation.task_of(application))["id"])
        await workstation.complete(task["id"], outcome or await walk.acts.decide(walk, workstation, task))
        return workstation

    def key_of(self, portal: Portal, **made: Any) -> SigningKey:
        """A key of the same person with a certificate that is made otherwise."""
        return self.authority.citizen(**NAMES, iin=portal.person.iin, at=datetime.now(UTC), **made).key

    async def revoke(self, portal: Portal) -> None:
        """Have the person's certificate revoked, and wait until the gateway goes by the new list."""
        self.authority.revoke(portal.person.key.certificate, at=datetime.now(UTC))
        await self._until(portal, "login-certificate-refused")

    @asynccontextmanager
    async def without_revocation_data(self) -> AsyncIterator[None]:
        """While the block lasts the list that the gateway holds is over, and the responder does not answer."""
        server, path, probe = self.region.authority, "/crl/leaf.crl", await self.citizen()
        server.behave("/ocsp", "dead")
        try:
            await self._let_the_list_end(server, path, probe)
            yield
        finally:
            server.behave("/ocsp", "ok")
            server._issued.pop(path, None)
            await self._until(probe, None)

    async def _let_the_list_end(self, server: AuthorityServer, path: str, probe: Portal) -> None:
        """Publish a list that serves for seconds; the gateway takes it while it serves, which a busy one may miss."""
        for seconds in (4, 8, 16):
            now = datetime.now(UTC).replace(microsecond=0)
            short = self.authority.crl(at=now, serves=timedelta(seconds=seconds))
            server._issued[path] = (frozenset(self.authority.books.revoked), now, short)
            with suppress(TimeoutError):
                await self._until(probe, "no-revocation-data", within=seconds + 3)
                return
        raise AssertionError("the gateway never went by the short list")

    async def _until(self, probe: Portal, code: str | None, *, within: float = 30) -> None:
        """Log in with the certificate until that is refused with the code, or not refused."""
        async with asyncio.timeout(within):
            while True:
                try:
                    await probe.log_in(with_certificate=True)
                    found = None
                except Refused as refusal:
                    found = refusal.code
                if found == code:
                    return
                await asyncio.sleep(0.2)

    async def until(self, send: Any, code: str, *, within: float = 60) -> Any:
        """Send again and again until it is not refused with this code; any other refusal is raised."""
        async with asyncio.timeout(within):
            while True:
                try:
                    return await send()
                except Refused as refusal:
                    if refusal.code != code:
                        raise
                await asyncio.sleep(0.2)

    async def written(self) -> Counter[str]:
        """Count every row that a request could have written, at the owner and at the gateway, and every taken slot."""
        rows = Counter[str]()
        for service in ("booking", "gateway"):
            connection = await asyncpg.connect(self.region.owner_urls[service].replace("+asyncpg", ""))
            try:
                tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                for (table,) in tables:
                    if table not in BACKGROUND[service]:
                        rows[f"{service}.{table}"] = await connection.fetchval(
                            f'SELECT count(*) FROM "{table}"'  # noqa: S608 - names from the catalogue
                        )
                if service == "booking":
                    rows["taken slots"] = await connection.fetchval("SELECT count(application) FROM slots")
            finally:
                await connection.close()
        return rows

    async def ask_database(self, service: str, statement: str, *values: Any) -> list[Any]:
        """Look at, or set up, what no one can by HTTP; as the database's owner."""
        connection = await asyncpg.connect(self.region.owner_urls[service].replace("+asyncpg", ""))
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()


async def until_issued(portal: Portal, application: str) -> dict[str, Any]:
    """Wait until the citizen sees his application issued, and give what he sees."""
    async with asyncio.timeout(ISSUED_WITHIN):
        while (shown := await portal.api.get(f"/applications/{application}"))["state"] != "issued":
            await asyncio.sleep(0.1)
    return dict(shown)


@pytest.fixture(scope="session")
async def town(whole_region, tmp_path_factory) -> AsyncIterator[Town]:
    limits = httpx.Limits(max_connections=300)
    async with httpx.AsyncClient(base_url=whole_region.url, timeout=60, trust_env=False, limits=limits) as http:
        servers = {"rsa": whole_region.authority, "gost": whole_region.gost_authority}
        authorities = {kind: server.authority for kind, server in servers.items()}
        for authority in authorities.values():
            authority.fresh_keys = False  # one key for many certificates is quicker, and nothing here depends on it
        folder = tmp_path_factory.mktemp("results")
        world = World(http=http, people=whole_region.people, folder=folder)
        yield Town(region=whole_region, http=http, world=world, authorities=authorities)


@pytest.fixture
async def citizen(town) -> Portal:
    """A citizen of zhambyl, logged in with IIN and password."""
    return await town.citizen()


@pytest.fixture
def problem():
    """Await a refusal, and check that it is a problem of this status and code with words in each language."""

    async def check(portal: Portal, send: Any, status: int, code: str) -> dict[str, Any]:
        said: dict[str, Refused] = {}
        for language in LANGUAGES:
            portal.api.language = language
            said[language] = await refused(send())
        portal.api.language = "en"
        for language, refusal in said.items():
            assert (refusal.status, refusal.code) == (status, code), refusal.problem
            assert refusal.headers["content-type"] == "application/problem+json"
            assert refusal.headers["content-language"] == language
            assert refusal.problem["type"] == f"/problems/{code}"
        for member in ("title", "detail"):
            assert len({refusal.problem[member] for refusal in said.values()}) == len(LANGUAGES)
        return dict(said["en"].problem)

    return check


@pytest.fixture
async def refuses(town, problem):
    """Send the same thing in three languages; check status, code, words, and what was written meanwhile."""

    async def check(portal, send, status, code, *, writes=NOTHING):
        before = await town.written()
        said = await problem(portal, send, status, code)
        after = await town.written()
        after.subtract(before)
        assert +after == writes
        assert not -after
        return said

    return check


@pytest.fixture
def register_stopped(town):
    """Stop the web process of attachment-svc for a while: it neither answers nor goes away."""

    @contextmanager
    def stopped():
        process = town.region.processes["attachment-web"]
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    return stopped
