"""A doctor's weekly schedule as JSON."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from booking.schedules.generation import Reception, WeeklySchedule
from booking.schedules.service import SlotsMade
from shared.shapes import reception


class ReceptionIn(BaseModel):
    """Hours of one weekday (0 is Monday), local time, in slots of so many minutes."""

    model_config = ConfigDict(extra="forbid")

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: time
    closes: time
    slot_minutes: Annotated[int, Field(ge=5, le=240)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise ValueError("opens must be before closes, both local")
        return self

    def reception(self) -> Reception:
        return Reception(
            weekday=self.weekday, opens=self.opens, closes=self.closes, slot=timedelta(minutes=self.slot_minutes)
        )


class ScheduleIn(BaseModel):
    """The weekly schedule from `valid_from` on (a local date; never a past one: it counts from now)."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
    receptions: Annotated[list[ReceptionIn], Field(max_length=50)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        ordered = sorted(self.receptions, key=lambda each: (each.weekday, each.opens))
        for before, after in pairwise(ordered):
            if before.weekday == after.weekday and after.opens < before.closes:
                raise ValueError("receptions of a day overlap")
        return self

    def schedule(self) -> WeeklySchedule:
        return WeeklySchedule(
            valid_from=self.valid_from, receptions=tuple(each.reception() for each in self.receptions)
        )


class ScheduleOut(reception.ScheduleOut):
    @classmethod
    def of(cls, made: SlotsMade) -> Self:
        return cls(slots_added=made.added, slots_until=made.until)
