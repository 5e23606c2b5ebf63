"""The facts of this suite. No IIN, no name, no diagnosis, no finding: a consumer that may know more asks over REST."""

from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import Field

from shared.events.event import Event

State = Literal["submitted", "registered", "in_progress", "ready", "issued", "refused", "withdrawn"]


class ApplicationEvent(Event):
    """Something happened to an application; all services tell it in this one shape."""

    application_id: str
    provider_bin: str
    region: str
    service: str = Field(description="The owner of the topic; which of its services it is, only REST says.")
    state: State
    aggregate_version: int = Field(ge=1)
    task_id: str | None = None

    @property
    def key(self) -> str:
        """Give the application's public id."""
        return self.application_id


class ApplicationSubmitted(ApplicationEvent):
    """An application was accepted."""

    type: ClassVar[str] = "kz.shlyuz.application.submitted.v1"


class ApplicationRegistered(ApplicationEvent):
    """It was entered in the journal."""

    type: ClassVar[str] = "kz.shlyuz.application.registered.v1"


class ApplicationReady(ApplicationEvent):
    """Its result is signed by the performer."""

    type: ClassVar[str] = "kz.shlyuz.application.ready.v1"


class ApplicationIssued(ApplicationEvent):
    """Its result is sealed, and the applicant can have it."""

    type: ClassVar[str] = "kz.shlyuz.application.issued.v1"


class ApplicationRefused(ApplicationEvent):
    """The provider refused it on a ground of the closed list."""

    type: ClassVar[str] = "kz.shlyuz.application.refused.v1"


class ApplicationWithdrawn(ApplicationEvent):
    """The applicant took it back."""

    type: ClassVar[str] = "kz.shlyuz.application.withdrawn.v1"


class ApplicationCancelled(ApplicationEvent):
    """The provider cannot keep the time that it gave, and ended it."""

    type: ClassVar[str] = "kz.shlyuz.application.cancelled.v1"


class ApplicationAttended(ApplicationEvent):
    """The person came at the time given."""

    type: ClassVar[str] = "kz.shlyuz.application.attended.v1"


class ApplicationMissed(ApplicationEvent):
    """The person did not come at the time given."""

    type: ClassVar[str] = "kz.shlyuz.application.missed.v1"


class ApplicationRescheduled(ApplicationEvent):
    """The applicant, or the provider, moved it to another time."""

    type: ClassVar[str] = "kz.shlyuz.application.rescheduled.v1"


class ResultAnnulled(ApplicationEvent):
    """Its result is out of force; a corrected one may follow."""

    type: ClassVar[str] = "kz.shlyuz.application.result-annulled.v1"


class StepOpened(ApplicationEvent):
    """A step waits for its performer."""

    type: ClassVar[str] = "kz.shlyuz.application.step-opened.v1"


class StepClaimed(ApplicationEvent):
    """A performer took a step on."""

    type: ClassVar[str] = "kz.shlyuz.application.step-claimed.v1"


class StepReleased(ApplicationEvent):
    """A step is free again: given back, or its claim ran out."""

    type: ClassVar[str] = "kz.shlyuz.application.step-released.v1"


class StepCompleted(ApplicationEvent):
    """A performer completed a step."""

    type: ClassVar[str] = "kz.shlyuz.application.step-completed.v1"


class StepOverdue(ApplicationEvent):
    """A step's time limit passed."""

    type: ClassVar[str] = "kz.shlyuz.application.step-overdue.v1"


class VisitEnded(ApplicationEvent):
    """The doctor's visit that was given is over, however it ended."""

    type: ClassVar[str] = "kz.shlyuz.application.visit-ended.v1"


class EnrolmentEvent(Event):
    """Something happened to an enrolment period; a transfer is the end of one and the opening of another."""

    enrolment_id: str
    provider_bin: str
    district_id: str | None = None
    effective_on: date
    aggregate_version: int = Field(ge=1)

    @property
    def key(self) -> str:
        """Give the period's public id."""
        return self.enrolment_id


class EnrolmentOpened(EnrolmentEvent):
    """Somebody is enrolled at the provider from a date on."""

    type: ClassVar[str] = "kz.shlyuz.enrolment.opened.v1"


class EnrolmentEnded(EnrolmentEvent):
    """The period is over: a transfer, a death, a removal; why is not told."""

    type: ClassVar[str] = "kz.shlyuz.enrolment.ended.v1"


class ProviderChanged(Event):
    """A provider is new or has changed; told whole, so that the last one is all a reader needs."""

    type: ClassVar[str] = "kz.shlyuz.provider.changed.v1"

    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str] = Field(default_factory=dict)
    zone: str
    opening_hours: dict[str, Any]
    services: tuple[str, ...]
    active: bool = True
    version: int = Field(ge=1)

    @property
    def key(self) -> str:
        """Give the provider's BIN."""
        return self.bin
