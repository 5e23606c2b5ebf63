"""The statements of uploaded documents."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_KEEP = text("""
    INSERT INTO documents (id, person, uploaded_by, region, service, media_type, size, sha256, content, uploaded_at)
    VALUES (:id, :person, :uploaded_by, :region, :service, :media_type, :size, :sha256, :content, :now)
""")
_WAITING = text("SELECT count(*) FROM documents WHERE person = :person AND application IS NULL")
_FIND = text("SELECT id, person, media_type, content, sha256, application FROM documents WHERE id = :id")


async def keep(session: AsyncSession, **values: Any) -> None:
    """Store an upload."""
    await session.execute(_KEEP, values)


async def waiting(session: AsyncSession, person: UUID) -> int:
    """Count a person's documents that no application has named yet."""
    count: int = (await session.execute(_WAITING, {"person": person})).scalar_one()
    return count


async def find(session: AsyncSession, document: UUID) -> Row[Any] | None:
    """Find a document with its sealed content."""
    return (await session.execute(_FIND, {"id": document})).one_or_none()
