"""A provider as the operator writes it and as it is shown: opening hours as `shared.procedure` reads them."""

from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from auth.providers.service import Description, Provider
from auth.words import Code, Strict, Translated
from shared.procedure import OpeningHours, OpeningHoursInvalid
from shared.shapes import accounts


def known(zone: str) -> str:
    """An IANA zone that this installation knows; the words of the error repeat nothing."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "no zone of the IANA database") from error
    return zone


Zone = Annotated[str, Field(max_length=64), AfterValidator(known)]


class WrittenProvider(Strict):
    region: Code
    names: Translated
    address: Translated
    zone: Zone = "Asia/Almaty"
    opening_hours: Annotated[dict[str, Any], Field(max_length=8)]
    services: Annotated[tuple[Code, ...], Field(max_length=50)]
    active: bool = True

    @field_validator("opening_hours")
    @classmethod
    def _read(cls, hours: dict[str, Any], seen: ValidationInfo) -> dict[str, Any]:
        """Keep them as `shared.procedure` writes them; their zone is the provider's."""
        zone = seen.data.get("zone")
        if zone is None or hours.get("zone", zone) != zone:
            raise PydanticCustomError("opening-hours", "the zone of the hours is not the provider's")
        try:
            return OpeningHours.from_json({**hours, "zone": zone}).to_json()
        except (OpeningHoursInvalid, KeyError, TypeError, AttributeError, ValueError) as error:
            raise PydanticCustomError("opening-hours", "the opening hours make no sense") from error

    def described(self, organisation: str) -> Description:
        return Description(
            bin=organisation,
            region=self.region,
            names=self.names.model_dump(),
            address=self.address.model_dump(),
            zone=self.zone,
            opening_hours=self.opening_hours,
            services=tuple(sorted(set(self.services))),
            active=self.active,
        )


class ShownProvider(accounts.ShownProvider):
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
