"""Districts as JSON."""

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from attachment.districts.addresses import Side, last_position, place_key, position
from attachment.districts.models import District, Houses
from attachment.words import visible
from shared.db import public_id
from shared.shapes import register


def _a_place(text: str) -> str:
    if not place_key(text):
        raise ValueError("names no place")
    return text


def _a_house(text: str) -> str:
    if position(text) is None:
        raise ValueError("not a house number")
    return text


Place = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(visible),
    AfterValidator(_a_place),
]  # fmt: skip
House = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16), AfterValidator(_a_house)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(visible)]


class HousesIn(BaseModel):
    """Houses of a street; `12` as the last one takes in 12А, and `12А` as the first one leaves 12 out."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    locality: Place
    street: Place
    side: Side = "all"
    first: House
    last: House

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (position(self.first) or 0) > (last_position(self.last) or 0):
            raise ValueError("first is behind last")
        return self


class DistrictIn(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Name
    houses: Annotated[list[HousesIn], Field(max_length=2000)]

    def parts(self) -> list[Houses]:
        return [Houses(**each.model_dump()) for each in self.houses]


class DistrictOut(register.DistrictOut):
    @classmethod
    def of(cls, district: District) -> "DistrictOut":
        houses = [register.HousesOut(**asdict(each)) for each in district.houses]
        return cls(id=public_id("att", district.id), name=district.name, houses=houses)
