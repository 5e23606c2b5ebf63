"""What an application for attachment says, read from its fields by their kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from attachment.register.models import Residence
from attachment.representing.models import ProofSeen
from shared.procedure import Edition

_NAMES = ("surname", "given_name", "patronymic")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRight:
    """A right to act for the patient: as the applicant says it, or as staff read it in a document at the window."""

    kind: str
    proof: ProofSeen

    @classmethod
    def seen(cls, representative: Mapping[str, Any] | None) -> Self | None:
        """Read what the case says of who acts: a right only where staff saw a document of it."""
        if representative is None or representative["shown_by"] != "document":
            return None
        return cls(kind=representative["kind"], proof=ProofSeen(**representative["proof"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where the patient lives, and by what right another applies for him, if he does and says it."""

    residence: Residence
    right: ClaimedRight | None

    @classmethod
    def read(cls, edition: Edition, fields: Mapping[str, Any]) -> Self:
        """Read fields that passed the edition's schema."""
        given = {field.kind: fields[field.key] for field in edition.form if field.key in fields}
        said = given.get("representation")
        return cls(residence=Residence(**given["residence"]), right=None if said is None else _claimed(said))


def _claimed(said: Mapping[str, Any]) -> ClaimedRight:
    return ClaimedRight(kind=said["kind"], proof=ProofSeen(code=said["proof"], number=said["number"]))


def named(fields: Mapping[str, Any]) -> dict[str, str | None]:
    """Give the patient's names as they stand in the document that shows a claimed right; empty where none is claimed.

    Of the kinds of fields, that of a right to act alone has a `proof`.
    """
    said = next((value for value in fields.values() if isinstance(value, Mapping) and "proof" in value), None)
    return {} if said is None else {name: said.get(name) for name in _NAMES}
