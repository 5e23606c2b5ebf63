"""The one seam between the case file and a service: what a service adds, and the values it is given.

Nothing here knows a service. The case file accepts, routes steps, keeps journals and results by the regulation's
data; a service module holds only what is particular to it (booking: slots and appointments).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.personal import Person
from shared.procedure import Channel, Edition, OpeningHours
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A medical organisation, as the last `provider.changed` event told it; `names` and `address` by language."""

    bin: str
    region: str
    names: Mapping[str, str]
    address: Mapping[str, str]
    hours: OpeningHours
    services: frozenset[str]
    active: bool
    version: int

    @property
    def zone(self) -> str:
        """Name the IANA time zone in which people there read times."""
        return self.hours.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An application that is about to be accepted: checked in every way but the service's own.

    `id` is final although no row exists yet. `fields` passed the edition's schema. `filed_at` is UTC. `documents` are
    the uploads that the applicant names: his own, and free. `representative` is that of the case file.
    """

    id: UUID
    region: str
    service: str
    provider: Provider
    edition: Edition
    channel: str
    applicant_iin: str
    patient_iin: str
    fields: Mapping[str, Any]
    filed_at: datetime
    actor: Actor
    variant: str | None = None
    documents: tuple[UUID, ...] = ()
    representative: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the service did: `details` are sealed with the case and shown in the cabinet at the top level.

    `scheduled_at` (UTC) is the time that was given, where the citizen chose one. The tasks of an `urgent` application
    stand before all others.
    """

    details: Mapping[str, Any] = field(default_factory=dict)
    scheduled_at: datetime | None = None
    urgent: bool = False
    handed_out: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What stands in the first answer and is kept nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStep:
    """What a performer signed at an earlier step of the same application; `signed_at` in the provider's zone."""

    step: str
    outcome: str
    data: Mapping[str, Any]
    name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """An application as it stands, opened: holds personal data, so it must not be logged or kept."""

    id: UUID
    number: str
    region: str
    service: str
    provider: Provider
    edition: Edition
    channel: str
    applicant_iin: str
    patient_iin: str
    name: str
    fields: Mapping[str, Any]
    details: Mapping[str, Any]
    state: str
    status: str
    version: int
    filed_at: datetime
    variant: str | None = None
    """Which of the regulation's ways was chosen when the visit was registered."""
    finding: str | None = None
    """What a step has found: health data, for the performers who act on it alone."""
    signed: tuple[SignedStep, ...] = ()
    """What earlier performers signed, in order; there where the result is laid out."""
    correcting: bool = False
    """Whether an annulled result is being made anew: what it speaks of may have happened meanwhile."""
    representative: Mapping[str, Any] | None = None
    """Who acts for the patient: name, kind of right, how it was shown, until when; None where he applied himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completing:
    """A step that is about to be completed with `outcome`; `data` passed the outcome's schema.

    With `dry_run` the service checks and computes, and changes nothing: the performer signs what comes out.
    """

    case: CaseFile
    task_id: UUID
    step: str
    outcome: str
    data: Mapping[str, Any]
    actor: Actor
    now: datetime
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEffect:
    """What the step came to: `data` goes to record, journal and result; `details` are laid over the case's.

    `journal` is for the journal besides: the record is the applicant's to read too, the journal is not.
    """

    data: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    journal: Mapping[str, Any] = field(default_factory=dict, repr=False)
    scheduled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """The result document's form (a typst file of the service) and what it prints; `ink` keeps room for a hand."""

    form: Path
    data: Mapping[str, Any]
    ink: bool = False

    @classmethod
    def of(cls, case: CaseFile, forms: Path, data: Mapping[str, Any], *, ink: bool = False) -> Self:
        """Take the form, out of a folder of them, and the title from the regulation's result."""
        result = case.edition.result(Channel(case.channel), case.variant, case.finding)
        title = {"kk": result.title.kk, "ru": result.title.ru}
        return cls(form=forms / f"{result.form}.typ", data={"title": title, **data}, ink=ink)


class ServiceModule(Protocol):
    """What a service adds to the case file. Methods run inside the caller's transaction and never commit."""

    @property
    def services(self) -> frozenset[str]:
        """Name the services (codes of the regulations) that it carries out: the catalogue holds these alone."""

    def routers(self) -> Sequence[APIRouter]:
        """List the service's own routes."""

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:
        """Take what the application names, before its row is written; raise a ProblemError to refuse the whole."""

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        """Check (dry run) or carry out what is particular to the step; `data` must come out the same both times."""

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:
        """Free what the case held: it was refused or withdrawn."""

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:
        """Lay out the result document, for the regulation's result of kind `document`."""


@runtime_checkable
class ChangesTimes(Protocol):
    """A module that can change the time of an application: needed where a regulation lets the applicant change it."""

    async def rescheduled(
        self, session: AsyncSession, case: CaseFile, fields: Mapping[str, Any], now: datetime, actor: Actor
    ) -> Acceptance:
        """Move what the case holds to what `fields` name, or refuse and leave it.

        `actor` is the applicant, who asks for it.
        """


@runtime_checkable
class FillsJournals(Protocol):
    """A module with values for a journal that do not lie where the regulation's paths point."""

    def journal_values(self, case: CaseFile, data: Mapping[str, Any]) -> Mapping[str, object]:
        """Give them by the key of the journal's field."""


@runtime_checkable
class ForgetsTimes(Protocol):
    """A module with instants of its own in its rows, which an anonymous application must not keep."""

    async def closed(self, session: AsyncSession, case: CaseFile) -> None:
        """Cut them to the day: the application is closed."""


@runtime_checkable
class GuardsSteps(Protocol):
    """A module that asks for more than the performer's role before a step is somebody's (a slip that was shown)."""

    async def may_hold(self, session: AsyncSession, case: CaseFile, step: str, account: str) -> None:
        """Raise the service's own problem where the account may not have the step."""


@runtime_checkable
class MarksBlindly(Protocol):
    """A module that says by which mark the performer of a blind step knows what he works on."""

    async def marks(self, session: AsyncSession, applications: Sequence[UUID]) -> Mapping[UUID, Mapping[str, str]]:
        """Give each application's mark (`{"sample_code": ...}`), which names no person and no application."""


@runtime_checkable
class JudgesRepresentation(Protocol):
    """A module that judges a claimed right to act itself, by documents that come with the application.

    It is asked where the register has no record of the right and the application names documents: `accepted` and the
    steps then refuse what does not convince them.
    """

    def patient_named(self, fields: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Give surname, given_name and patronymic of the patient as the application states them; empty if not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulting:
    """A step that is about to be prepared, and whose data is under which key."""

    case: CaseFile
    person: Person
    task_id: UUID
    step: str
    actor: Actor
    now: datetime


@runtime_checkable
class ConsultsRegisters(Protocol):
    """A module that looks into registers outside the suite, where a step names one."""

    async def consult(self, database: Database, asked: Consulting) -> None:
        """Ask outside any transaction, and keep the answer in one of its own; raise a ProblemError where none comes."""

    async def consulted(
        self, session: AsyncSession, case: CaseFile, person: Person, step: str
    ) -> Sequence[Mapping[str, Any]]:
        """Give the last answer of each register that the performer of this step is told of."""


@runtime_checkable
class FreesWhatWasIssued(Protocol):
    """A module whose issued results take something that their annulment gives back."""

    async def annulled(self, session: AsyncSession, case: CaseFile) -> None:
        """Free it, in the transaction that annuls the result."""
