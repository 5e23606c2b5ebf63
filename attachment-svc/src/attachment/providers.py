"""The provider that a route names, from the local copy."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.case import Provider
from shared.applications.providers import repository
from shared.errors import NotFound


async def provider_of(session: AsyncSession, bin_: str) -> Provider:
    """Find the provider by BIN; NotFound when there is none."""
    provider = await repository.find(session, bin_)
    if provider is None:
        raise NotFound
    return provider
