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
    """A right to act for the patient, as the applicant says it and the document named shows it.

    `patient` has the names that stand there: surname, given_name, patronymic.
    """

    kind: str
    proof: ProofSeen
    patient: Mapping[str, str | None]


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
    proof = ProofSeen(code=said["proof"], number=said["number"])
    return ClaimedRight(kind=said["kind"], proof=proof, patient={name: said.get(name) for name in _NAMES})
