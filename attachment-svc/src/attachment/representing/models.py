"""Rights to represent as values; the rules of their ends lie in the regulations folder (`representation.toml`)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.personal import Iin

Reason = Literal["not-recorded", "not-begun", "ended", "revoked", "dead"]
"""Why somebody may not act for another now. Who has no record is told no more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSeen:
    """The document that shows the right: which (a code of the rules), its number, and the upload where there is one."""

    code: str
    number: str
    document: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRepresentation:
    """A right to be recorded: local dates; `until_on` is the first day without it, where the document names one.

    `application` is the one whose document shows it.
    """

    representative: Iin
    represented: Iin
    kind: str
    from_on: date
    proof: ProofSeen
    until_on: date | None = None
    application: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """A right as it is kept; `until_on` is the first day without it, None where nothing but its revocation ends it.

    `representative_iin` is there where staff are to see whose right it is.
    """

    id: UUID
    representative: UUID
    represented: UUID
    kind: str
    from_on: date
    until_on: date | None
    revoked_at: datetime | None
    representative_iin: str | None = field(default=None, repr=False)

    def lacks(self, on: date) -> Reason | None:
        """Say why the right does not hold on a local day, or None if it does."""
        if self.revoked_at is not None:
            return "revoked"
        if on < self.from_on:
            return "not-begun"
        return "ended" if self.until_on is not None and self.until_on <= on else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether somebody may act for another now: the right that decides, and else why not."""

    reason: Reason | None
    right: Representation | None = None

    @property
    def holds(self) -> bool:
        """Tell whether he may."""
        return self.reason is None
