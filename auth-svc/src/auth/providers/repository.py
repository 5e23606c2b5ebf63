"""Providers by BIN and region, and the regions that an organisation operates."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.providers.models import operators, providers
from auth.rows import AnyRow

table = providers.c


class ProviderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_bin(self, organisation: str) -> AnyRow | None:
        found = await self._session.execute(select(providers).where(table.bin == organisation))
        return found.first()

    async def lock(self, organisation: str) -> AnyRow | None:
        """Hold the row until the event stands in the outbox: versions go out in their order."""
        found = await self._session.execute(select(providers).where(table.bin == organisation).with_for_update())
        return found.first()

    async def put(self, values: dict[str, Any]) -> AnyRow:
        """Make version 1, or the next version of what is there: of two at once, one is the other's next."""
        changed = {name: value for name, value in values.items() if name != "bin"}
        put = await self._session.execute(
            insert(providers)
            .values(**values, version=1)
            .on_conflict_do_update(index_elements=[table.bin], set_={**changed, "version": table.version + 1})
            .returning(providers)
        )
        row: AnyRow = put.one()
        return row

    async def seen_by(self, organisation: str, regions: Collection[str]) -> Sequence[AnyRow]:
        found = await self._session.execute(
            select(providers)
            .where(or_(table.bin == organisation, table.region.in_(list(regions))))
            .order_by(table.region, table.bin)
        )
        return found.all()

    async def region_of(self, organisation: str) -> str | None:
        region: str | None = await self._session.scalar(select(table.region).where(table.bin == organisation))
        return region

    async def operated_by(self, organisation: str) -> frozenset[str]:
        regions = await self._session.scalars(select(operators.c.region).where(operators.c.bin == organisation))
        return frozenset(regions)

    async def add_operator(self, region: str, organisation: str) -> None:
        await self._session.execute(insert(operators).values(region=region, bin=organisation).on_conflict_do_nothing())
