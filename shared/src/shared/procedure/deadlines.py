"""When a step is due: its limit laid over the provider's working clock, with a trace of how that came out.

The day of filing is day 0, a filing after the cut-off or on a day of rest counts as the next working day's, and n
working days end at closing time of the n-th. Minutes and hours run inside the opening hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any, Self

from shared.procedure.calendar import Day, Order
from shared.procedure.hours import WorkingClock
from shared.procedure.limits import Clock, Limit
from shared.procedure.trace import Trace, TraceNote

_INSTANT = timedelta(microseconds=1)
"""Closing time belongs to the day that ends with it, also where that is midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """An instant (UTC) with the limit as the regulation file writes it, and the trace of the computation."""

    due_at: datetime
    limit: str
    trace: Trace = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "due_at": self.due_at.isoformat(),
            "limit": self.limit,
            "trace": [note.to_json() for note in self.trace],
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what `to_json` writes."""
        return cls(
            due_at=datetime.fromisoformat(written["due_at"]),
            limit=written["limit"],
            trace=tuple(TraceNote.from_json(note) for note in written["trace"]),
        )


def deadline(limit: Limit, start: datetime, clock: WorkingClock, *, counts_first_day: bool = False) -> Deadline:
    """Compute when a limit that starts at an instant ends.

    `counts_first_day` makes the working day on which the clock starts the first, where a limit ends "within the
    working day"; it means nothing for minutes and hours. Raises CalendarEnds where the year tables do not reach.
    """
    notes = [TraceNote.of(f"limit-{limit.unit}", amount=limit.amount), TraceNote.of("starts", at=start)]
    if limit.clock is Clock.WORKING_TIME:
        due_at = _run(limit.duration, start, clock, notes)
    else:
        filed = _filing_day(start, clock, notes)
        notes.append(TraceNote.of("day-one" if counts_first_day else "day-zero", day=filed))
        due_at = _count(limit.amount - counts_first_day, filed, clock, notes)
    notes.append(TraceNote.of("due", at=due_at))
    return Deadline(due_at=due_at, limit=str(limit), trace=tuple(notes))


def rest(due: Deadline, rested_at: datetime, resumed_at: datetime, clock: WorkingClock) -> Deadline:
    """Move a deadline by the time for which its clock rested, while the step was with someone else.

    Working time that was left when the clock came to rest is left when it runs again; working days end as many
    working days later as passed meanwhile. What was overdue already stays due when it was.
    """
    if due.due_at <= rested_at:
        return due
    notes = [*due.trace, TraceNote.of("rested", since=rested_at, until=resumed_at)]
    if Limit.parse(due.limit).clock is Clock.WORKING_TIME:
        due_at = _run(clock.working_time(rested_at, due.due_at), resumed_at, clock, notes)
    else:
        last = clock.local(due.due_at - _INSTANT).date()
        due_at = _count(_working_days(rested_at, resumed_at, clock), last, clock, notes)
    notes.append(TraceNote.of("due", at=due_at))
    return Deadline(due_at=due_at, limit=due.limit, trace=tuple(notes))


def _run(left: timedelta, start: datetime, clock: WorkingClock, notes: list[TraceNote]) -> datetime:
    """Let working time run from an instant until nothing is left of it."""
    spans = _spans(start, clock, notes)
    until = start
    while left > timedelta():
        opens, closes = next(spans)
        until = min(closes, opens + left)
        left -= until - opens
        notes.append(TraceNote.of("worked", since=opens, until=until))
    return until


def _spans(start: datetime, clock: WorkingClock, notes: list[TraceNote]) -> Iterator[tuple[datetime, datetime]]:
    """The openings after an instant, the first cut to what is left of it; days without any are noted."""
    for day in clock.days_from(clock.local(start).date()):  # pragma: no branch - days do not end
        openings = _openings(day, clock, notes)
        yield from ((max(opens, start), closes) for opens, closes in openings if closes > start)


def _filing_day(start: datetime, clock: WorkingClock, notes: list[TraceNote]) -> date:
    """The working day as whose filing it counts."""
    today = clock.local(start).date()
    if _openings(today, clock, notes):
        until = clock.accepts_until(today)
        if start <= until:
            return today
        notes.append(TraceNote.of("after-cut-off", until=until))
    return next(day for day in clock.days_from(today + timedelta(days=1)) if _openings(day, clock, notes))


def _count(days: int, after: date, clock: WorkingClock, notes: list[TraceNote]) -> datetime:
    """The closing time of the n-th working day after one; of that day itself for none."""
    day = after
    counted = 0
    while counted < days:
        day += timedelta(days=1)
        if _openings(day, clock, notes):
            counted += 1
            notes.append(TraceNote.of("counted", day=day, number=counted))
    return clock.closing(day)


def _working_days(since: datetime, until: datetime, clock: WorkingClock) -> int:
    """How many working days began after one instant, up to another."""
    first, last = clock.local(since).date(), clock.local(until).date()
    days = takewhile(lambda day: day <= last, clock.days_from(first + timedelta(days=1)))
    return sum(clock.works(day) for day in days)


def _openings(day: date, clock: WorkingClock, notes: list[TraceNote]) -> tuple[tuple[datetime, datetime], ...]:
    """The openings of a day; why there are none, or why there are any at all, is noted where the calendar says so."""
    openings = clock.openings(day)
    calendar_day = clock.day(day)
    if openings and calendar_day.order:
        notes.append(_ordered("ordered-work", day, calendar_day.order))
    elif not openings:
        notes.append(_why_closed(day, calendar_day))
    return openings


def _why_closed(day: date, calendar_day: Day) -> TraceNote:
    if calendar_day.name:
        return TraceNote.of(f"rest-{calendar_day.kind}", day=day, name=calendar_day.name)
    if calendar_day.order:
        return _ordered("rest-ordered", day, calendar_day.order)
    return TraceNote.of("rest", day=day)


def _ordered(code: str, day: date, order: Order) -> TraceNote:
    return TraceNote.of(code, day=day, number=order.number, dated=order.date)
