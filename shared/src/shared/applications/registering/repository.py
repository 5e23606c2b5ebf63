"""What registering asks besides the statements of every acceptance."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIRST_TASK = text("""
    SELECT id FROM tasks WHERE application = :application ORDER BY round, opened_at, id LIMIT 1
""")


async def first_task(session: AsyncSession, application: UUID) -> UUID:
    """Find the task that the registration opened: no later one was opened before it."""
    found: UUID = (await session.execute(_FIRST_TASK, {"application": application})).scalar_one()
    return found
