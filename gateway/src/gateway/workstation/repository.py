"""Statements on the workstations' tables."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.workstation.models import workstation_counters, workstation_events

Row = sa.RowMapping


async def add(session: AsyncSession, *, provider: str, type: str, data: dict[str, Any], at: datetime) -> int:
    """Store an event under the provider's next number.

    The counter's row stays locked until commit: numbers are gapless, and whoever has seen n has seen all before n.
    """
    counted = (
        insert(workstation_counters)
        .values(provider=provider, last=1)
        .on_conflict_do_update(index_elements=["provider"], set_={"last": workstation_counters.c.last + 1})
        .returning(workstation_counters.c.last)
        .cte("counted")
    )
    stored = (
        sa.insert(workstation_events)
        .from_select(
            ["provider", "number", "type", "data", "stored_at"],
            sa.select(
                sa.literal(provider),
                counted.c.last,
                sa.literal(type),
                sa.literal(data, workstation_events.c.data.type),
                sa.literal(at, sa.DateTime(timezone=True)),
            ),
        )
        .returning(workstation_events.c.number)
    )
    return int((await session.execute(stored)).scalar_one())


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
