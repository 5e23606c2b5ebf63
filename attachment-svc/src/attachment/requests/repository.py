"""Statements on open requests: that a person has one at a time is an index's to say, and so it is of each claimant.

`claimant` is who only claims a right to act for the person; a request without one is proved.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ONE = frozenset({"open_requests_proved", "open_requests_claimed"})
_OPEN = text("INSERT INTO open_requests (person, claimant, application) VALUES (:person, :claimant, :application)")
_RIVAL = text("""
    SELECT EXISTS (
        SELECT FROM open_requests own JOIN open_requests o ON o.person = own.person
        WHERE own.application = :application AND o.application <> :application AND o.claimant IS NULL
    )
""")
_PROVE = text("UPDATE open_requests SET claimant = NULL WHERE application = :application")
_CLOSE = text("DELETE FROM open_requests WHERE application = :application")


async def open_request(session: AsyncSession, person: UUID, claimant: UUID | None, application: UUID) -> None:
    """Note that a person has an open request; breaks one of `ONE` when he, or the claimant for him, has another."""
    await session.execute(_OPEN, {"person": person, "claimant": claimant, "application": application})


async def has_rival(session: AsyncSession, application: UUID) -> bool:
    """Tell whether another, proved request about the same person is open."""
    found: bool = (await session.execute(_RIVAL, {"application": application})).scalar_one()
    return found


async def prove(session: AsyncSession, application: UUID) -> None:
    """Take the person: the request is proved; breaks one of `ONE` when another proved one is open."""
    await session.execute(_PROVE, {"application": application})


async def close_request(session: AsyncSession, application: UUID) -> None:
    """Let go of the person: the request has its answer, or was withdrawn."""
    await session.execute(_CLOSE, {"application": application})
