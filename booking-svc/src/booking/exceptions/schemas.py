"""Exceptions as JSON, and what became of the appointments that they hit."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from booking.appointments.moments import Moment
from booking.attendance import schemas as reception
from booking.exceptions.service import Away


class ExceptionIn(BaseModel):
    """When the doctor sees nobody, and why: a ground on which the regulation lets a provider cancel or move."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Annotated[Moment, Field(alias="from")]
    ends_at: Annotated[Moment, Field(alias="to")]
    ground: Annotated[str, Field(max_length=64)]

    def away(self) -> Away:
        return Away(starts_at=self.starts_at, ends_at=self.ends_at, ground=self.ground)


class SettleIn(BaseModel):
    """What to do with the appointments under the exception: move them to free times, or cancel them.

    `cursor` is the `next_cursor` of the batch before.
    """

    model_config = ConfigDict(extra="forbid")

    deed: Literal["move", "cancel"]
    note: reception.Note | None = None
    cursor: Annotated[str | None, Field(max_length=80)] = None
