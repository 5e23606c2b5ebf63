"""What anyone may know of a result: that it is genuine and in force, and of whom no more than a masked name."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.applications.filing.schemas import StatusOut


class Issuer(BaseModel):
    """The provider whose seal stands in the result."""

    bin: str
    names: dict[str, str]


class AnnulledFor(BaseModel):
    """Why a result is out of force: a class of reasons, nothing of the person."""

    code: str
    title: dict[str, str]


class VerifyOut(BaseModel):
    """The answer to a verification code."""

    genuine: bool
    in_force: bool
    state: str
    code: str
    number: str
    kind: dict[str, str]
    issuer: Issuer
    issued_on: date
    annulled_at: datetime | None
    annulled_for: AnnulledFor | None
    patient: str
    sha256: str


class AnnulmentIn(BaseModel):
    """Why the result is annulled: a class of the list, told to anyone, and a note that the citizen alone reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    note: str | None = Field(default=None, min_length=3, max_length=500)


class ResultOf(BaseModel):
    """The application that a result belongs to, as it stands."""

    id: str
    number: str
    state: str
    status: StatusOut


class AnnulmentReasonOut(BaseModel):
    """A class of reasons in the caller's language."""

    code: str
    text: str


class AnnulmentOut(BaseModel):
    """A result that is out of force."""

    application: ResultOf
    code: str
    annulled_at: datetime
    reason: AnnulmentReasonOut


class ReopenedStep(BaseModel):
    """The step at which the corrected result will be signed."""

    step: str
    performer: str
    due_at: datetime | None


class ReissueOut(BaseModel):
    """An application whose result is made anew."""

    application: ResultOf
    step: ReopenedStep


class QrKeyOut(BaseModel):
    """A public key as JWK (RFC 8037)."""

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str


class QrKeysOut(BaseModel):
    """The keys of one owning service."""

    items: list[QrKeyOut]
    next_cursor: str | None = None
