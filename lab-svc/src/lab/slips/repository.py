"""The statements of slips and of tries."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_ADD = text("INSERT INTO slips (digest, application) VALUES (:digest, :application)")
_FIND = text("""
    SELECT s.application, a.provider, a.patient, a.state, a.edition, t.id AS task, t.step
    FROM slips s JOIN applications a ON a.id = s.application
    LEFT JOIN tasks t ON t.application = a.id AND t.state = 'open'
    WHERE s.digest = :digest
""")
_OPENED = text("UPDATE slips SET opened_by = :account WHERE application = :application")
_OPENED_BY = text("SELECT opened_by FROM slips WHERE application = :application")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))")
_TRIED = text("INSERT INTO slip_tries (id, account, at) VALUES (:id, :account, :at)")
_TRIES = text("SELECT count(*) FROM slip_tries WHERE account = :account AND at > :since")
_OVER = text("""
    SELECT s.application, a.patient, p.zone
    FROM slips s JOIN applications a ON a.id = s.application JOIN providers p ON p.bin = a.provider
    WHERE a.changed_at < :before
      AND NOT EXISTS (SELECT FROM results r WHERE r.application = a.id AND r.state = 'signed')  -- to be sealed yet
    LIMIT 200 FOR UPDATE OF a, s SKIP LOCKED
""")
_FORGET = text("DELETE FROM slips WHERE application = :application")
_OLD_TRIES = text("DELETE FROM slip_tries WHERE at < :before")


async def add(session: AsyncSession, digest: bytes, application: UUID) -> None:
    """Keep the hash of a slip."""
    await session.execute(_ADD, {"digest": digest, "application": application})


async def find(session: AsyncSession, digest: bytes) -> Row[Any] | None:
    """Find the test of a slip, with the step that is open."""
    return (await session.execute(_FIND, {"digest": digest})).one_or_none()


async def note_opened(session: AsyncSession, application: UUID, account: str) -> None:
    """Note whom the slip was shown to."""
    await session.execute(_OPENED, {"application": application, "account": account})


async def opened_by(session: AsyncSession, application: UUID) -> str | None:
    """Say whom the slip was shown to last."""
    account: str | None = (await session.execute(_OPENED_BY, {"application": application})).scalar_one_or_none()
    return account


async def tried(session: AsyncSession, account: str, now: datetime) -> int:
    """Note a try, and tell how many there were in the minute before; tries of one account wait for one another."""
    await session.execute(_ONE_AT_A_TIME, {"account": account})
    since = now - timedelta(minutes=1)
    before: int = (await session.execute(_TRIES, {"account": account, "since": since})).scalar_one()
    await session.execute(_TRIED, {"id": uuid4(), "account": account, "at": now})
    return before


async def over(session: AsyncSession, before: datetime) -> list[Row[Any]]:
    """Find tests whose slip is still kept, and in which nothing has happened since, closed or not."""
    return list((await session.execute(_OVER, {"before": before})).all())


async def forget(session: AsyncSession, application: UUID) -> None:
    """Remove a slip."""
    await session.execute(_FORGET, {"application": application})


async def forget_tries(session: AsyncSession, before: datetime) -> None:
    """Remove old tries."""
    await session.execute(_OLD_TRIES, {"before": before})
