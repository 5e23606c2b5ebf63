"""Accounts of staff, each once for a person at an organisation, by constraint."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.providers.models import providers
from auth.rows import AnyRow
from auth.staff.models import staff
from shared.personal.tables import person_keys

table = staff.c


class StaffRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any]) -> AnyRow | None:
        added = await self._session.execute(
            insert(staff)
            .values(values)
            .on_conflict_do_nothing(index_elements=[table.person_id, table.bin])
            .returning(staff)
        )
        row: AnyRow | None = added.first()
        return row

    async def by_id(self, account_id: UUID) -> AnyRow | None:
        found = await self._session.execute(select(staff).where(table.id == account_id))
        return found.first()

    async def lock(self, account_id: UUID) -> AnyRow | None:
        found = await self._session.execute(select(staff).where(table.id == account_id).with_for_update())
        return found.first()

    async def by_lookup(self, lookup: bytes, organisation: str) -> AnyRow | None:
        found = await self._session.execute(
            select(table.id, table.password_hash, table.password_version)
            .join(person_keys, person_keys.c.id == table.person_id)
            .where(person_keys.c.lookup == lookup, table.bin == organisation, table.active)
        )
        return found.first()

    async def hold(self, account_id: UUID, password_version: int) -> bool:
        """Lock the account while its login is decided; False when it was closed or its password changed meanwhile."""
        found = await self._session.execute(
            select(table.id)
            .where(table.id == account_id, table.active, table.password_version == password_version)
            .with_for_update()
        )
        return found.first() is not None

    async def rehash(self, account_id: UUID, password_hash: str) -> None:
        await self._session.execute(update(staff).where(table.id == account_id).values(password_hash=password_hash))

    async def change(self, account_id: UUID, values: dict[str, Any]) -> AnyRow:
        changed = await self._session.execute(
            update(staff).where(table.id == account_id).values(values).returning(staff)
        )
        row: AnyRow = changed.one()
        return row

    async def working_at(
        self, organisation: str, *, role: str | None, after: UUID | None, limit: int
    ) -> Sequence[AnyRow]:
        """Staff of the organisation whose accounts are open, by id, after the one shown last."""
        query = select(staff).where(table.bin == organisation, table.active)
        if role is not None:
            query = query.where(table.roles.contains([role]))
        if after is not None:
            query = query.where(table.id > after)
        found = await self._session.execute(query.order_by(table.id).limit(limit))
        return found.all()

    async def seen_by(
        self, organisation: str, regions: Collection[str], *, only: str | None, after: UUID | None, limit: int
    ) -> Sequence[AnyRow]:
        """Staff of the organisation and of the regions' providers, by id, after the one shown last."""
        of_regions = select(providers.c.bin).where(providers.c.region.in_(list(regions)))
        query = select(staff).where(or_(table.bin == organisation, table.bin.in_(of_regions)))
        if only is not None:
            query = query.where(table.bin == only)
        if after is not None:
            query = query.where(table.id > after)
        found = await self._session.execute(query.order_by(table.id).limit(limit))
        return found.all()
