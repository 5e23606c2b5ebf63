"""Who may put a result out of force, for which reasons, as the file `annulment.toml` of the regulations folder says it.

The decrees know no annulment: all of it is ours, and the same in every region. Without the file nothing is annulled.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.procedure.law import Cited, Code, Name
from shared.procedure.limits import WrittenLimit
from shared.procedure.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulmentReason(Cited):
    """A class of reasons: told to whoever verifies the result, so it says nothing of the person."""

    code: Code
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Annulment:
    """Roles that may annul, `by_signer` also that of the step whose performer signed; `limit` is for correcting."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    by: tuple[Name, ...] = ()
    by_signer: bool = False
    limit: WrittenLimit
    reasons: Annotated[tuple[AnnulmentReason, ...], Field(alias="reason", min_length=1)]

    def allows(self, roles: Collection[str], signer: str) -> bool:
        """Tell whether somebody with these roles may annul what a performer of the role `signer` signed."""
        allowed = {*self.by, *([signer] if self.by_signer else [])}
        return not allowed.isdisjoint(roles)

    def reason(self, code: str) -> AnnulmentReason | None:
        return next((each for each in self.reasons if each.code == code), None)
