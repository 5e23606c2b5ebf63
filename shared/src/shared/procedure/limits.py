"""Time limits as the decrees state them: so many minutes or hours of working time, or so many working days."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator

_WRITTEN = re.compile(r"([1-9][0-9]{0,3}) (m|h|wd)")


class Clock(StrEnum):
    """Which of the two clocks a limit runs on."""

    WORKING_TIME = "working-time"
    WORKING_DAYS = "working-days"


class Unit(StrEnum):
    """The unit of a limit, as a regulation file writes it."""

    MINUTES = "m"
    HOURS = "h"
    WORKING_DAYS = "wd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A positive number of minutes, hours or working days; `str()` gives it back as the file writes it (`29 m`)."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `29 m`, `2 h` or `1 wd`; anything else is a ValueError."""
        found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
        if found is None:
            raise ValueError(f"a limit is written as 29 m, 2 h or 1 wd, not {written!r}")
        return cls(amount=int(found[1]), unit=Unit(found[2]))

    @property
    def clock(self) -> Clock:
        return Clock.WORKING_DAYS if self.unit is Unit.WORKING_DAYS else Clock.WORKING_TIME

    @property
    def duration(self) -> timedelta:
        """The working time of a limit in minutes or hours; working days have no duration (ValueError)."""
        if self.clock is Clock.WORKING_DAYS:
            raise ValueError(f"{self} counts days, not time")
        return timedelta(minutes=self.amount) if self.unit is Unit.MINUTES else timedelta(hours=self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


WrittenLimit = Annotated[Limit, BeforeValidator(Limit.parse)]
