"""Exceptions as JSON, and what became of the appointments that they hit."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from booking.appointments.moments import Moment
from booking.attendance import schemas as reception
from booking.exceptions.service import Away
from shared.applications.filing.schemas import StatusOut


class ExceptionIn(BaseModel):
    """When the doctor sees nobody, and why: a ground on which the regulation lets a provider cancel or move."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Annotated[Moment, Field(alias="from")]
    ends_at: Annotated[Moment, Field(alias="to")]
    ground: Annotated[str, Field(max_length=64)]

    def away(self) -> Away:
        return Away(starts_at=self.starts_at, ends_at=self.ends_at, ground=self.ground)


class HitOut(BaseModel):
    """An appointment under an exception; `id` is the application's."""

    id: str
    number: str
    starts_at: datetime
    ends_at: datetime
    state: str
    status: StatusOut
    patient: reception.AppointmentPatient


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


class SettleIn(BaseModel):
    """What to do with the appointments under the exception: move them to free times, or cancel them.

    `cursor` is the `next_cursor` of the batch before.
    """

    model_config = ConfigDict(extra="forbid")

    deed: Literal["move", "cancel"]
    note: reception.Note | None = None
    cursor: Annotated[str | None, Field(max_length=80)] = None


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
