"""Statements on the notices' tables."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.notices.models import notice_counters, notices
from shared.applications.cursors import Cursor

Row = sa.RowMapping


async def find(session: AsyncSession, fingerprint: bytes) -> Row | None:
    found = await session.execute(sa.select(notices).where(notices.c.fingerprint == fingerprint))
    return found.mappings().one_or_none()


async def next_ordinal(session: AsyncSession, year: int) -> int:
    """Take the next number of the year; the counter's row stays locked until commit, so no number is ever lost."""
    statement = (
        insert(notice_counters)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=["year"], set_={"last": notice_counters.c.last + 1})
        .returning(notice_counters.c.last)
    )
    return int((await session.execute(statement)).scalar_one())


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    await session.execute(sa.insert(notices).values(values))


async def page(session: AsyncSession, person_id: UUID, *, after: Cursor | None, limit: int) -> list[Row]:
    """List the notices of a person's cabinet, the newest first."""
    statement = sa.select(notices).where(notices.c.person_id == person_id, notices.c.in_cabinet)
    if after is not None and after.at is not None:
        statement = statement.where(sa.tuple_(notices.c.formed_at, notices.c.id) < (after.at, after.id))
    statement = statement.order_by(notices.c.formed_at.desc(), notices.c.id.desc()).limit(limit)
    return list((await session.execute(statement)).mappings())
