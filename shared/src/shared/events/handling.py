"""One transaction: the inbox, the effect, and what becomes of a message that cannot be handled.

Messages that came together are handled together, in one transaction; when anything about one of them is not as usual,
each is handled in a transaction of its own.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.db import Database
from shared.errors import ProblemError
from shared.events import inbox
from shared.events.dead_letters import DeadLettered
from shared.events.envelope import Envelope, Handler, Handlers, Headers, Received, event_of, read_envelope
from shared.events.event import Event
from shared.events.inbox import BehindADeadOne, Place
from shared.events.metrics import DEAD, HANDLED
from shared.events.outbox import Outbox
from shared.events.topics import dead_letter_topic
from shared.log import get_logger, safe_message, set_request_id

_LOG = get_logger(__name__)
TRIES = 3
_FIRST_PAUSE = timedelta(milliseconds=100)
_UNAVAILABLE = 503


class DependencyAway(Exception):
    """Something that the handler needs cannot be reached: the message waits, and no try is used up."""


class Record(Protocol):
    """What is used of a Kafka message."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message that is an event of ours, and its handler."""

    envelope: Envelope
    headers: Headers
    place: Place
    kind: type[Event]
    handler: Handler


class Handling:
    """Handle the messages of one consumer; used by the loop that reads them, and when dead ones are tried again."""

    def __init__(self, *, consumer: str, handlers: Handlers, database: Database, outbox: Outbox, clock: Clock) -> None:
        self._consumer = consumer
        self._handlers = {kind.type: (kind, handler) for kind, handler in handlers.items()}
        self._database = database
        self._outbox = outbox
        self._clock = clock

    async def handle_together(self, records: Sequence[Record]) -> bool:
        """Bring about the effects of messages once, all or none; False when they must be handled one by one."""
        try:
            messages = [message for record in records if (message := self._message(record)) is not None]
            if messages:
                async with self._database.transaction() as session:
                    entered = await inbox.enter(session, [(message.place, message.envelope.id) for message in messages])
                    await self._effects(session, _first_of_each(messages, entered))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is judged when the message is alone
            _LOG.info("messages are handled one by one", error_type=type(error).__name__, messages=len(records))
            return False
        HANDLED.labels(self._consumer, records[0].topic, "together").inc(len(records))
        return True

    async def handle(self, record: Record) -> None:
        """Bring about the effect of a message once; raises `EnvelopeInvalid` or `DependencyAway`."""
        message = self._message(record)
        if message is None:
            HANDLED.labels(self._consumer, record.topic, "passed over").inc()
            return
        set_request_id(message.envelope.request_id or message.envelope.id.hex)
        for tried in range(1, TRIES + 1):
            try:
                outcome = await self._attempt(message)
            except Exception as error:  # noqa: BLE001  # whatever the handler raises is judged here
                _raise_if_away(error)
                _LOG.exception("message failed", message_id=str(message.envelope.id), tries=tried)
                if tried == TRIES:
                    outcome = await self._bury(message, error)
                else:
                    await asyncio.sleep((_FIRST_PAUSE * 4 ** (tried - 1)).total_seconds())
                    continue
            HANDLED.labels(self._consumer, record.topic, outcome).inc()
            return

    def _message(self, record: Record) -> _Message | None:
        envelope = read_envelope(record.headers, record.value)
        known = self._handlers.get(envelope.type)
        if known is None:
            return None
        key = (record.key or b"").decode("utf-8", "replace")
        place = Place(consumer=self._consumer, topic=record.topic, key=key, partition=record.partition,
                      offset=record.offset)  # fmt: skip
        return _Message(envelope=envelope, headers=tuple(record.headers), place=place, kind=known[0], handler=known[1])

    async def _attempt(self, message: _Message) -> str:
        place, event_id = message.place, message.envelope.id
        async with self._database.transaction() as session:
            try:
                if not await inbox.enter(session, [(place, event_id)]):
                    return "repeated"
            except BehindADeadOne:
                if await inbox.is_known(session, place, event_id):
                    return "repeated"
                await inbox.park(session, place, message.envelope, message.headers)
                return "parked"
            await self._effects(session, [message])
        return "handled"

    async def _effects(self, session: AsyncSession, messages: Iterable[_Message]) -> None:
        """Call the handlers in the order of the messages, once for those that follow one another."""
        for handler, following in groupby(messages, key=lambda message: message.handler):
            await handler(session, [_received(message) for message in following])

    async def _bury(self, message: _Message, error: Exception) -> str:
        """Lay the message among the dead, and tell it on the dead-letter topic, in one transaction."""
        try:
            async with self._database.transaction() as session:
                await inbox.bury(session, message.place, message.envelope, message.headers, type(error).__name__, TRIES)
                event = DeadLettered(
                    event_id=message.envelope.id, consumer=self._consumer, event_type=message.envelope.type,
                    topic=message.place.topic, subject=message.envelope.subject, error=type(error).__name__,
                )  # fmt: skip
                topic = dead_letter_topic(self._outbox.service)
                await self._outbox.publish(session, event, topic=topic, at=self._clock.now())
                DEAD.labels(self._consumer).set(await inbox.count(session, self._consumer))
        except Exception as failure:
            _raise_if_away(failure)
            raise
        return "dead"

    async def redrive(self) -> int:
        """Handle released dead letters and the parked ones behind them, in order; tells how many.

        The first that fails again ends its key's turn, dead once more; raises `DependencyAway`.
        """
        handled = 0
        while (found := await self._redrive_one()) is not None:
            handled += found
        if handled:
            async with self._database.transaction() as session:
                DEAD.labels(self._consumer).set(await inbox.count(session, self._consumer))
        return handled

    async def _redrive_one(self) -> int | None:
        row: inbox.Letter | None = None
        try:
            async with self._database.transaction() as session:
                row = await inbox.take_released(session, self._consumer)
                if row is None:
                    return None
                envelope = read_envelope(row.headers, row.value)
                kind, handler = self._handlers[envelope.type]
                message = _Message(envelope=envelope, headers=row.headers, place=row.place, kind=kind, handler=handler)
                set_request_id(envelope.request_id or envelope.id.hex)
                if await inbox.enter_released(session, row.place, envelope.id):
                    await self._effects(session, [message])
                await inbox.resolve(session, row)
            return 1
        except Exception as error:
            if row is None:
                raise
            _raise_if_away(error)
            _LOG.exception("dead letter failed again", message_id=str(row.event_id))
            async with self._database.transaction() as session:
                await inbox.bury_again(session, row, type(error).__name__)
            return 0
        finally:
            set_request_id(None)


def _first_of_each(messages: Sequence[_Message], entered: set[UUID]) -> Iterator[_Message]:
    """Give the messages that were entered; one that was sent twice counts once."""
    waiting = set(entered)
    for message in messages:
        if message.envelope.id in waiting:
            waiting.discard(message.envelope.id)
            yield message


def _received(message: _Message) -> Received[Any]:
    envelope, place = message.envelope, message.place
    return Received(
        event=event_of(envelope, message.kind), id=envelope.id, time=envelope.time, subject=envelope.subject,
        topic=place.topic, partition=place.partition, offset=place.offset, request_id=envelope.request_id,
    )  # fmt: skip


def _raise_if_away(error: Exception) -> None:
    """Raise `DependencyAway` for a problem that says 503, a connection that broke, or a deadline."""
    if isinstance(error, ValidationError | DBAPIError):
        return
    away = isinstance(error, DependencyAway | ConnectionError | TimeoutError) or (
        isinstance(error, ProblemError) and error.status == _UNAVAILABLE
    )
    if away:
        raise DependencyAway(safe_message(error)) from error
