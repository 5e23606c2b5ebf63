"""A provider's opening hours, and the clock that they make together with the calendar.

Local times are turned into instants one by one, so that a change of the zone's offset (Asia/Almaty went from UTC+6
to UTC+5 at midnight before 1 March 2024) neither adds nor loses working time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise, takewhile
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.procedure.calendar import Calendar, Day, DayKind, Week

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY, _SUNDAY = 5, 6
_MIDNIGHT = time(0, 0)
_NOTHING = timedelta()


class OpeningHoursInvalid(ValueError):
    """The week, an exception, the zone or the cut-off of opening hours makes no sense; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An opening in local time, `closes` not included; closing at 00:00 means the midnight that ends the day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise OpeningHoursInvalid(f"opens at {self.opens} but closes at {self.closes}")

    @classmethod
    def read(cls, opens: str, closes: str) -> Self:
        """Read `"09:00", "18:00"`; the closing may be `"24:00"`."""
        try:
            return cls(
                opens=time.fromisoformat(opens), closes=_MIDNIGHT if closes == "24:00" else time.fromisoformat(closes)
            )
        except (ValueError, TypeError) as error:
            raise OpeningHoursInvalid(str(error)) from error

    def written(self) -> list[str]:
        return [f"{self.opens:%H:%M}", "24:00" if self.closes == _MIDNIGHT else f"{self.closes:%H:%M}"]


Openings = tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a provider is open: a week from Monday, exceptions by date, and the cut-off for filings, in its IANA zone.

    Saturday open and Sunday closed makes a six-day week, both closed a five-day one. An exception holds whatever the
    calendar says; an empty one closes the day. Without a cut-off, filings count until closing time.
    """

    zone: str
    week: tuple[Openings, ...]
    exceptions: Mapping[date, Openings] = field(default_factory=dict)
    cut_off: time | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise OpeningHoursInvalid(f"unknown zone {self.zone!r}") from error
        if len(self.week) != len(WEEKDAYS) or not any(self.week):
            raise OpeningHoursInvalid("a week has seven days, of which one at least is open")
        for openings in (*self.week, *self.exceptions.values()):
            for one, next_one in pairwise(openings):
                if one.closes == _MIDNIGHT or next_one.opens < one.closes:
                    raise OpeningHoursInvalid(f"openings overlap or stand in another order at {next_one.opens}")

    @property
    def working_week(self) -> Week | None:
        """Five days, six days, or None for a provider without the weekly rest of Sunday."""
        if self.week[_SUNDAY]:
            return None
        return "six-day" if self.week[_SATURDAY] else "five-day"

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what `to_json` writes. Raises OpeningHoursInvalid."""
        try:
            week = written["week"]
            if unknown := set(week) - set(WEEKDAYS):
                raise OpeningHoursInvalid(f"unknown days {sorted(unknown)}")
            exceptions = written.get("exceptions", {})
            cut_off = written.get("cut_off")
            return cls(
                zone=written["zone"],
                week=tuple(_openings(week.get(day, ())) for day in WEEKDAYS),
                exceptions={date.fromisoformat(day): _openings(pairs) for day, pairs in exceptions.items()},
                cut_off=time.fromisoformat(cut_off) if cut_off else None,
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise OpeningHoursInvalid(str(error)) from error

    def to_json(self) -> dict[str, Any]:
        """Write `{"zone", "week": {"mon": [["09:00", "13:00"], …]}, "exceptions": {"2026-05-08": []}, "cut_off"}`."""
        return {
            "zone": self.zone,
            "week": {
                day: [one.written() for one in openings] for day, openings in zip(WEEKDAYS, self.week, strict=True)
            },
            "exceptions": {
                day.isoformat(): [one.written() for one in openings] for day, openings in self.exceptions.items()
            },
            "cut_off": f"{self.cut_off:%H:%M}" if self.cut_off else None,
        }


def _openings(pairs: Sequence[Sequence[str]]) -> Openings:
    return tuple(Interval.read(*pair) for pair in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingClock:
    """The calendar and a provider's opening hours: when a limit's clock runs. All instants are aware, in UTC."""

    calendar: Calendar
    hours: OpeningHours

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.hours.zone)

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def day(self, day: date) -> Day:
        """What the calendar makes of a day in this provider's week. Raises CalendarEnds."""
        week = self.hours.working_week
        found = self.calendar.day(day, week or "six-day")
        return Day() if week is None and found.kind is DayKind.MOVED_REST else found

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The spans in which the provider works that day, as instants; empty on a day of rest. Raises CalendarEnds."""
        calendar_day = self.day(day)
        if day in self.hours.exceptions:
            return tuple(self._span(day, interval) for interval in self.hours.exceptions[day])
        if calendar_day.kind in {DayKind.HOLIDAY, DayKind.MOVED_REST, DayKind.ORDERED_REST}:
            return ()
        spans = tuple(self._span(day, interval) for interval in self.hours.week[(calendar_day.like or day).weekday()])
        return _shortened(spans, calendar_day.shorter)

    def works(self, day: date) -> bool:
        return bool(self.openings(day))

    def closing(self, day: date) -> datetime:
        """The end of a working day; asking it of a day of rest is a programming error (IndexError)."""
        return self.openings(day)[-1][1]

    def accepts_until(self, day: date) -> datetime:
        """The last instant at which a filing counts as that working day's: the cut-off, or closing time."""
        closing = self.closing(day)
        if self.hours.cut_off is None:
            return closing
        return min(closing, self._instant(day, self.hours.cut_off))

    def days_from(self, day: date) -> Iterator[date]:
        """Every day from one on; what asks about a day beyond the calendar raises CalendarEnds."""
        return (day + timedelta(days=distance) for distance in count())

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; nothing when `end` is not after `start`. Raises CalendarEnds."""
        first, last = self.local(start).date(), self.local(end).date()
        days = takewhile(lambda day: day <= last, self.days_from(first))
        spans = (span for day in days for span in self.openings(day))
        return sum((max(_NOTHING, min(closes, end) - max(opens, start)) for opens, closes in spans), _NOTHING)

    def _span(self, day: date, interval: Interval) -> tuple[datetime, datetime]:
        last = day + timedelta(days=1) if interval.closes == _MIDNIGHT else day
        return self._instant(day, interval.opens), self._instant(last, interval.closes)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)


def _shortened(spans: tuple[tuple[datetime, datetime], ...], by: timedelta) -> tuple[tuple[datetime, datetime], ...]:
    """End the day earlier by cutting from its last spans."""
    kept = list(spans)
    while kept and by:
        opens, closes = kept.pop()
        cut = min(by, closes - opens)
        by -= cut
        if closes - cut > opens:
            kept.append((opens, closes - cut))
    return tuple(kept)
