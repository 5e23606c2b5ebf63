"""What the gateway forwards when a citizen applies, and what the citizen gets."""

from datetime import datetime

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from shared.applications.evidence import Evidence


class FilingIn(BaseModel):
    """The exact signed bytes, the CMS over them, and what condition 2 came to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: Base64Bytes = Field(max_length=128 * 1024)
    signature: Base64Bytes = Field(max_length=256 * 1024)
    evidence: Evidence


class StatusOut(BaseModel):
    """Where an application stands: a stable code, and the words in the caller's language."""

    code: str
    text: str


class ReceiptOut(BaseModel):
    """The answer to an accepted application; members that the service adds (`appointment`) stand beside these."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: str
    region: str
    service: str
    provider: str
    state: str
    status: StatusOut
    due_at: datetime | None
    due_trace: list[str]
    filed_at: datetime


class RepresentativeOut(BaseModel):
    """Who acts for the patient; `kind` is not there while the right is only claimed, `shown_by` says what shows it."""

    name: str
    kind: str | None
    shown_by: str
