"""Messages that could not be handled: told on a topic, listed by `shlyuz dlq list`, tried again by `dlq redrive`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.event import Event
from shared.events.tables import dead_letters


class DeadLettered(Event):
    """A consumer gave a message up; the message itself lies in that service's table."""

    type: ClassVar[str] = "kz.shlyuz.message.dead-lettered.v1"

    event_id: UUID
    consumer: str
    event_type: str
    topic: str
    subject: str
    error: str

    @property
    def key(self) -> str:
        """Give the id of the thing that the message is about."""
        return self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One waiting message as an operator sees it."""

    seq: int
    consumer: str
    topic: str
    key: str
    event_id: UUID
    state: str
    error: str | None
    tries: int
    created_at: datetime


async def waiting(session: AsyncSession) -> Sequence[DeadLetter]:
    """List what waits, the oldest first; parked ones wait behind the dead one of their key."""
    columns = [dead_letters.c[name] for name in DeadLetter.__slots__]
    rows = await session.execute(select(*columns).order_by(dead_letters.c.seq))
    return [DeadLetter(**row._asdict()) for row in rows]


async def release(session: AsyncSession, *, seq: int | None = None) -> int:
    """Have the consumer try one dead letter again, or all of them, with what is parked behind; tells how many.

    The service's worker does it within a second or two; one that fails again is dead again.
    """
    chosen = dead_letters.c.state == "dead"
    if seq is not None:
        chosen &= dead_letters.c.seq == seq
    statement = update(dead_letters).where(chosen).values(state="released").returning(dead_letters.c.seq)
    return len((await session.execute(statement)).all())
