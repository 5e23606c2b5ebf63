"""A period for which somebody is certified unfit for work, and the chain that it belongs to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One sheet or certificate: both days count. A chain has the id of its first link's application.

    `decided_by` answers for the length of the chain up to this link's end.
    """

    application: UUID
    person: UUID
    provider: str
    chain: UUID
    starts_on: date
    ends_on: date
    decided_by: str
    issued_on: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.ends_on - self.starts_on).days + 1
