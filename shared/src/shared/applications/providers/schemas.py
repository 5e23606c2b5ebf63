"""A provider as the public sees it."""

from typing import Self

from pydantic import BaseModel

from shared.applications.case import Provider


class ProviderOut(BaseModel):
    """A medical organisation that can be chosen."""

    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str]
    zone: str
    services: list[str]

    @classmethod
    def of(cls, provider: Provider) -> Self:
        """Show what anyone may see of a provider."""
        return cls(
            bin=provider.bin,
            region=provider.region,
            names=dict(provider.names),
            address=dict(provider.address),
            zone=provider.zone,
            services=sorted(provider.services),
        )


class ProviderList(BaseModel):
    """Providers, ordered by region and BIN."""

    items: list[ProviderOut]
    next_cursor: str | None = None
