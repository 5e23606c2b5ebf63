"""A day's appointments as JSON, and what staff say of one."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.applications.filing.schemas import StatusOut

_NO_CONTROLS = r"^[^\x00-\x08\x0B-\x1F\x7F\u{202A}-\u{202E}\u{2066}-\u{2069}]*$"
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=_NO_CONTROLS)]
"""A word to the citizen, without control characters or marks that turn the direction of writing."""


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


class AttendanceIn(BaseModel):
    """Whether the person came."""

    model_config = ConfigDict(extra="forbid")

    attended: Annotated[bool, Field(strict=True)]


class CancellationIn(BaseModel):
    """Why the provider cancels: a ground of the regulation's list, and a word to the citizen."""

    model_config = ConfigDict(extra="forbid")

    ground: Annotated[str, Field(max_length=64)]
    note: Note | None = None


class AppointmentState(BaseModel):
    """Where the application stands now."""

    id: str
    number: str
    state: str
    status: StatusOut
