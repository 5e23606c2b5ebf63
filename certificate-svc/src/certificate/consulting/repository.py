"""The statements of external registers' answers: they are added, and never changed."""

from dataclasses import asdict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from certificate.consulting.models import KeptAnswer

_KEEP = text("""
    INSERT INTO register_answers (id, application, task, register, person, sha256, content, asked_by, asked_at)
    VALUES (:id, :application, :task, :register, :person, :sha256, :content, :asked_by, :asked_at)
""")


async def keep(session: AsyncSession, answer: KeptAnswer) -> None:
    """Add an answer."""
    await session.execute(_KEEP, asdict(answer))
