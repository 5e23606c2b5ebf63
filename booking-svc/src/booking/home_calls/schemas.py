"""Visits and advice as JSON."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from booking.home_calls import wording


class Titles(BaseModel):
    kk: str
    ru: str
    en: str


class Titled(BaseModel):
    code: str
    title: Titles


class ComplaintIn(BaseModel):
    """What somebody wants a doctor for, in his words; it is looked at and forgotten."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Advice(BaseModel):
    """Whom to call before anything else, and by which signs; `for_staff` is what the dispatcher reads."""

    code: str
    number: str
    text: Titles
    for_staff: Titles
    signs: list[Titled]


class AdviceOut(BaseModel):
    """`advice` is null when nothing in the complaint sounds like an emergency."""

    advice: Advice | None


class VisitingDoctor(BaseModel):
    id: str
    name: str
    specialty: str
    specialty_title: Titles


class VisitOutcome(Titled):
    at: datetime


class VisitOut(BaseModel):
    """Who comes when; `outcome` is null until the visit is over."""

    at: datetime
    doctor: VisitingDoctor
    urgency: Titled
    district: str | None
    outcome: VisitOutcome | None


class VisitPatient(BaseModel):
    iin: str
    name: str


class VisitItem(VisitOut):
    """A visit with all that the doctor needs at the door; `advice` first of all, when there is any."""

    id: str
    number: str
    state: str
    advice: Advice | None
    patient: VisitPatient
    complaint: str | None
    address: str | None
    phone: str | None


class VisitsOut(BaseModel):
    """A day's visits, always all of them: what waits before what is over, by urgency, district and time."""

    date: date
    items: list[VisitItem]
    next_cursor: None = None


class OutcomeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Annotated[str, Field(max_length=64)]

    @field_validator("outcome")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in wording.outcomes():
            raise ValueError("unknown outcome")
        return value


class EndedOut(BaseModel):
    """The visit as it is on record now."""

    id: str
    number: str
    visit: VisitOut
