"""From Kafka to the provider's stream: the worker keeps events, each web process tells its streams of new ones."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.workstation import repository
from gateway.workstation.errors import TooManyStreams
from shared.db import Database, DatabaseAway
from shared.events import Received
from shared.events.facts import ApplicationEvent, EnrolmentEvent
from shared.log import get_logger

_PAGE: Final = 200
_FORGET_AT_ONCE: Final = 5_000

log = get_logger(__name__)


async def keep(
    session: AsyncSession, messages: Sequence[Received[ApplicationEvent | EnrolmentEvent]], *, now: datetime
) -> None:
    """Store events of applications and of enrolment, each under the next number of its provider."""
    await repository.add(session, [_event(message) for message in messages], at=now)


def _event(message: Received[ApplicationEvent | EnrolmentEvent]) -> repository.Event:
    data = message.event.model_dump(mode="json", exclude_none=True)
    provider = data.pop("provider_bin")
    stored = {**data, "event_id": str(message.id), "occurred_at": message.time.isoformat()}
    return repository.Event(provider=provider, type=_name(message.event.type), data=stored)


def _name(type_: str) -> str:
    """`kz.shlyuz.application.step-opened.v1` is `application.step-opened` here: the public API has its own version."""
    return ".".join(type_.split(".")[2:-1])


@dataclass(slots=True, eq=False)
class _Watch:
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a stream tells; a reset has no type of an event and means: load your tasks again."""

    number: int
    type: str
    data: dict[str, Any]


class Hub:
    """One query for all streams of a process, however many there are, five times a second and only while there are any.

    Any replica serves any provider, since all of them read the same numbers. A job of the web process.
    """

    name = "workstation"
    ready = True

    def __init__(self, database: Database, *, poll: timedelta, most: int) -> None:
        self._database = database
        self._poll = poll.total_seconds()
        self._most = most
        self._watches: dict[str, set[_Watch]] = {}
        self._seen: dict[str, int] = {}
        self._watched = asyncio.Event()

    async def run(self) -> None:
        while True:
            await self._watched.wait()
            try:
                await self._look()
            except DatabaseAway:
                log.warning("workstation events not read, the database is away")
            await asyncio.sleep(self._poll)

    async def _look(self) -> None:
        providers = tuple(self._watches)
        if not providers:
            self._watched.clear()
            return
        async with self._database.transaction() as session:
            numbers = await repository.last_numbers(session, providers)
        for provider, last in numbers.items():
            if self._seen.get(provider) != last:
                self._seen[provider] = last
                for watch in self._watches.get(provider, ()):
                    watch.news.set()

    @contextmanager
    def watch(self, provider: str) -> Iterator[asyncio.Event]:
        if sum(map(len, self._watches.values())) >= self._most:
            raise TooManyStreams(retry_after=timedelta(seconds=5))
        watch = _Watch()
        self._watches.setdefault(provider, set()).add(watch)
        self._watched.set()
        try:
            yield watch.news
        finally:
            self._watches[provider].discard(watch)
            if not self._watches[provider]:
                del self._watches[provider]
                self._seen.pop(provider, None)


class Streams:
    def __init__(self, database: Database, hub: Hub, *, retention: timedelta, heartbeat: timedelta) -> None:
        self._database = database
        self._hub = hub
        self._retention = retention
        self._heartbeat = heartbeat.total_seconds()

    @asynccontextmanager
    async def open(
        self, provider: str, last_id: int | None, *, now: datetime
    ) -> AsyncIterator[AsyncIterator[Told | None]]:
        """Open a stream of what happened after `last_id` and of what happens; None in it is a heartbeat.

        Where the past cannot be told without a gap, a reset comes first. Whatever refuses the stream is raised here,
        before anything of it is sent.
        """
        with self._hub.watch(provider) as news:
            number, opening = await self._open(provider, last_id, since=now - self._retention)
            stream = self._follow(provider, number, opening, news)
            async with aclosing(stream):
                yield stream

    async def _follow(
        self, provider: str, number: int, opening: Told | None, news: asyncio.Event
    ) -> AsyncGenerator[Told | None, None]:
        if opening is not None:
            yield opening
        while True:
            # Cleared before reading: what is stored after the read sets it again.
            news.clear()
            async for told in self._after(provider, number):
                number = told.number
                yield told
            try:
                await asyncio.wait_for(news.wait(), self._heartbeat)
            except TimeoutError:
                yield None

    async def _open(self, provider: str, last_id: int | None, *, since: datetime) -> tuple[int, Told | None]:
        async with self._database.transaction() as session:
            last = await repository.last_number(session, provider)
            if last_id is None:
                return last, Told(number=last, type="open", data={})
            kept = await repository.is_kept(session, provider, max(last_id, 1), since=since)
        if kept or last_id == last == 0:
            return last_id, None
        return last, Told(number=last, type="reset", data={})

    async def _after(self, provider: str, number: int) -> AsyncIterator[Told]:
        while True:
            async with self._database.transaction() as session:
                rows = await repository.after(session, provider, number, limit=_PAGE)
            for row in rows:
                number = row["number"]
                yield Told(number=number, type=row["type"], data=row["data"])
            if len(rows) < _PAGE:
                return


async def forget_old(database: Database, *, now: datetime, retention: timedelta) -> None:
    """Delete events that no workstation may ask for any more."""
    while True:
        async with database.transaction() as session:
            gone = await repository.forget(session, before=now - retention, limit=_FORGET_AT_ONCE)
        if gone < _FORGET_AT_ONCE:
            return
