"""The statements of external registers' answers: they are added, and never changed."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from certificate.consulting.models import KeptAnswer

_KEEP = text("""
    INSERT INTO register_answers (id, application, task, register, person, sha256, content, asked_by, asked_at)
    VALUES (:id, :application, :task, :register, :person, :sha256, :content, :asked_by, :asked_at)
""")


_LATEST = text("""
    SELECT DISTINCT ON (register) id, application, task, register, person, sha256, content, asked_by, asked_at
    FROM register_answers WHERE application = :application AND register = ANY (CAST(:registers AS text[]))
    ORDER BY register, asked_at DESC, id DESC
""")


async def keep(session: AsyncSession, answer: KeptAnswer) -> None:
    """Add an answer."""
    await session.execute(_KEEP, asdict(answer))


async def latest(session: AsyncSession, application: UUID, registers: Sequence[str]) -> Sequence[KeptAnswer]:
    """List the last answer of each of these registers about an application's patient."""
    rows = await session.execute(_LATEST, {"application": application, "registers": list(registers)})
    return [KeptAnswer(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for the mapping
