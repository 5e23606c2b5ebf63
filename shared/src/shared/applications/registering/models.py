"""What registering works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.applications.filing.accepting import Answer
from shared.applications.filing.models import Claim
from shared.applications.representation import full_name_of
from shared.personal import Iin
from shared.procedure import Channel
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One request to register, read and checked as far as that goes without the database.

    `names` are the parts of the applicant's name as staff read them; `right` is the document that they saw where the
    patient is somebody else, with `patient_names`; with the names alone he is taken at his word, with neither the
    register is asked. `digest` is what a key of the
    caller stands for. `arrived_at` is aware, in whatever zone it was written.
    """

    region: str
    service: str
    channel: Channel
    variant: str | None
    applicant: Iin
    names: Mapping[str, str | None]
    patient: Iin
    patient_names: Mapping[str, str | None]
    right: Mapping[str, str] | None
    fields: Mapping[str, Any]
    arrived_at: datetime
    actor: Actor
    claim: Claim
    digest: bytes
    now: datetime

    @property
    def by_word(self) -> bool:
        """Whether the applicant names another patient and shows nothing."""
        return self.patient != self.applicant and self.right is None and bool(self.patient_names.get("surname"))

    @property
    def name(self) -> str:
        """Write the name as people do: surname, given name, patronymic."""
        return full_name_of(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The answer, and the first step's task."""

    answer: Answer
    task: UUID
