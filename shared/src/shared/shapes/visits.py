"""Visits of a doctor, and the advice that comes before them."""

from datetime import date, datetime

from pydantic import BaseModel


class Titles(BaseModel):
    """Words of ours in each language."""

    kk: str
    ru: str
    en: str


class Titled(BaseModel):
    """A code with the words for it."""

    code: str
    title: Titles


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
    """Who comes."""

    id: str
    name: str
    specialty: str
    specialty_title: Titles


class VisitOutcome(Titled):
    """How the visit ended, and when."""

    at: datetime


class VisitOut(BaseModel):
    """Who comes when; `outcome` is null until the visit is over."""

    at: datetime
    doctor: VisitingDoctor
    urgency: Titled
    district: str | None
    outcome: VisitOutcome | None


class VisitPatient(BaseModel):
    """Whom the doctor visits."""

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


class EndedOut(BaseModel):
    """The visit as it is on record now."""

    id: str
    number: str
    visit: VisitOut
