"""Statements on the tables of revocation lists."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.revocation.models import revocation_answers, revocation_lists, revocation_sources

Row = sa.RowMapping


async def know(session: AsyncSession, urls: Collection[str], *, now: datetime) -> None:
    """Make a row for every configured source; a new one is due at once."""
    rows = [{"url": url, "next_try_at": now} for url in urls]
    if rows:
        await session.execute(insert(revocation_sources).values(rows).on_conflict_do_nothing())


async def take_due(session: AsyncSession, urls: Collection[str], *, now: datetime, until: datetime) -> Row | None:
    """Take one source that is due, and keep other workers from it until `until`."""
    due = (
        sa.select(revocation_sources.c.url)
        .where(revocation_sources.c.url.in_(urls), revocation_sources.c.next_try_at <= now)
        .order_by(revocation_sources.c.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        sa.update(revocation_sources)
        .where(revocation_sources.c.url == due)
        .values(next_try_at=until)
        .returning(*revocation_sources.c)
    )
    return (await session.execute(statement)).mappings().one_or_none()


async def store(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep a list; the same bytes are kept once."""
    await session.execute(insert(revocation_lists).values(values).on_conflict_do_nothing())


async def note(session: AsyncSession, url: str, values: dict[str, Any]) -> None:
    """Write down how the last try went."""
    await session.execute(sa.update(revocation_sources).where(revocation_sources.c.url == url).values(values))


async def held(session: AsyncSession, urls: Collection[str]) -> Sequence[Row]:
    """Say which list each source held when it was last reached."""
    columns = (revocation_sources.c.url, revocation_sources.c.sha256, revocation_sources.c.fetched_at)
    statement = sa.select(*columns).where(revocation_sources.c.url.in_(urls), revocation_sources.c.sha256.is_not(None))
    return (await session.execute(statement)).mappings().all()


async def store_answer(session: AsyncSession, sha256: str, data: bytes, *, fetched_at: datetime) -> None:
    """Keep a responder's answer; the same bytes are kept once."""
    values = {"sha256": sha256, "data": data, "fetched_at": fetched_at}
    await session.execute(insert(revocation_answers).values(values).on_conflict_do_nothing())


async def data(session: AsyncSession, sha256: str) -> bytes | None:
    """Read a list, or else an answer, by its hash."""
    for table in (revocation_lists, revocation_answers):
        found = await session.scalar(sa.select(table.c.data).where(table.c.sha256 == sha256))
        if found is not None:
            return bytes(found)
    return None
