"""Who asks, and when, as the statements of the cabinet need it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.personal import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A citizen and his assurance: with a password alone he sees only what this very account filed itself."""

    person: Person
    account: str
    certificate: bool
    now: datetime

    @property
    def parameters(self) -> dict[str, UUID | str | bool | datetime]:
        """Give the values that every statement of the cabinet is narrowed by."""
        return {
            "person": self.person.id,
            "account": self.account,
            "certificate": self.certificate,
            "now": self.now,
        }
