"""What is sent and passes through unread, for the public document alone; a test compares it with the owners'."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Translated(_Sent):
    kk: str
    ru: str
    en: str


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


class AttendanceIn(_Sent):
    attended: bool


class CancellationIn(_Sent):
    ground: str
    note: str | None = None


class ExceptionIn(_Sent):
    starts_at: Annotated[datetime, Field(alias="from")]
    ends_at: Annotated[datetime, Field(alias="to")]
    ground: str


class SettleIn(_Sent):
    deed: Literal["move", "cancel"]
    note: str | None = None
    cursor: str | None = None


class ComplaintIn(_Sent):
    text: str


class OutcomeIn(_Sent):
    outcome: Literal["visited", "not-at-home", "handed-to-emergency-care"]


class WrittenProvider(_Sent):
    region: str
    names: Translated
    address: Translated
    zone: str = "Asia/Almaty"
    opening_hours: dict[str, Any]
    services: list[str]
    active: bool = True


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


class LookupIn(_Sent):
    iin: str | None = None
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    birth_date: date | None = None


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


class HousesIn(_Sent):
    locality: str
    street: str
    side: Literal["all", "odd", "even"] = "all"
    first: str
    last: str


class DistrictIn(_Sent):
    name: str
    houses: list[HousesIn]
