"""Single statements: a challenge is used by the one UPDATE that finds it unused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.challenges.models import challenges

table = challenges.c


class ChallengeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, key: UUID, document: bytes, expires_at: datetime) -> None:
        await self._session.execute(insert(challenges).values(id=key, document=document, expires_at=expires_at))

    async def document(self, key: UUID, now: datetime) -> bytes | None:
        found: bytes | None = await self._session.scalar(
            select(table.document).where(table.id == key, table.used_at.is_(None), table.expires_at > now)
        )
        return found

    async def use(self, key: UUID, now: datetime) -> bool:
        used = await self._session.execute(
            update(challenges)
            .where(table.id == key, table.used_at.is_(None), table.expires_at > now)
            .values(used_at=now)
            .returning(table.id)
        )
        return used.first() is not None

    async def forget(self, before: datetime) -> int:
        gone = await self._session.execute(delete(challenges).where(table.expires_at < before).returning(table.id))
        return len(gone.all())
