"""A doctor's weekly schedules become the slots of concrete days. Pure: dates come in, instants go out.

Zhambyl's citizen picks a free time from the doctors' schedule (booking, closing paragraph of clause 11); Akmola's
dispatcher tells a time by it (booking, clauses 5 and 7). The decrees do not say how a schedule looks: ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.procedure import WorkingClock


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
    schedules: Sequence[WeeklySchedule], *, first: date, last: date, clock: WorkingClock
) -> Iterator[SlotTime]:
    """Yield the slots from `first` to `last`, both included, in order of time. Raises CalendarEnds.

    A day that is worked in place of another has the receptions of that day's weekday. Slots lie within the provider's
    opening hours, so a holiday has none and a short day ends early. A remainder that is shorter than a slot is no slot;
    nor is a time of day that a change of the zone's offset skips.
    """
    days = (first + timedelta(days=distance) for distance in range((last - first).days + 1))
    for day in days:
        if openings := clock.openings(day):
            weekday = (clock.day(day).like or day).weekday()
            for reception in _receptions(schedules, day, weekday):
                yield from (each for each in _of_day(reception, day, clock.zone) if _within(each, openings))


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


def _within(slot: SlotTime, openings: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(opens <= slot.starts_at and slot.ends_at <= closes for opens, closes in openings)


def _exists(local: datetime) -> bool:
    """Tell whether clocks ever show this time: a skipped one comes back from UTC as another."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
