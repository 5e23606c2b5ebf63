"""Who may act for another person, as the file `representation.toml` of the regulations folder says it.

A region has no say in it: the rights are those of the codes of Kazakhstan, the documents that show them are ours.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.procedure.law import Act, Cited, Code
from shared.procedure.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(Cited):
    """A document that shows the right; staff see it, or the applicant sends it."""

    code: Code
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right to represent: it ends at an age of the represented person.

    With `of_adults` it may also begin after that age; then only its own end or its revocation ends it.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Code
    title: Text
    act: Act
    ends_at_age: Annotated[int, Field(ge=1, le=100)]
    of_adults: bool = False
    proofs: Annotated[tuple[Proof, ...], Field(alias="proof", min_length=1)]

    def of_age_on(self, born: dt.date) -> dt.date:
        """Give the day on which the represented person comes of age: born on 29 February, on 1 March."""
        year = born.year + self.ends_at_age
        try:
            return born.replace(year=year)
        except ValueError:
            return dt.date(year, 3, 1)

    def ends_on(self, born: dt.date, begins: dt.date) -> dt.date | None:
        """Give the first day on which a right that begins on a day no longer holds, or None when age does not end it.

        It is not after `begins` when the right cannot begin any more.
        """
        end = self.of_age_on(born)
        return None if self.of_adults and end <= begins else end

    def shown_by(self, proof: str) -> bool:
        """Tell whether a document of that code shows the right."""
        return any(each.code == proof for each in self.proofs)
