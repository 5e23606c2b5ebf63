"""Who administers: the value that admin endpoints ask for, and the refusals. Who it is, is found in `auth.staff`."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.errors import ProblemError

ROLE: Final = "administrator"


class AdministratorOnly(ProblemError):
    """The account is no administrator, or no longer one."""

    code = "administrator-only"
    status = 403


class OperatorOnly(ProblemError):
    """Only administrators of the region's operator describe the region's providers."""

    code = "operator-only"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """An administrator of an organisation; `regions` are those that the organisation operates, usually none."""

    account_id: UUID
    bin: str
    regions: frozenset[str]

    def administers(self, organisation: str, region: str | None) -> bool:
        """His own organisation, and every provider of a region that his organisation operates."""
        return organisation == self.bin or (region is not None and region in self.regions)
