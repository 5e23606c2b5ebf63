"""Shapes of bodies about times that were given (holds, a day's appointments, exceptions), and samples; see `shapes`."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.applications.filing.schemas import StatusOut


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HoldOut(BaseModel):
    id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime
    held_until: datetime


class AppointmentPatient(BaseModel):
    iin: str
    name: str


class CancellationGroundOut(BaseModel):
    code: str
    text: str


class AppointmentOut(BaseModel):
    id: str
    number: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime
    outside_schedule: bool
    channel: str
    state: str
    status: StatusOut
    patient: AppointmentPatient
    fields: dict[str, Any]
    grounds: list[CancellationGroundOut]


class AppointmentsOut(BaseModel):
    items: list[AppointmentOut]
    next_cursor: str | None


class AttendanceIn(_Sent):
    attended: bool


class CancellationIn(_Sent):
    ground: str
    note: str | None = None


class AppointmentState(BaseModel):
    id: str
    number: str
    state: str
    status: StatusOut


class ExceptionIn(_Sent):
    starts_at: Annotated[datetime, Field(alias="from")]
    ends_at: Annotated[datetime, Field(alias="to")]
    ground: str


class HitOut(BaseModel):
    id: str
    number: str
    starts_at: datetime
    ends_at: datetime
    state: str
    status: StatusOut
    patient: AppointmentPatient


class ExceptionOut(BaseModel):
    id: str | None
    doctor_id: str
    starts_at: Annotated[datetime, Field(alias="from")]
    ends_at: Annotated[datetime, Field(alias="to")]
    ground: str
    free_slots: int
    appointments: int
    items: list[HitOut]


class ExceptionItem(BaseModel):
    id: str
    starts_at: Annotated[datetime, Field(alias="from")]
    ends_at: Annotated[datetime, Field(alias="to")]
    ground: str
    appointments: int


class ExceptionsOut(BaseModel):
    items: list[ExceptionItem]
    next_cursor: None = None


class SettleIn(_Sent):
    deed: Literal["move", "cancel"]
    note: str | None = None
    cursor: str | None = None


class SettledOut(BaseModel):
    id: str
    number: str
    outcome: Literal["moved", "cancelled", "kept"]
    reason: Literal["no-free-time", "not-movable", "not-cancellable"] | None
    appointment: dict[str, Any] | None


class SettlementOut(BaseModel):
    items: list[SettledOut]
    remaining: int
    next_cursor: str | None


class SampleIn(_Sent):
    sample_code: Annotated[str, Field(min_length=1, max_length=64)]


class SampleOut(BaseModel):
    sample_code: str


class SamplesOut(BaseModel):
    items: list[SampleOut]


class SlipIn(_Sent):
    slip: Annotated[str, Field(min_length=1, max_length=64)]


class SlipOut(BaseModel):
    application: str
    state: str
    task: str | None
