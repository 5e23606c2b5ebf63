"""Shapes of bodies that pass through unread, for the public document alone; a test compares them with the owners'."""

from datetime import date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Translated(_Sent):
    kk: str
    ru: str
    en: str


class SlotOut(BaseModel):
    id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime


class SlotsOut(BaseModel):
    items: list[SlotOut]
    next_cursor: str | None


class DoctorOut(BaseModel):
    id: str
    surname: str
    given_name: str
    patronymic: str | None
    specialty: str
    specialty_title: Translated
    room: str
    active: bool


class DoctorsOut(BaseModel):
    items: list[DoctorOut]
    next_cursor: str | None = None


class DoctorIn(_Sent):
    surname: str
    given_name: str
    patronymic: str | None = None
    specialty: str
    room: str


class DoctorChange(_Sent):
    active: bool | None = None
    account_id: str | None = None


class ReceptionIn(_Sent):
    weekday: int
    opens: time
    closes: time
    slot_minutes: int


class ScheduleIn(_Sent):
    valid_from: date
    receptions: list[ReceptionIn]


class ScheduleOut(BaseModel):
    slots_added: int
    slots_until: date


class Titles(BaseModel):
    kk: str
    ru: str
    en: str


class Titled(BaseModel):
    code: str
    title: Titles


class ComplaintIn(_Sent):
    text: str


class Advice(BaseModel):
    code: str
    number: str
    text: Titles
    for_staff: Titles
    signs: list[Titled]


class AdviceOut(BaseModel):
    advice: Advice | None


class VisitingDoctor(BaseModel):
    id: str
    name: str
    specialty: str
    specialty_title: Titles


class VisitOutcome(Titled):
    at: datetime


class VisitOut(BaseModel):
    at: datetime
    doctor: VisitingDoctor
    urgency: Titled
    district: str | None
    outcome: VisitOutcome | None


class VisitPatient(BaseModel):
    iin: str
    name: str


class VisitItem(VisitOut):
    id: str
    number: str
    state: str
    advice: Advice | None
    patient: VisitPatient
    complaint: str | None
    address: str | None
    phone: str | None


class VisitsOut(BaseModel):
    date: date
    items: list[VisitItem]
    next_cursor: None = None


class OutcomeIn(_Sent):
    outcome: Literal["visited", "not-at-home", "handed-to-emergency-care"]


class EndedOut(BaseModel):
    id: str
    number: str
    visit: VisitOut


class WrittenProvider(_Sent):
    region: str
    names: Translated
    address: Translated
    zone: str = "Asia/Almaty"
    opening_hours: dict[str, Any]
    services: list[str]
    active: bool = True


class ShownProvider(BaseModel):
    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str]
    zone: str
    opening_hours: dict[str, Any]
    services: list[str]
    active: bool
    version: int
    changed_at: datetime


class ShownProviders(BaseModel):
    items: list[ShownProvider]
    next_cursor: str | None = None


class WrittenStaff(_Sent):
    iin: str
    bin: str
    name: str
    language: Literal["kk", "ru", "en"] = "kk"
    roles: list[str]
    password: str | None = None


class WrittenChange(_Sent):
    name: str | None = None
    roles: list[str] | None = None
    active: bool | None = None
    reset_password: Literal[True] | None = None


class ShownStaff(BaseModel):
    account_id: str
    iin: str
    bin: str
    name: str
    language: str
    roles: list[str]
    active: bool
    created_at: datetime
    password: str | None = None


class StaffPage(BaseModel):
    items: list[ShownStaff]
    next_cursor: str | None


class ColleagueOut(BaseModel):
    account_id: str
    bin: str
    name: str
    roles: list[str]


class ColleaguesOut(BaseModel):
    items: list[ColleagueOut]
    next_cursor: str | None


class LookupIn(_Sent):
    iin: str | None = None
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    birth_date: date | None = None


class AttachmentOut(BaseModel):
    provider: str
    provider_names: dict[str, str]
    district: str | None
    since: date


class PersonOut(BaseModel):
    id: str
    iin: str
    surname: str
    given_name: str
    patronymic: str | None
    birth_date: date
    sex: Literal["male", "female"]
    state: Literal["present", "away", "dead"]
    attachment: AttachmentOut | None
    warnings: list[str]


class PersonsOut(BaseModel):
    items: list[PersonOut]


class AddressIn(_Sent):
    locality: str
    street: str
    house: str
    flat: str | None = None


class PersonIn(_Sent):
    iin: str
    surname: str
    given_name: str
    patronymic: str | None = None
    birth_date: date
    sex: Literal["male", "female"]
    address: AddressIn
    phone: str | None = None
    language: Literal["kk", "ru", "en"] = "kk"


class RegisterEventIn(_Sent):
    kind: Literal["died", "moved-away", "iin-changed", "name-changed", "address-changed"]
    on: date
    iin: str | None = None
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    address: AddressIn | None = None


class ProofIn(_Sent):
    code: str
    number: str


class RepresentationIn(_Sent):
    representative: str
    represented: str
    kind: str
    from_on: date
    until_on: date | None = None
    proof: ProofIn


class RevocationIn(_Sent):
    reason: str


class RepresentationOut(BaseModel):
    id: str
    representative: str | None
    kind: str
    from_on: date
    until_on: date | None
    revoked_at: datetime | None


class RepresentationsOut(BaseModel):
    items: list[RepresentationOut]


class HousesIn(_Sent):
    locality: str
    street: str
    side: Literal["all", "odd", "even"] = "all"
    first: str
    last: str


class DistrictIn(_Sent):
    name: str
    houses: list[HousesIn]


class HousesOut(BaseModel):
    locality: str
    street: str
    side: Literal["all", "odd", "even"]
    first: str
    last: str


class DistrictOut(BaseModel):
    id: str
    name: str
    houses: list[HousesOut]


class DistrictsOut(BaseModel):
    items: list[DistrictOut]
    next_cursor: None = None
