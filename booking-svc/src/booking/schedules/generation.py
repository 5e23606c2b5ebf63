"""A doctor's weekly schedules become the slots of concrete days. Pure: dates and zone come in, instants go out.

Zhambyl's citizen picks a free time from the doctors' schedule (booking, closing paragraph of clause 11); Akmola's
dispatcher tells a time by it (booking, clauses 5 and 7). The decrees do not say how a schedule looks: ours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Hours in which a doctor sees patients on one weekday (0 is Monday), local time, in slots of one length."""

    weekday: int
    opens: time
    closes: time
    slot: timedelta

    def to_json(self) -> dict[str, int | str]:
        """Write it as a schedule's row keeps it."""
        minutes = self.slot // timedelta(minutes=1)
        return {
            "weekday": self.weekday,
            "opens": self.opens.isoformat(),
            "closes": self.closes.isoformat(),
            "slot_minutes": minutes,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Reception":
        """Read what `to_json` wrote."""
        return cls(
            weekday=value["weekday"],
            opens=time.fromisoformat(value["opens"]),
            closes=time.fromisoformat(value["closes"]),
            slot=timedelta(minutes=value["slot_minutes"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySchedule:
    """The receptions of a week, in force from `valid_from` until the next schedule's."""

    valid_from: date
    receptions: tuple[Reception, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTime:
    """One slot's half-open interval, aware, in the provider's zone."""

    starts_at: datetime
    ends_at: datetime


def slot_times(
    schedules: Sequence[WeeklySchedule],
    *,
    first: date,
    last: date,
    zone: ZoneInfo,
    worked_as: Callable[[date], int | None],
) -> Iterator[SlotTime]:
    """Yield the slots from `first` to `last`, both included, in order of time.

    `worked_as` tells which weekday's hours a date has (a Sunday may be worked as the Friday that it replaces), None for
    a day of rest. A remainder at the end of the hours that is shorter than a slot is no slot. A time of day that a
    change of the zone's offset skips is never yielded.
    """
    day = first
    while day <= last:
        if (weekday := worked_as(day)) is not None:
            for reception in _receptions(schedules, day, weekday):
                yield from _of_day(reception, day, zone)
        day += ONE_DAY


def _receptions(schedules: Sequence[WeeklySchedule], day: date, weekday: int) -> list[Reception]:
    begun = [each for each in schedules if each.valid_from <= day]
    if not begun:
        return []
    current = max(begun, key=lambda each: each.valid_from)
    return sorted((each for each in current.receptions if each.weekday == weekday), key=lambda each: each.opens)


def _of_day(reception: Reception, day: date, zone: ZoneInfo) -> Iterator[SlotTime]:
    starts = datetime.combine(day, reception.opens)
    closes = datetime.combine(day, reception.closes)
    while starts + reception.slot <= closes:
        at, until = starts.replace(tzinfo=zone), (starts + reception.slot).replace(tzinfo=zone)
        if _exists(at) and _exists(until):
            yield SlotTime(starts_at=at, ends_at=until)
        starts += reception.slot


def _exists(local: datetime) -> bool:
    """Tell whether clocks ever show this time: a skipped one comes back from UTC as another."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
