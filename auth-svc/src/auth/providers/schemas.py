"""A provider as the operator writes it and as it is shown: opening hours as `shared.procedure` reads them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from auth.providers.service import Description, Provider
from auth.words import Code, Strict, Translated
from shared.procedure import OpeningHours, OpeningHoursInvalid

Zone = Annotated[str, Field(max_length=64)]


class WrittenProvider(Strict):
    region: Code
    names: Translated
    address: Translated
    zone: Zone = "Asia/Almaty"
    opening_hours: Annotated[dict[str, Any], Field(max_length=8)]
    services: Annotated[tuple[Code, ...], Field(max_length=50)]
    active: bool = True

    @model_validator(mode="after")
    def _open_at_some_time(self) -> Self:
        """The hours' zone is the provider's; the words of the error name no value."""
        try:
            self.hours()
        except (OpeningHoursInvalid, KeyError, TypeError, AttributeError, ValueError) as error:
            raise PydanticCustomError("opening-hours", "the opening hours make no sense") from error
        return self

    def hours(self) -> dict[str, Any]:
        if self.opening_hours.get("zone", self.zone) != self.zone:
            raise OpeningHoursInvalid("the zone of the hours is not the provider's")
        return OpeningHours.from_json({**self.opening_hours, "zone": self.zone}).to_json()

    def described(self, organisation: str) -> Description:
        return Description(
            bin=organisation,
            region=self.region,
            names=self.names.model_dump(),
            address=self.address.model_dump(),
            zone=self.zone,
            opening_hours=self.hours(),
            services=tuple(sorted(set(self.services))),
            active=self.active,
        )


class ShownProvider(BaseModel):
    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str]
    zone: str
    opening_hours: dict[str, Any]
    services: list[str]
    active: bool
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, provider: Provider) -> Self:
        return cls(
            bin=provider.bin,
            region=provider.region,
            names=provider.names,
            address=provider.address,
            zone=provider.zone,
            opening_hours=provider.opening_hours,
            services=list(provider.services),
            active=provider.active,
            version=provider.version,
            changed_at=provider.changed_at,
        )


class ShownProviders(BaseModel):
    items: list[ShownProvider]
    next_cursor: None = None
