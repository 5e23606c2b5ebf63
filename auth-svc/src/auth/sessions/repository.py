"""Statements on sessions and refresh tokens. A token is used by the one UPDATE that finds it unused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.rows import AnyRow
from auth.sessions.models import refresh_tokens, sessions

session_table = sessions.c
token_table = refresh_tokens.c


class SessionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any]) -> None:
        await self._session.execute(insert(sessions).values(values))

    async def add_token(self, values: dict[str, Any]) -> None:
        await self._session.execute(insert(refresh_tokens).values(values))

    async def use_token(self, digest: bytes, now: datetime) -> UUID | None:
        used: UUID | None = await self._session.scalar(
            update(refresh_tokens)
            .where(token_table.digest == digest, token_table.used_at.is_(None), token_table.expires_at > now)
            .values(used_at=now)
            .returning(token_table.session_id)
        )
        return used

    async def token(self, digest: bytes) -> AnyRow | None:
        found = await self._session.execute(select(refresh_tokens).where(token_table.digest == digest))
        return found.first()

    async def live(self, key: UUID, now: datetime) -> AnyRow | None:
        """Keep it from ending until this transaction is over: who ends it waits, and then ends what we gave too."""
        found = await self._session.execute(
            select(sessions)
            .where(session_table.id == key, session_table.ended_at.is_(None), session_table.expires_at > now)
            .with_for_update(read=True)
        )
        return found.first()

    async def end(self, key: UUID, because: str, now: datetime) -> bool:
        ended = await self._session.execute(
            update(sessions)
            .where(session_table.id == key, session_table.ended_at.is_(None))
            .values(ended_at=now, ended_because=because)
            .returning(session_table.id)
        )
        return ended.first() is not None

    async def end_all(self, account_id: UUID, because: str, now: datetime) -> int:
        ended = await self._session.execute(
            update(sessions)
            .where(session_table.account_id == account_id, session_table.ended_at.is_(None))
            .values(ended_at=now, ended_because=because)
            .returning(session_table.id)
        )
        return len(ended.all())

    async def forget(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(sessions).where(session_table.expires_at < before).returning(session_table.id)
        )
        return len(gone.all())
