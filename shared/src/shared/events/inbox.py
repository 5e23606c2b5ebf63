"""What a service has heard, and where a message stands that cannot be handled now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import Envelope, Headers
from shared.events.tables import dead_letters
from shared.events.tables import inbox as table

# One statement: rows go in unless one of the keys has a dead letter, and those come back that are new. The day is
# enough to forget them by, and does not tell which came together.
_ENTER = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:ids AS uuid[])) AS g (topic, key, id)
    ), dead AS (
        SELECT 1 FROM dead_letters JOIN given USING (topic, key) WHERE consumer = :consumer LIMIT 1
    ), entered AS (
        INSERT INTO inbox (consumer, event_id, received_at)
        SELECT :consumer, id, date_trunc('day', now()) FROM given WHERE NOT EXISTS (SELECT 1 FROM dead)
        ON CONFLICT DO NOTHING RETURNING event_id
    )
    SELECT event_id FROM entered UNION ALL SELECT NULL FROM dead
    """
)
_FIRST, _BEFORE = dead_letters.alias("first"), dead_letters.alias("before")
# The first letter of each key, if it is released; or parked, while the one before it was being resolved.
_TAKE = (
    select(_FIRST)
    .where(
        _FIRST.c.consumer == bindparam("reader"),
        _FIRST.c.state.in_(("released", "parked")),
        ~exists().where(
            _BEFORE.c.consumer == _FIRST.c.consumer,
            _BEFORE.c.topic == _FIRST.c.topic,
            _BEFORE.c.key == _FIRST.c.key,
            _BEFORE.c.seq < _FIRST.c.seq,
        ),
    )
    .order_by(_FIRST.c.seq)
    .limit(1)
    .with_for_update(skip_locked=True, of=_FIRST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message was found, and for whom."""

    consumer: str
    topic: str
    key: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of the dead-letter table that is being tried again."""

    seq: int
    place: Place
    event_id: UUID
    headers: Headers
    value: bytes


class BehindADeadOne(Exception):
    """A message of the key could not be handled: none that follows may be, and nothing was entered."""


async def enter(session: AsyncSession, messages: Sequence[tuple[Place, UUID]]) -> set[UUID]:
    """Note that one consumer's messages are being handled, and give the new ones; raises `BehindADeadOne`.

    A parallel handling of one of them waits here for our commit.
    """
    places = [place for place, _ in messages]
    values = {
        "consumer": places[0].consumer,
        "topics": [place.topic for place in places],
        "keys": [place.key for place in places],
        "ids": [event_id for _, event_id in messages],
    }
    entered = set((await session.execute(_ENTER, values)).scalars())
    if None in entered:
        raise BehindADeadOne
    return entered


async def is_known(session: AsyncSession, place: Place, event_id: UUID) -> bool:
    """Tell whether the message was handled before."""
    query = select(table.c.event_id).where(table.c.consumer == place.consumer, table.c.event_id == event_id)
    return (await session.execute(query)).one_or_none() is not None


async def enter_released(session: AsyncSession, place: Place, event_id: UUID) -> bool:
    """Note that a released message is being handled; False when it was handled before."""
    values = {"consumer": place.consumer, "event_id": event_id}
    statement = insert(table).values(values).on_conflict_do_nothing().returning(table.c.event_id)
    return (await session.execute(statement)).one_or_none() is not None


async def park(session: AsyncSession, place: Place, envelope: Envelope, headers: Headers) -> None:
    """Lay a message behind the dead one of its key."""
    await _lay(session, place, envelope, headers, state="parked", error=None, tries=0)


async def bury(
    session: AsyncSession, place: Place, envelope: Envelope, headers: Headers, error: str, tries: int
) -> None:
    """Lay a message among the dead."""
    await _lay(session, place, envelope, headers, state="dead", error=error, tries=tries)


async def bury_again(session: AsyncSession, letter: Letter, error: str) -> None:
    """Lay a released message back among the dead."""
    values = {"state": "dead", "error": error, "tries": dead_letters.c.tries + 1}
    await session.execute(update(dead_letters).where(dead_letters.c.seq == letter.seq).values(values))


async def _lay(
    session: AsyncSession,
    place: Place,
    envelope: Envelope,
    headers: Headers,
    *,
    state: str,
    error: str | None,
    tries: int,
) -> None:
    statement = insert(dead_letters).values(
        consumer=place.consumer, topic=place.topic, key=place.key, partition=place.partition, offset=place.offset,
        event_id=envelope.id, headers=[[name, value.decode("utf-8", "replace")] for name, value in headers],
        value=envelope.data, state=state, error=error, tries=tries,
    )  # fmt: skip
    await session.execute(statement.on_conflict_do_nothing())


async def take_released(session: AsyncSession, consumer: str) -> Letter | None:
    """Lock the next message to be tried again, or give None."""
    row = (await session.execute(_TAKE, {"reader": consumer})).one_or_none()
    return None if row is None else _letter(row)


def _letter(row: Row[*tuple[Any, ...]]) -> Letter:
    place = Place(consumer=row.consumer, topic=row.topic, key=row.key, partition=row.partition, offset=row.offset)
    headers = tuple((name, value.encode()) for name, value in row.headers)
    return Letter(seq=row.seq, place=place, event_id=row.event_id, headers=headers, value=row.value)


async def resolve(session: AsyncSession, letter: Letter) -> None:
    """Remove a message that was handled after all."""
    await session.execute(delete(dead_letters).where(dead_letters.c.seq == letter.seq))


async def count(session: AsyncSession, consumer: str) -> int:
    """Count what waits for a person."""
    query = select(func.count()).select_from(dead_letters).where(dead_letters.c.consumer == consumer)
    return (await session.execute(query)).scalar_one()
