"""Use cases of districts: a provider's administrator keeps them whole, streets and houses at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts import repository
from attachment.districts.errors import DistrictNameTaken, DistrictsOverlap
from attachment.districts.models import District, Houses
from shared.applications.case import Provider
from shared.db import violated
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Districts:
    session: AsyncSession
    provider: Provider
    now: datetime

    async def list(self) -> list[District]:
        return await repository.of_provider(self.session, self.provider.bin)

    async def add(self, name: str, houses: Sequence[Houses]) -> District:
        async with _refusals():
            district = await repository.add(self.session, self.provider.bin, name, self.now)
            await repository.fill(self.session, district, self.provider.region, houses)
        return District(id=district, name=name, houses=tuple(houses))

    async def replace(self, district: UUID, name: str, houses: Sequence[Houses]) -> District:
        """Describe a district anew; who is enrolled in it stays so."""
        async with _refusals():
            if not await repository.rename(self.session, district, self.provider.bin, name, self.now):
                raise NotFound
            await repository.fill(self.session, district, self.provider.region, houses)
        return District(id=district, name=name, houses=tuple(houses))


@asynccontextmanager
async def _refusals() -> AsyncIterator[None]:
    try:
        yield
    except IntegrityError as error:
        match violated(error):
            case "district_houses_overlap":
                raise DistrictsOverlap from error
            case "districts_name_key":
                raise DistrictNameTaken from error
        raise
