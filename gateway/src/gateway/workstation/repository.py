"""Statements on the workstations' tables."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.workstation.models import workstation_counters, workstation_events

Row = sa.RowMapping


# In the order given for each provider. Counters are locked in one order: two workers never wait for each other.
_ADD = sa.text(
    """
    WITH given AS (
        SELECT provider, type, data, place, row_number() OVER (PARTITION BY provider ORDER BY place) AS nth
        FROM unnest(CAST(:providers AS text[]), CAST(:types AS text[]), CAST(:data AS text[]))
             WITH ORDINALITY AS g (provider, type, data, place)
    ), counted AS (
        INSERT INTO workstation_counters AS known (provider, last)
        SELECT provider, count(*) FROM given GROUP BY provider ORDER BY provider
        ON CONFLICT (provider) DO UPDATE SET last = known.last + excluded.last
        RETURNING provider, last
    )
    INSERT INTO workstation_events (provider, number, type, data, stored_at)
    SELECT provider, last - count(*) OVER (PARTITION BY provider) + nth, type, CAST(data AS jsonb),
           date_trunc('day', CAST(:at AS timestamptz))
    FROM given JOIN counted USING (provider)
    """
)


class Event(NamedTuple):
    """What a provider's workstations are told."""

    provider: str
    type: str
    data: dict[str, Any]


async def add(session: AsyncSession, events: Sequence[Event], *, at: datetime) -> None:
    """Store events, each under its provider's next number.

    The counter's row stays locked until commit: numbers are gapless, and whoever has seen n has seen all before n.
    Of when they came the day is kept: enough to forget them by, and nothing tells which came together.
    """
    values = {
        "providers": [event.provider for event in events],
        "types": [event.type for event in events],
        "data": [orjson.dumps(event.data).decode() for event in events],
        "at": at,
    }
    await session.execute(_ADD, values)


async def last_numbers(session: AsyncSession, providers: Collection[str]) -> dict[str, int]:
    statement = sa.select(workstation_counters.c.provider, workstation_counters.c.last).where(
        workstation_counters.c.provider.in_(providers)
    )
    return {row.provider: row.last for row in await session.execute(statement)}


async def last_number(session: AsyncSession, provider: str) -> int:
    return (await last_numbers(session, [provider])).get(provider, 0)


async def after(session: AsyncSession, provider: str, number: int, *, limit: int) -> list[Row]:
    statement = (
        sa.select(workstation_events.c.number, workstation_events.c.type, workstation_events.c.data)
        .where(workstation_events.c.provider == provider, workstation_events.c.number > number)
        .order_by(workstation_events.c.number)
        .limit(limit)
    )
    return list((await session.execute(statement)).mappings())


async def is_kept(session: AsyncSession, provider: str, number: int, *, since: datetime) -> bool:
    """Tell whether the event of that number is there and not older than `since`."""
    statement = sa.select(
        sa.exists().where(
            workstation_events.c.provider == provider,
            workstation_events.c.number == number,
            workstation_events.c.stored_at >= since,
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def forget(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Delete what is older, a portion at a time."""
    old = (
        sa.select(workstation_events.c.provider, workstation_events.c.number)
        .where(workstation_events.c.stored_at < before)
        .limit(limit)
    )
    statement = sa.delete(workstation_events).where(
        sa.tuple_(workstation_events.c.provider, workstation_events.c.number).in_(old)
    )
    return int((await session.execute(statement)).rowcount)  # type: ignore[attr-defined]
