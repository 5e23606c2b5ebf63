"""Statements on the documents by which applications are changed."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_IS_KNOWN = text("""
    SELECT EXISTS (
        SELECT FROM signed_documents WHERE application = :application AND kind = :kind AND sha256 = :sha256
    )
""")


async def is_known(session: AsyncSession, application: UUID, kind: str, sha256: bytes) -> bool:
    """Tell whether this very document has changed the application before."""
    parameters = {"application": application, "kind": kind, "sha256": sha256}
    known: bool = (await session.execute(_IS_KNOWN, parameters)).scalar_one()
    return known
