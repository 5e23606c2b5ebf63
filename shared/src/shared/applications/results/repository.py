"""The statements of results."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS = """r.id, r.application, r.person, r.provider, r.code, r.number, r.kind, r.published, r.state, r.masked,
    r.content, r.sha256, r.signed_at, r.sealed_at, r.annulled_at, r.annulled_for, r.tries"""
_CURRENT = text(f"""
    SELECT {_COLUMNS} FROM results r
    WHERE r.application = :application AND r.published AND r.state = 'sealed' ORDER BY r.signed_at DESC LIMIT 1
""")  # noqa: S608  # constants
_BY_CODE = text(f"""
    SELECT {_COLUMNS}, to_jsonb(p) AS issuer FROM results r JOIN providers p ON p.bin = r.provider
    WHERE r.code = :code AND r.published AND r.state IN ('sealed', 'annulled') AND r.sealed_at IS NOT NULL
""")  # noqa: S608  # constants
# SKIP LOCKED: another worker has that one in hand; NO KEY, since nothing refers to it.
_NEXT = text(f"""
    SELECT {_COLUMNS}, a.edition FROM results r JOIN applications a ON a.id = r.application
    WHERE r.state = 'signed' AND r.next_try_at <= :now
    ORDER BY r.next_try_at LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED
""")  # noqa: S608  # constants
_SEAL = text("""
    UPDATE results SET state = 'sealed', content = :content, sha256 = :sha256, sealed_at = :now
    WHERE id = :id AND state = 'signed'
    RETURNING id
""")
_ANNUL = text("""
    UPDATE results SET state = 'annulled', annulled_at = :now, annulled_for = CAST(:reason AS jsonb)
    WHERE application = :application AND state = 'sealed' AND (CAST(:code AS text) IS NULL OR code = :code)
    RETURNING code
""")
_APPLICATION_OF = text("SELECT application FROM results WHERE code = :code AND state IN ('sealed', 'annulled')")
_ANNULLED = text("""
    SELECT code, annulled_at, annulled_for FROM results
    WHERE application = :application AND published AND state = 'annulled' AND sealed_at IS NOT NULL
    ORDER BY annulled_at DESC, id
""")
_LATER = text("UPDATE results SET tries = tries + 1, next_try_at = :at WHERE id = :id AND state = 'signed'")


async def current(session: AsyncSession, application: UUID) -> Row[Any] | None:
    """Find the sealed result in force."""
    return (await session.execute(_CURRENT, {"application": application})).one_or_none()


async def by_code(session: AsyncSession, code: str) -> Row[Any] | None:
    """Find what a verification code stands on, in force or annulled."""
    return (await session.execute(_BY_CODE, {"code": code})).one_or_none()


async def next_unsealed(session: AsyncSession, now: datetime) -> Row[Any] | None:
    """Find a signed result whose turn it is and that no other worker has in hand."""
    return (await session.execute(_NEXT, {"now": now})).one_or_none()


async def mark_sealed(session: AsyncSession, result: UUID, *, content: bytes, sha256: bytes, now: datetime) -> bool:
    """Store the sealed file; tells whether it was still waiting."""
    parameters = {"id": result, "content": content, "sha256": sha256, "now": now}
    return (await session.execute(_SEAL, parameters)).one_or_none() is not None


async def annul(
    session: AsyncSession, application: UUID, code: str | None, now: datetime, reason: Mapping[str, Any]
) -> str | None:
    """End the force of the application's sealed result, and give its code; None where none, or another, is in force."""
    parameters = {"application": application, "code": code, "now": now, "reason": orjson.dumps(reason).decode()}
    found: str | None = (await session.execute(_ANNUL, parameters)).scalar_one_or_none()
    return found


async def annulled(session: AsyncSession, application: UUID) -> Sequence[Row[Any]]:
    """List what is out of force, the last first."""
    return (await session.execute(_ANNULLED, {"application": application})).all()


async def application_of(session: AsyncSession, code: str) -> UUID | None:
    """Find whose result carries a code."""
    found: UUID | None = (await session.execute(_APPLICATION_OF, {"code": code})).scalar_one_or_none()
    return found


async def try_later(session: AsyncSession, result: UUID, at: datetime) -> None:
    """Put off a seal that failed."""
    await session.execute(_LATER, {"id": result, "at": at})
