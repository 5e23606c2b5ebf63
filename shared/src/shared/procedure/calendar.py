"""The calendar of Kazakhstan as year tables: public holidays, days of rest moved by law or by order, short days.

Law on holidays of 13 December 2001, Labour Code articles 84 and 85: a national or state holiday that falls on a day
of rest moves that rest to the next working day after it; 7 January and the first day of Kurban Ait move nothing; the
authorised body may move days of rest by order. Which day of rest moves depends on the working week, five days or six.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.procedure.law import Cited
from shared.procedure.limits import Clock, WrittenLimit
from shared.procedure.texts import Text, Words

Week = Literal["five-day", "six-day"]
WEEKS: tuple[Week, ...] = ("five-day", "six-day")


class CalendarEnds(Exception):
    """A deadline reaches beyond the year tables: it is not guessed. Add `calendars/<year>.toml`."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(f"no calendar table covers {day.isoformat()}")
        self.day = day


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday(Cited):
    """A public holiday; `provisional` where nothing has fixed its date yet."""

    date: dt.date
    name: Text
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRest(Cited):
    """A day of rest in place of a holiday that fell on one, for the working weeks named."""

    date: dt.date
    instead_of: dt.date
    weeks: tuple[Week, ...] = WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order of the authorised body that moves days of rest."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    number: Words
    date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(Cited):
    """By order, `rest` is a day of rest and `work`, which would be one, is worked with the hours of `rest`."""

    rest: dt.date
    work: dt.date
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortDay(Cited):
    """A working day that ends earlier."""

    date: dt.date
    by: WrittenLimit

    def __post_init__(self) -> None:
        Cited.__post_init__(self)
        if self.by.clock is Clock.WORKING_DAYS:
            raise ValueError(f"a day cannot end {self.by} earlier")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """A file `calendars/<year>.toml`. `provisional` says in words what no law or order has fixed for the year yet."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    year: int
    provisional: tuple[Words, ...] = ()
    holidays: Annotated[tuple[Holiday, ...], Field(alias="holiday", min_length=1)]
    moved: Annotated[tuple[MovedRest, ...], Field(alias="moved")] = ()
    swaps: Annotated[tuple[Swap, ...], Field(alias="swap")] = ()
    short_days: Annotated[tuple[ShortDay, ...], Field(alias="short_day")] = ()

    def __post_init__(self) -> None:
        strangers = sorted(day.isoformat() for day in self._days() if day.year != self.year)
        if strangers:
            raise ValueError(f"holds days of another year: {', '.join(strangers)}")
        days = [holiday.date for holiday in self.holidays]
        twice = sorted({day.isoformat() for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"names a holiday twice: {', '.join(twice)}")

    def _days(self) -> Iterable[dt.date]:
        yield from (holiday.date for holiday in self.holidays)
        yield from (moved.date for moved in self.moved)
        yield from (swap.rest for swap in self.swaps)
        yield from (short.date for short in self.short_days)


class DayKind(StrEnum):
    """What the calendar makes of a day; ORDINARY leaves it to the provider's week."""

    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    MOVED_REST = "moved-rest"
    ORDERED_REST = "ordered-rest"
    ORDERED_WORK = "ordered-work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as the calendar sees it: worked with the hours of the day `like`, ending earlier by `shorter`."""

    kind: DayKind = DayKind.ORDINARY
    name: Text | None = None
    order: Order | None = None
    like: dt.date | None = None
    shorter: dt.timedelta = dt.timedelta()


ORDINARY = Day()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The year tables joined; made by `Calendar.of`, asked by `day`."""

    years: Mapping[int, YearTable]
    _days: Mapping[Week, Mapping[dt.date, Day]]

    @classmethod
    def of(cls, tables: Iterable[YearTable]) -> "Calendar":
        years = {table.year: table for table in tables}
        return cls(years=years, _days={week: _index(years.values(), week) for week in WEEKS})

    def day(self, day: dt.date, week: Week) -> Day:
        """What the calendar says of a day in a working week of five or six days. Raises CalendarEnds."""
        if day.year not in self.years:
            raise CalendarEnds(day)
        return self._days[week].get(day, ORDINARY)

    @property
    def ends(self) -> dt.date:
        """The last day up to which deadlines can be computed without a gap, counted from the first table."""
        year = min(self.years)
        while year + 1 in self.years:
            year += 1
        return dt.date(year, 12, 31)

    def provisional(self, year: int) -> tuple[str, ...]:
        """In words, what may still change in a year: what no order fixes yet, and holidays without a fixed date."""
        table = self.years[year]
        unfixed = (
            f"{holiday.name.en}, {holiday.date.isoformat()}" for holiday in table.holidays if holiday.provisional
        )
        return (*table.provisional, *unfixed)


def _index(tables: Iterable[YearTable], week: Week) -> Mapping[dt.date, Day]:
    """Later entries win: an order moves what the law alone would have left."""
    days: dict[dt.date, Day] = {}
    for table in tables:
        names = {holiday.date: holiday.name for holiday in table.holidays}
        days |= {short.date: Day(shorter=short.by.duration) for short in table.short_days}
        days |= {moved.date: _moved(moved, names) for moved in table.moved if week in moved.weeks}
        days |= {day: Day(kind=DayKind.HOLIDAY, name=name) for day, name in names.items()}
        for swap in table.swaps:
            days[swap.rest] = Day(kind=DayKind.ORDERED_REST, order=swap.order)
            days[swap.work] = Day(kind=DayKind.ORDERED_WORK, order=swap.order, like=swap.rest)
    return days


def _moved(moved: MovedRest, names: Mapping[dt.date, Text]) -> Day:
    return Day(kind=DayKind.MOVED_REST, name=names.get(moved.instead_of))
