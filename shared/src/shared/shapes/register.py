"""The population register as staff see it: persons, who may act for them, and the districts they live in."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from shared.personal import Sex


class AttachmentOut(BaseModel):
    """Where a person is enrolled, and since when; provider's names by language."""

    provider: str
    provider_names: dict[str, str]
    district: str | None
    since: date


class PersonOut(BaseModel):
    """A person as staff need to see him; `warnings` name what the IIN tells otherwise."""

    id: str
    iin: str
    surname: str
    given_name: str
    patronymic: str | None
    birth_date: date
    sex: Sex
    state: Literal["present", "away", "dead"]
    attachment: AttachmentOut | None
    warnings: list[str]


class PersonsOut(BaseModel):
    """Who was found: one for an IIN, every namesake of a birth date."""

    items: list[PersonOut]


class RepresentationOut(BaseModel):
    """A right, and whose it is, by IIN; `until_on` is the first day without it."""

    id: str
    representative: str | None
    kind: str
    from_on: date
    until_on: date | None
    revoked_at: datetime | None


class RepresentationsOut(BaseModel):
    """All rights to act for one person."""

    items: list[RepresentationOut]


class HousesOut(BaseModel):
    """Houses of a street, first and last among them."""

    locality: str
    street: str
    side: Literal["all", "odd", "even"]
    first: str
    last: str


class DistrictOut(BaseModel):
    """A district, by the houses in it."""

    id: str
    name: str
    houses: list[HousesOut]


class DistrictsOut(BaseModel):
    """A provider's districts, by name: always all of them."""

    items: list[DistrictOut]
    next_cursor: None = None
