"""Writing records, and linking the committed ones into the chain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.models import audit_links, audit_records
from auth.rows import AnyRow

CHAIN_LOCK = 0x61756469  # "audi": one chainer at a time, over all processes


class AuditRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any]) -> int:
        number: int = await self._session.scalar(insert(audit_records).values(values).returning(audit_records.c.number))
        return number

    async def lock_chain(self) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))

    async def last_link(self) -> AnyRow | None:
        found = await self._session.execute(select(audit_links).order_by(audit_links.c.position.desc()).limit(1))
        return found.first()

    async def unlinked(self, limit: int) -> Sequence[AnyRow]:
        """By number, not after the last linked one: a transaction that began early may commit late."""
        linked = select(audit_links.c.number).where(audit_links.c.number == audit_records.c.number).exists()
        found = await self._session.execute(
            select(audit_records).where(~linked).order_by(audit_records.c.number).limit(limit)
        )
        return found.all()

    async def link(self, links: Sequence[dict[str, Any]]) -> None:
        await self._session.execute(insert(audit_links), list(links))

    async def chain(self, after: int, limit: int) -> Sequence[AnyRow]:
        found = await self._session.execute(
            select(audit_records, audit_links.c.position, audit_links.c.previous, audit_links.c.digest)
            .join(audit_links, audit_links.c.number == audit_records.c.number)
            .where(audit_links.c.position > after)
            .order_by(audit_links.c.position)
            .limit(limit)
        )
        return found.all()
