"""What staff see of a task, and what they send to carry it out."""

from datetime import datetime
from typing import Any, Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from shared.applications.evidence import Evidence
from shared.applications.filing.schemas import RepresentativeOut
from shared.applications.tasks.models import Assignee

_Code = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepIn(_In):
    """How the performer wants to end the step: an outcome with its data, or a ground of refusal."""

    outcome: str = _Code
    data: dict[str, Any] = Field(default_factory=dict)
    ground: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9-]{0,63}$")
    note: str | None = Field(default=None, max_length=1000)

    @property
    def refuses(self) -> bool:
        """Tell whether the application is refused; `outcome` is then `refused`."""
        return self.outcome == "refused"


class JudgedIn(_In):
    """Whether the certificate of an earlier signer was good when he signed, by the hash of what he signed."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    good: bool


class PrepareIn(StepIn):
    """The same from the gateway, with what it says of earlier signers where it was asked."""

    earlier: list[JudgedIn] | None = Field(default=None, max_length=100)

    def step(self) -> StepIn:
        """Give what the performer wants, alone."""
        return StepIn(outcome=self.outcome, data=self.data, ground=self.ground, note=self.note)

    def judged(self) -> dict[str, bool] | None:
        """Give the gateway's word by hash; what was said twice holds only if it was good both times."""
        if self.earlier is None:
            return None
        bad = {each.sha256 for each in self.earlier if not each.good}
        return {each.sha256: each.sha256 not in bad for each in self.earlier}


class EarlierSignature(BaseModel):
    """What the gateway needs to judge an earlier signer's certificate again: its path (DER), and when he signed."""

    sha256: str
    received_at: datetime
    path: list[str]


class EarlierSignatures(BaseModel):
    """Those of one application, in order."""

    items: list[EarlierSignature]


class CompleteIn(_In):
    """A signed step names what was signed; an unsigned one says the outcome at once.

    Without sha256 and evidence it is a repeat after the draft is gone, which only a remembered answer can satisfy.
    """

    signable_id: str | None = None
    signature: Base64Bytes | None = Field(default=None, max_length=256 * 1024)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    evidence: Evidence | None = None
    outcome: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9-]{0,63}$")
    data: dict[str, Any] = Field(default_factory=dict)
    ground: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9-]{0,63}$")
    note: str | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        signed = (self.signable_id, self.signature, self.sha256, self.evidence)
        if self.outcome is None and (self.signable_id is None or self.signature is None):
            raise ValueError("give signable_id and signature, with sha256 and evidence, or an outcome")
        if self.outcome is not None and any(part is not None for part in signed):
            raise ValueError("an outcome is not given beside a signature: it was prepared")
        return self

    def step(self) -> StepIn:
        """Read the unsigned way."""
        return StepIn(outcome=self.outcome or "", data=self.data, ground=self.ground, note=self.note)


class ReassignIn(_In):
    """The account that a supervisor gives the task to."""

    account_id: str = Field(min_length=1, max_length=64)


class AssigneeIn(ReassignIn):
    """The same from the gateway, with what auth-svc says of the account."""

    bin: str = Field(min_length=1, max_length=12)
    roles: frozenset[str]

    def assignee(self) -> Assignee:
        """Give it as the use case takes it."""
        return Assignee(account_id=self.account_id, bin=self.bin, roles=self.roles)


class ClaimOut(BaseModel):
    """Who holds a task, and until when."""

    id: str
    claimed_by: str | None
    claimed_until: datetime | None


class PatientOut(BaseModel):
    """Whom the task is about."""

    iin: str
    name: str


class TaskOut(BaseModel):
    """A task in a list."""

    id: str
    application: dict[str, str] | None
    """None in a step whose performer does not see it."""
    region: str
    service: str
    step: str
    title: str
    performer: str
    state: str
    urgent: bool
    """Before all others, whatever is due: somebody may be in danger."""
    opened_at: datetime
    limit: str | None
    due_at: datetime | None
    overdue: bool
    claimed_by: str | None
    claimed_until: datetime | None
    patient: PatientOut | None
    """None where the performer sees no person: `marks` then say what he works on (a sample's code)."""
    marks: dict[str, str] = Field(default_factory=dict)


class TaskList(BaseModel):
    """Tasks, urgent first, then overdue."""

    items: list[TaskOut]
    next_cursor: str | None


class StatedOut(BaseModel):
    """What an earlier performer signed."""

    step: str
    title: str
    outcome: str
    outcome_title: str | None
    data: dict[str, Any]
    name: str
    signed_at: datetime


class ConsultedOut(BaseModel):
    """What a register outside the suite answered last; `titles` by language."""

    register_name: str = Field(alias="register")
    titles: dict[str, str]
    listed: bool
    as_of: datetime
    asked_at: datetime


class TaskDetail(TaskOut):
    """All that a performer needs to carry the step out; members that the service adds stand beside these."""

    model_config = ConfigDict(extra="allow")

    channel: str
    representative: RepresentativeOut | None
    fields: dict[str, Any]
    documents: list[dict[str, str]]
    due_trace: list[str]
    signed: bool
    preconditions: list[dict[str, str]]
    """What the population register must say of the patient; where it does not, the step is refused on that ground."""
    outcomes: list[dict[str, Any]]
    grounds: list[dict[str, Any]]
    earlier: list[StatedOut] = Field(default_factory=list)
    """What earlier performers signed, for who holds the step."""
    consulted: list[ConsultedOut] = Field(default_factory=list)
    """What registers outside the suite answered, for who holds a step that is told of it."""


class SignableOut(BaseModel):
    """What is to be signed, byte for byte."""

    signable_id: str
    document: str
    sha256: str
    expires_at: datetime


class SignableForGateway(SignableOut):
    """The same for the gateway, with what the certificate must carry."""

    task_id: str
    kind: str
    bin: str
    roles: list[str]


class CompletedOut(BaseModel):
    """What the completed step came to."""

    id: str
    state: str
    outcome: str | None
    application: dict[str, Any] | None
    """None for the performer of a step who does not see it."""
