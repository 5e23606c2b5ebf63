"""What a registrar enters, and what she gets."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.applications.fields import is_plain
from shared.applications.filing.schemas import ReceiptOut
from shared.applications.forms import Code, Iin


def _readable(name: str) -> str:
    if not is_plain(name):
        raise ValueError("marks that nobody sees")
    return name


NamePart = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\W\d_]([^\W\d_]|['’ʼ .-])*$"),
    AfterValidator(_readable),
]
"""Letters of any script, with the marks that names have between them."""


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ApplicantIn(_In):
    """Who came or called, by his identity document."""

    iin: Iin
    surname: NamePart
    given_name: NamePart | None = None
    patronymic: NamePart | None = None


class RightIn(_In):
    """A document, seen by staff, that shows the right to act for the patient."""

    kind: Code
    proof: Code
    number: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_readable)
    ]


class PatientIn(_In):
    """Whom the application is about; with his name, where a document shows the right or the applicant's word does."""

    iin: Iin
    surname: NamePart | None = None
    given_name: NamePart | None = None
    patronymic: NamePart | None = None
    right: RightIn | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.right is not None and self.surname is None:
            raise ValueError("a document that shows the right has the name")
        return self


class VisitIn(_In):
    """A visitor or caller, what he asks for, and when he came; `fields` are those of the regulation for the channel.

    `variant` is one of the regulation's ways, where it has several (a home visit, say).
    """

    region: Code
    service: Code
    channel: Literal["direct", "phone"]
    variant: Code | None = None
    arrived_at: AwareDatetime | None = None
    applicant: ApplicantIn | None = None
    """None where the variant is anonymous."""
    patient: PatientIn | None = None
    fields: dict[str, Any] = Field(default_factory=dict)


class RegisteredOut(ReceiptOut):
    """The accepted application; `task` is its first step, which the registrar has claimed."""

    channel: str
    arrived_at: datetime
    task: str
