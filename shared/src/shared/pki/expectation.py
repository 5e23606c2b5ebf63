"""Whose signature is expected: a citizen's, an employee's of one organisation, or an organisation's own seal.

Roles are OIDs of the NCA in the extended key usage; which of them a step allows is data of the regulation.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

CITIZEN_ROLE: Final = "1.2.398.3.3.4.1.1"
LEGAL_ENTITY_ROLE: Final = "1.2.398.3.3.4.1.2"
HEAD_ROLE: Final = "1.2.398.3.3.4.1.2.1"
SIGNER_ROLE: Final = "1.2.398.3.3.4.1.2.2"
FINANCE_ROLE: Final = "1.2.398.3.3.4.1.2.3"
PERSONNEL_ROLE: Final = "1.2.398.3.3.4.1.2.4"
EMPLOYEE_ROLE: Final = "1.2.398.3.3.4.1.2.5"
SYSTEM_ROLE: Final = "1.2.398.3.3.4.1.2.6"

PERFORMER_ROLES: Final = frozenset({HEAD_ROLE, SIGNER_ROLE, EMPLOYEE_ROLE})
MANAGEMENT_ROLES: Final = frozenset({HEAD_ROLE, SIGNER_ROLE})
SEAL_ROLES: Final = frozenset({SYSTEM_ROLE, HEAD_ROLE, SIGNER_ROLE})
STAFF_ROLES: Final = frozenset({HEAD_ROLE, SIGNER_ROLE, FINANCE_ROLE, PERSONNEL_ROLE, EMPLOYEE_ROLE})


class Kind(StrEnum):
    """For whom the signer may act."""

    CITIZEN = "citizen"
    STAFF = "staff"
    SEAL = "seal"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What steps 9 and 10 compare. A number that is None is not compared; where the kind needs it, it must be there.

    Numbers are compared as they stand: whoever expects one has judged its check digit.
    """

    kind: Kind
    iin: str | None = None
    bin: str | None = None
    roles: frozenset[str] = frozenset()

    @classmethod
    def citizen(cls, iin: str | None = None) -> Self:
        """Expect an individual, with the individual's role and an IIN."""
        return cls(kind=Kind.CITIZEN, iin=iin, roles=frozenset({CITIZEN_ROLE}))

    @classmethod
    def staff(cls, bin: str | None = None, roles: Collection[str] = STAFF_ROLES, iin: str | None = None) -> Self:  # noqa: A002
        """Expect a person who acts for an organisation: IIN, BIN, and one of the roles."""
        return cls(kind=Kind.STAFF, iin=iin, bin=bin, roles=frozenset(roles))

    @classmethod
    def seal(cls, bin: str | None = None, roles: Collection[str] = SEAL_ROLES) -> Self:  # noqa: A002
        """Expect an organisation's seal: BIN and one of the roles; an IIN may be missing."""
        return cls(kind=Kind.SEAL, bin=bin, roles=frozenset(roles))

    @classmethod
    def person(cls, iin: str | None = None) -> Self:
        """Expect any person, citizen or employee, with an IIN: a login, where the rest is read from the certificate."""
        return cls(kind=Kind.PERSON, iin=iin)

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types, for the stored evidence."""
        return {"kind": self.kind.value, "iin": self.iin, "bin": self.bin, "roles": sorted(self.roles)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what as_json wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(kind=Kind(data["kind"]), iin=data["iin"], bin=data["bin"], roles=frozenset(data["roles"]))
