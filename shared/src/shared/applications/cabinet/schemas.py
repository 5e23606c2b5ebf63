"""The cabinet's answers; texts are in the caller's language, times in the provider's zone."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.applications.filing.schemas import RepresentativeOut, StatusOut


class _Application(BaseModel):
    id: str
    number: str
    region: str
    service: str
    provider: str
    provider_names: dict[str, str]
    channel: str
    state: str
    status: StatusOut
    due_at: datetime | None
    due_trace: list[str]
    filed_at: datetime


class ApplicationItem(_Application):
    """An application in the list."""

    changed_at: datetime
    result: bool


class ApplicationList(BaseModel):
    """Applications, the newest first."""

    items: list[ApplicationItem]
    next_cursor: str | None


class StepOut(BaseModel):
    """A step as it stands; `limit` as the regulation writes it, `due_at` as the citizen may see it."""

    step: str
    title: str
    performer: str
    limit: str | None
    due_at: datetime | None
    state: str
    completed_at: datetime | None


class ResultOut(BaseModel):
    """The sealed result in force, and where anyone can have it verified."""

    code: str
    verify_url: str
    sealed_at: datetime


class AnnulledOut(BaseModel):
    """A result that is out of force, and the class of reasons for it."""

    code: str
    annulled_at: datetime
    reason: dict[str, str] | None


class GroundOut(BaseModel):
    """A ground of the closed list."""

    code: str
    text: str


class RemedyOut(BaseModel):
    """The service that removes the ground of a refusal, and where it is described."""

    service: str
    url: str


class RefusalOut(BaseModel):
    """The notice by which the application was refused, or its time cancelled or missed; `text` says what to do next."""

    number: str
    process: int | None
    condition: int | None
    text: str
    ground: GroundOut | None
    note: str | None
    remedy: RemedyOut | None


class ApplicationOut(_Application):
    """One application whole; members that the service adds (`appointment`) stand beside these."""

    model_config = ConfigDict(extra="allow")

    steps: list[StepOut]
    result: ResultOut | None
    annulled: list[AnnulledOut]
    notice: RefusalOut | None
    patient: dict[str, str]
    representative: RepresentativeOut | None
    fields: dict[str, Any]
    documents: list[dict[str, str]]


class HistoryItem(BaseModel):
    """One thing that happened."""

    version: int
    at: datetime
    action: str
    state: str
    status: StatusOut
    process: int | None
    step: str | None
    title: str | None
    performer: str | None
    outcome: str | None
    ground: str | None
    by: str


class HistoryOut(BaseModel):
    """What happened, in order."""

    items: list[HistoryItem]


class NoticeItem(BaseModel):
    """A numbered notice: `refusal`, `result`, `cancellation`, `time-changed` or `missed`."""

    id: str
    number: str
    kind: str
    process: int | None
    condition: int | None
    application: dict[str, str]
    at: datetime
    text: str
    texts: dict[str, str]
    ground: str | None
    ground_kind: str | None
    ground_text: str | None
    note: str | None
    remedy: RemedyOut | None


class NoticeList(BaseModel):
    """Notices, the newest first."""

    items: list[NoticeItem]
    next_cursor: str | None


class AccessItem(BaseModel):
    """One look at the person's data."""

    id: str
    at: datetime
    provider: str
    provider_names: dict[str, str] | None
    name: str | None
    roles: list[str]
    action: str
    application: dict[str, str] | None


class AccessList(BaseModel):
    """Looks, the newest first."""

    items: list[AccessItem]
    next_cursor: str | None


class SignedItem(BaseModel):
    """A signed document with what condition 2 saw, enough to judge it again off-line, years later."""

    kind: str
    document: str | None
    signature: str
    sha256: str
    received_at: datetime
    evidence: dict[str, Any]
    revocation: list[dict[str, Any]]


class EvidenceOut(BaseModel):
    """What was signed for an application; the gateway adds lists and answers, so that anyone can check it."""

    application: str
    number: str
    items: list[SignedItem]
