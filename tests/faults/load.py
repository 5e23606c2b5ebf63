"""People at work, all the time: citizens who apply and look, staff who carry steps out and register who comes.

Everybody does as a good program does: what was not answered, or answered 503, is sent again as it was, under the same
Idempotency-Key, after the pause that was asked for. So at the end everybody knows what came of each of his deeds.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from random import Random
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import httpx
from tests.acceptance.conftest import NAMES, Town
from tests.faults.history import History
from tests.faults.services import PERFORMERS, SERVICES, Service, enter

from shlyuz.demo.api import Api, Refused
from shlyuz.demo.portal import Portal
from shlyuz.demo.workstation import Workstation
from shlyuz.seeding import cast

T = TypeVar("T")
ANSWER_WITHIN = 600.0  # seconds in which everybody must have a definite answer, however busy the machine
SESSION_AGE = 240.0  # seconds after which people log in again, well before a token's ten minutes
PAUSE = 5.0  # seconds that people rest between two deeds, at most
REFUSED_SHARE, LOOKING_SHARE, VISIT_SHARE = 0.1, 0.25, 0.2
CITIZENS = {"zhambyl": 6, "akmola": 4}
STRANGERS = 3
"""Who come to the window of a region, again and again."""


async def insist(send: Callable[[], Awaitable[T]]) -> T:
    """Send until the answer is definite: a success, or a refusal (raised) that is no 503."""
    async with asyncio.timeout(ANSWER_WITHIN):
        while True:
            try:
                return await send()
            except Refused as refusal:
                if refusal.status != httpx.codes.SERVICE_UNAVAILABLE:
                    raise
                pause = float(refusal.headers.get("Retry-After", "1"))
            except httpx.TransportError:
                pause = 0.5
            await asyncio.sleep(pause)


@dataclass(slots=True, kw_only=True)
class Person(ABC):
    """Someone at work."""

    chance: Random
    history: History
    entered: float = 0.0

    @abstractmethod
    async def log_in(self) -> object:
        """Log in as this person does."""

    @abstractmethod
    async def act(self) -> None:
        """Do the next thing."""

    async def enter(self) -> None:
        """Log in, if the session is not fresh any more."""
        if monotonic() - self.entered > SESSION_AGE:
            await insist(self.log_in)
            self.entered = monotonic()

    async def insist(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send until the answer is definite, with a session that is fresh however long that takes."""

        async def send_fresh() -> T:
            await self.enter()
            return await send()

        return await insist(send_fresh)


@dataclass(slots=True, kw_only=True)
class Citizen(Person):
    """Someone at the portal of a region."""

    portal: Portal
    region: str
    mine: list[str] = field(default_factory=list)

    @property
    def api(self) -> Api:
        return self.portal.api

    async def log_in(self) -> object:
        return await self.portal.log_in(with_certificate=self.region == "akmola")

    async def act(self) -> None:
        if self.mine and self.chance.random() < LOOKING_SHARE:
            await self.look(self.chance.choice(self.mine))
        else:
            await self.apply(self.chance.choice([one for one in SERVICES if one.region == self.region]))

    async def apply(self, service: Service) -> None:
        """Fill in, sign, and send until it is known what came of it."""
        signed, key = self.portal.sign(await self.insist(lambda: self.fill_in(service))), new_key(self.chance)
        try:
            receipt = await self.insist(lambda: self.portal.apply(signed, **{"Idempotency-Key": key}))
        except Refused as refusal:
            self.history.told("not filed", key, {"code": refusal.code})
            return
        self.history.told("filed", key, receipt)
        self.mine.append(receipt["id"])

    async def fill_in(self, service: Service) -> dict[str, Any]:
        provider = self.chance.choice(service.providers)
        fields = await service.fill_in(self.api, provider, self.chance)
        return await self.portal.fill_in(service.full_name, provider, fields)

    async def look(self, application: str) -> None:
        """Look how far it is, and take the result when it is there."""
        shown = await self.insist(lambda: self.api.get(f"/applications/{application}"))
        self.history.told("shown", application, {name: shown[name] for name in ("number", "state")})
        if shown["state"] == "issued" and shown.get("result"):
            path = f"/applications/{application}/result"
            content = (await self.insist(lambda: self.api.request("GET", path))).content
            self.history.keep(f"{application}.pdf", content)
            said = {"sha256": sha256(content).hexdigest(), "verify_url": shown["result"]["verify_url"]}
            self.history.told("given", application, said)

    async def collect(self, issued: Collection[str]) -> None:
        """Take every result that he has not taken yet."""
        await self.enter()
        taken = {word.about for word in self.history.words_of("given")}
        for application in self.mine:
            if application in issued and application not in taken:
                await self.look(application)


@dataclass(slots=True, kw_only=True)
class Performer(Person):
    """Someone at a workstation of a provider, who does whatever is on the list, and minds the window."""

    workstation: Workstation
    region: str
    role: str
    visitors: list[str]

    @property
    def api(self) -> Api:
        return self.workstation.api

    async def log_in(self) -> object:
        return await self.workstation.log_in()

    async def act(self) -> None:
        """Receive a visitor, or carry one step out."""
        windows = [one for one in SERVICES if (one.region, one.registrar) == (self.region, self.role)]
        if windows and self.chance.random() < VISIT_SHARE:
            await self.receive(self.chance.choice(windows))
            return
        tasks = (await self.insist(lambda: self.api.get("/tasks", role=self.role, limit=20)))["items"]
        if tasks:
            await self.carry_out(self.chance.choice(tasks)["id"])

    async def receive(self, service: Service) -> None:
        """Register who came or called."""
        visit = {
            "region": self.region,
            "service": service.name,
            "channel": self.chance.choice(("direct", "phone")),
            "applicant": {"iin": self.chance.choice(self.visitors), **NAMES},
            "fields": service.visit,
        }
        key = new_key(self.chance)
        receipt = await self.insist(
            lambda: self.api.post("/workstation/applications", visit, **{"Idempotency-Key": key})
        )
        self.history.told("filed", key, receipt)

    async def carry_out(self, task: str) -> None:
        """Claim a step, decide, sign where that is needed, and send until it is known what came of it."""
        open_ = await self.insist(lambda: self.api.post(f"/tasks/{task}/claim", {}))
        key = new_key(self.chance)
        try:
            step = await self.insist(lambda: self.decide(open_))
            body = step if not open_["signed"] else await self.signed(task, step)
            path = f"/tasks/{task}/complete"
            done = await self.insist(lambda: self.api.post(path, body, **{"Idempotency-Key": key}))
        except Refused as refusal:
            if refusal.code != "slot-taken":
                raise
            return  # it stays on the list, and somebody gives another time
        self.history.told("completed", task, done)

    async def signed(self, task: str, step: Mapping[str, Any]) -> dict[str, str]:
        prepared = await self.insist(lambda: self.api.post(f"/tasks/{task}/prepare", dict(step)))
        return self.workstation.signed(prepared)

    async def decide(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse now and then; else enter what the step asks for."""
        grounds = [one["code"] for one in task["grounds"] if one["code"].startswith("documents-")]
        if grounds and self.chance.random() < REFUSED_SHARE:
            return {"outcome": "refused", "ground": grounds[0]}
        data = await enter(self.api, self.workstation.bin, self.chance, task)
        return {"outcome": task["outcomes"][0]["key"], "data": data}


@dataclass(slots=True, kw_only=True)
class Load:
    """Everybody; they come in once, and are at work whenever a test wants it."""

    people: list[Person]

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let all work while the block lasts; at its end each ends his deed, and knows what came of it."""
        enough = asyncio.Event()
        tasks = [asyncio.create_task(_work(one, enough)) for one in self.people]
        try:
            yield
            enough.set()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def collect(self, issued: Collection[str]) -> None:
        """Let every citizen take his results."""
        await asyncio.gather(*(one.collect(issued) for one in self.people if isinstance(one, Citizen)))


async def _work(person: Person, enough: asyncio.Event) -> None:
    while not enough.is_set():
        await person.enter()
        await person.act()
        await asyncio.sleep(person.chance.uniform(0, PAUSE))


async def everybody(town: Town, history: History, chance: Random) -> Load:
    """Register the citizens, enter everybody in the population register, seat all performers at every provider."""
    people: list[Person] = []
    for region, number in CITIZENS.items():
        visitors = [town.newcomer() for _ in range(STRANGERS)]
        citizens = [town.newcomer() for _ in range(number)]
        for portal in (*citizens, *visitors):
            await _into_register(town, portal, region)
        for portal in citizens:
            await insist(partial(portal.register, with_certificate=region == "akmola"))
            people.append(Citizen(portal=portal, region=region, chance=Random(chance.random()), history=history))
        people += await _performers(town, region, [one.person.iin for one in visitors], history, chance)
    for person in people:
        await person.enter()
    return Load(people=people)


async def _into_register(town: Town, portal: Portal, region: str) -> None:
    try:
        await insist(partial(town.into_register, portal, region))
    except Refused as refusal:
        if refusal.status != httpx.codes.CONFLICT:  # an answer was lost, and the person is there
            raise


async def _performers(
    town: Town, region: str, visitors: list[str], history: History, chance: Random
) -> list[Performer]:
    places = [(one["bin"], role) for one in cast.providers() if one["region"] == region for role in PERFORMERS[region]]
    return [
        Performer(
            workstation=await insist(partial(town.workstation, region, role, provider=provider)),
            region=region,
            role=role,
            visitors=visitors,
            chance=Random(chance.random()),
            history=history,
        )
        for provider, role in places
    ]


def new_key(chance: Random) -> str:
    """Make an Idempotency-Key that the seed repeats."""
    return str(UUID(int=chance.getrandbits(128), version=4))
