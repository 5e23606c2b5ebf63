"""Reading and adding signing keys; one process at a time decides whether a new one is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.keys.models import signing_keys
from auth.rows import AnyRow

ROTATION_LOCK = 0x6B657973  # "keys"
table = signing_keys.c


class KeyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_rotation(self) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(ROTATION_LOCK)))

    async def published(self, now: datetime) -> Sequence[AnyRow]:
        found = await self._session.execute(
            select(signing_keys).where(table.published_until > now).order_by(table.signs_from)
        )
        return found.all()

    async def add(self, values: dict[str, Any]) -> None:
        await self._session.execute(insert(signing_keys).values(values))

    async def forget(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(signing_keys).where(table.published_until <= before).returning(table.kid)
        )
        return len(gone.all())
