"""What registering works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.applications.filing.accepting import Answer
from shared.applications.filing.models import Claim
from shared.personal import Iin
from shared.procedure import Channel
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One request to register, read and checked as far as that goes without the database.

    `names` are the parts of the applicant's name as staff read them; `digest` is what an Idempotency-Key stands for.
    `arrived_at` is aware, in whatever zone it was written.
    """

    region: str
    service: str
    channel: Channel
    applicant: Iin
    names: Mapping[str, str | None]
    fields: Mapping[str, Any]
    arrived_at: datetime
    actor: Actor
    claim: Claim
    digest: bytes
    now: datetime

    @property
    def name(self) -> str:
        """Write the name as people do: surname, given name, patronymic."""
        return " ".join(part for part in self.names.values() if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The answer, and the first step's task."""

    answer: Answer
    task: UUID
