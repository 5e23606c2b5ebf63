"""Districts as values."""

from dataclasses import dataclass
from uuid import UUID

from attachment.districts.addresses import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """Houses `first` to `last` of a street, both included, on one side or all."""

    locality: str
    street: str
    side: Side
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    id: UUID
    name: str
    houses: tuple[Houses, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody lives, as far as districts are concerned."""

    region: str
    locality: str
    street: str
    house: str
