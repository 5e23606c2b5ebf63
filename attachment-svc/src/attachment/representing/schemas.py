"""Rights to represent as JSON; who they are of is said in the body, never in a URL."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from attachment.register.models import PersonalData
from attachment.representing.models import NewRepresentation, ProofSeen, Reason, Representation, Standing
from attachment.words import visible
from shared.applications.forms import Code
from shared.applications.forms import Iin as IinText
from shared.db import public_id
from shared.personal import Iin
from shared.shapes import register

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(visible)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ProofIn(_Strict):
    """The document that was shown."""

    code: Code
    number: Words


class RepresentationIn(_Strict):
    """A right as staff saw it shown; `until_on` is the first day without it, where the document names one."""

    representative: IinText
    represented: IinText
    kind: Code
    from_on: date
    until_on: date | None = None
    proof: ProofIn

    def new(self, *, allow_test: bool) -> NewRepresentation:
        """Give the right to record; raises IinInvalid."""
        return NewRepresentation(
            representative=Iin.parse(self.representative, allow_test=allow_test),
            represented=Iin.parse(self.represented, allow_test=allow_test),
            kind=self.kind, from_on=self.from_on, until_on=self.until_on,
            proof=ProofSeen(code=self.proof.code, number=self.proof.number),
        )  # fmt: skip


class RevocationIn(_Strict):
    """Why a right ends before its time."""

    reason: Words


class RepresentationOut(register.RepresentationOut):
    @classmethod
    def of(cls, right: Representation) -> Self:
        return cls(
            id=public_id("att", right.id), representative=right.representative_iin, kind=right.kind,
            from_on=right.from_on, until_on=right.until_on, revoked_at=right.revoked_at,
        )  # fmt: skip


class RepresentationAsked(_Strict):
    """Who wants to act, and for whom."""

    applicant: IinText
    patient: IinText


class PatientName(BaseModel):
    surname: str
    given_name: str
    patronymic: str | None


class StandingOut(BaseModel):
    """Whether the right holds, until when (the first day without it), else why not; the name where it holds."""

    holds: bool
    kind: str | None = None
    until: date | None = None
    reason: Reason | None = None
    patient: PatientName | None = None

    @classmethod
    def of(cls, standing: Standing, patient: PersonalData | None) -> Self:
        if not standing.holds or standing.right is None:
            return cls(holds=False, reason=standing.reason or "not-recorded")
        right = standing.right
        name = PatientName.model_validate(patient, from_attributes=True) if patient is not None else None
        return cls(holds=True, kind=right.kind, until=right.until_on, patient=name)
