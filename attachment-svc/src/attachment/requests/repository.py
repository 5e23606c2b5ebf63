"""Statements on open requests: that a person has one at a time is the primary key's to say."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OPEN = text("INSERT INTO open_requests (person, application) VALUES (:person, :application)")
_CLOSE = text("DELETE FROM open_requests WHERE application = :application")


async def open_request(session: AsyncSession, person: UUID, application: UUID) -> None:
    """Note that a person has an open request; breaks `open_requests_pkey` when he has another one."""
    await session.execute(_OPEN, {"person": person, "application": application})


async def close_request(session: AsyncSession, application: UUID) -> None:
    """Let go of the person: the request has its answer, or was withdrawn."""
    await session.execute(_CLOSE, {"application": application})
