"""The relay's side of the outbox tables: what waits, what was acknowledged, what must be sent again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database

# The planner reads `ix_outbox_waiting` alone; when nothing waits this is one look at an empty index.
_LANES = text(
    """
    SELECT lane FROM outbox_lanes
    WHERE lane IN (SELECT lane FROM outbox WHERE sent_at IS NULL)
    ORDER BY lane FOR UPDATE SKIP LOCKED
    """
)
_ROWS = text(
    """
    SELECT seq, id, topic, key, type, time, convert_to(data::text, 'UTF8') AS content, request_id,
           clock_timestamp() - time AS age
    FROM outbox WHERE sent_at IS NULL AND lane = ANY(:lanes) ORDER BY seq LIMIT :limit
    """
)
# The day is enough for the sweep, and leads from no event to another that was sent with it.
_MARK = text("UPDATE outbox SET sent_at = date_trunc('day', clock_timestamp()) WHERE seq = ANY(:seqs)")
_RECORD = text(
    """
    INSERT INTO outbox_offsets AS known (topic, partition, "offset") VALUES (:topic, :partition, :offset)
    ON CONFLICT (topic, partition) DO UPDATE SET "offset" = greatest(known."offset", excluded."offset")
    RETURNING "offset"
    """
)
_FORGET = text("DELETE FROM outbox_offsets WHERE topic = :topic RETURNING partition")
_AGAIN = text(
    """
    WITH again AS (UPDATE outbox SET sent_at = NULL WHERE topic = :topic AND sent_at IS NOT NULL RETURNING 1)
    SELECT count(*) FROM again
    """
)
_SWEEP = text("DELETE FROM outbox WHERE sent_at < clock_timestamp() - cast(:retention AS interval)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Where the broker put an event."""

    seq: int
    topic: str
    partition: int
    offset: int


@dataclass(slots=True, kw_only=True)
class Batch:
    """Events of the lanes that this relay holds; `backwards` says that an offset lay below one recorded before."""

    session: AsyncSession
    rows: Sequence[Row[*tuple[Any, ...]]]
    backwards: bool = False

    async def mark(self, sent: Sequence[Acknowledged]) -> None:
        """Record what was acknowledged; committed at the end of the batch."""
        if not sent:
            return
        await self.session.execute(_MARK, {"seqs": [one.seq for one in sent]})
        first: dict[tuple[str, int], int] = {}
        for one in sent:
            place = (one.topic, one.partition)
            first[place] = min(first.get(place, one.offset), one.offset)
        # The first of each partition, not the last: the embedded broker tells as a partition's end the offset after the
        # first message of its last batch, which is above every first one and below some last ones.
        # In one order, so that two relays never wait for each other.
        for (topic, partition), offset in sorted(first.items()):
            values = {"topic": topic, "partition": partition, "offset": offset}
            known = (await self.session.execute(_RECORD, values)).scalar_one()
            # Another relay was ahead by a little, or the broker began anew: its end offsets tell which.
            self.backwards |= known > offset


class Waiting:
    """The outbox of one service as its relay uses it; every method lets `DatabaseAway` through."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def batch(self, limit: int) -> AsyncIterator[Batch]:
        """Hold the free lanes with waiting events, and up to `limit` of those, while the block lasts."""
        async with self._database.transaction() as session:
            lanes = (await session.execute(_LANES)).scalars().all()
            rows = (await session.execute(_ROWS, {"lanes": lanes, "limit": limit})).all() if lanes else []
            yield Batch(session=session, rows=rows)

    async def recorded(self) -> Mapping[tuple[str, int], int]:
        """Give by topic and partition an offset that the broker acknowledged, and must still have."""
        async with self._database.transaction() as session:
            rows = await session.execute(text('SELECT topic, partition, "offset" FROM outbox_offsets'))
            return {(row.topic, row.partition): row.offset for row in rows}

    async def again(self, topic: str) -> int:
        """Have a topic's retention window sent again; tells how many events, 0 when another relay was first."""
        async with self._database.transaction() as session:
            # Every lane: no relay may be sending while the order begins anew.
            await session.execute(text("SELECT lane FROM outbox_lanes ORDER BY lane FOR UPDATE"))
            if not (await session.execute(_FORGET, {"topic": topic})).all():
                return 0
            count: int = (await session.execute(_AGAIN, {"topic": topic})).scalar_one()
            return count

    async def sweep(self, retention: timedelta) -> None:
        """Remove events that were sent longer ago than the retention."""
        async with self._database.transaction() as session:
            await session.execute(_SWEEP, {"retention": retention})
