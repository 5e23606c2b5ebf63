"""Doctors who see patients, their free times, and the times that were given."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.applications.filing.schemas import StatusOut
from shared.shapes.visits import Titles


class DoctorOut(BaseModel):
    """A doctor, by his public id."""

    id: str
    surname: str
    given_name: str
    patronymic: str | None
    specialty: str
    specialty_title: Titles
    room: str
    active: bool


class DoctorsOut(BaseModel):
    """A provider's doctors, by name: always all of them."""

    items: list[DoctorOut]
    next_cursor: str | None = None


class ScheduleOut(BaseModel):
    """What came of it: how many slots were made, and until which date slots exist."""

    slots_added: int
    slots_until: date


class SlotOut(BaseModel):
    """A free slot; times carry the offset of the provider's zone."""

    id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime


class SlotsOut(BaseModel):
    """One page, earliest first; `next_cursor` asks for the next."""

    items: list[SlotOut]
    next_cursor: str | None


class HoldOut(SlotOut):
    """The slot that the citizen holds, and until when; times carry the offset of the provider's zone."""

    held_until: datetime


class AppointmentPatient(BaseModel):
    """Whose appointment it is."""

    iin: str
    name: str


class CancellationGroundOut(BaseModel):
    """A ground on which this appointment could be cancelled."""

    code: str
    text: str


class AppointmentOut(BaseModel):
    """An appointment; `id` is the application's, times carry the offset of the provider's zone.

    `outside_schedule`: the doctor's schedule, an exception or the opening hours no longer have this time.
    """

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
    """One page, earliest first; `next_cursor` asks for the next."""

    items: list[AppointmentOut]
    next_cursor: str | None


class AppointmentState(BaseModel):
    """Where the application stands now."""

    id: str
    number: str
    state: str
    status: StatusOut


class HitOut(BaseModel):
    """An appointment under an exception; `id` is the application's."""

    id: str
    number: str
    starts_at: datetime
    ends_at: datetime
    state: str
    status: StatusOut
    patient: AppointmentPatient


class _SpanOut(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    starts_at: Annotated[datetime, Field(alias="from")]
    ends_at: Annotated[datetime, Field(alias="to")]


class ExceptionOut(_SpanOut):
    """What the exception closes (`free_slots`), and how many appointments it hits; `items` are the first 200 of them.

    `id` is null in a preview.
    """

    id: str | None
    doctor_id: str
    ground: str
    free_slots: int
    appointments: int
    items: list[HitOut]


class ExceptionItem(_SpanOut):
    """An exception in force; `appointments` are those that still have to be moved or cancelled."""

    id: str
    ground: str
    appointments: int


class ExceptionsOut(BaseModel):
    """A doctor's exceptions that are not over, earliest first: always all of them."""

    items: list[ExceptionItem]
    next_cursor: None = None


class SettledOut(BaseModel):
    """What became of one appointment: `moved`, `cancelled`, or `kept` with the reason; `id` is the application's."""

    id: str
    number: str
    outcome: Literal["moved", "cancelled", "kept"]
    reason: Literal["no-free-time", "not-movable", "not-cancellable"] | None
    appointment: dict[str, Any] | None


class SettlementOut(BaseModel):
    """What was done now, at most 50; `remaining` are still under the exception, and the kept ones are among them."""

    items: list[SettledOut]
    remaining: int
    next_cursor: str | None
