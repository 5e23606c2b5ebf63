"""A provider's opening hours: how they are written, and which instants they mean."""

import datetime as dt
from dataclasses import replace

import pytest

from shared.procedure import Interval, OpeningHours, OpeningHoursInvalid, WorkingClock, load
from shared.procedure.calendar import Calendar

WEEK = {
    "zone": "Asia/Almaty",
    "week": {"mon": [["09:00", "13:00"], ["14:00", "18:00"]], "sat": [["09:00", "12:00"]], "sun": []},
    "exceptions": {"2026-05-08": [], "2026-05-09": [["00:00", "24:00"]]},
    "cut_off": "17:30",
}
ALWAYS = {"mon": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}


def local(clock, day):
    return [
        tuple(f"{clock.local(instant):%d %H:%M}" for instant in span)
        for span in clock.openings(dt.date.fromisoformat(day))
    ]


class TestOpeningHours:
    def test_are_read_as_they_are_written(self):
        hours = OpeningHours.from_json(WEEK)
        assert OpeningHours.from_json(hours.to_json()) == hours
        assert hours.to_json()["exceptions"]["2026-05-09"] == [["00:00", "24:00"]]
        assert hours.to_json()["week"]["mon"] == WEEK["week"]["mon"]
        assert (hours.cut_off, hours.working_week) == (dt.time(17, 30), "six-day")

    def test_need_neither_exceptions_nor_a_cut_off(self):
        hours = OpeningHours.from_json({"zone": "Asia/Almaty", "week": {"mon": [["09:00", "18:00"]]}})
        assert (hours.exceptions, hours.cut_off, hours.working_week) == ({}, None, "five-day")
        assert hours.to_json()["cut_off"] is None

    def test_know_no_weekly_rest_where_sunday_is_open(self):
        assert OpeningHours.from_json({"zone": "Asia/Almaty", "week": ALWAYS}).working_week is None

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"zone": "Asia/Kokaral"}, "unknown zone"),
            ({"zone": "../etc/passwd"}, "unknown zone"),
            ({"week": {}}, "one at least is open"),
            ({"week": {"monday": []}}, "unknown days"),
            ({"week": {"mon": [["09:00", "08:00"]]}}, "opens at"),
            ({"week": {"mon": [["09:00", "13:00"], ["12:00", "18:00"]]}}, "overlap"),
            ({"week": {"mon": [["09:00", "24:00"], ["12:00", "18:00"]]}}, "overlap"),
            ({"week": {"mon": [["nine", "ten"]]}}, "nine"),
            ({"week": {"mon": [[9, 10]]}}, "argument"),
            ({"week": {"mon": [["09:00"]]}}, "missing"),
            ({"week": None}, "iterable"),
            ({"exceptions": {"8 May": []}}, "8 May"),
            ({"exceptions": []}, "items"),
            ({"cut_off": "late"}, "late"),
        ],
    )
    def test_are_refused_when_they_make_no_sense(self, change, why):
        with pytest.raises(OpeningHoursInvalid, match=why):
            OpeningHours.from_json(WEEK | change)

    def test_are_refused_without_a_zone(self):
        with pytest.raises(OpeningHoursInvalid, match="zone"):
            OpeningHours.from_json({"week": WEEK["week"]})


class TestTheWorkingClock:
    def test_opens_where_an_exception_says_so_even_on_a_holiday(self, clock):
        clock = replace(clock, hours=OpeningHours.from_json(WEEK))
        assert local(clock, "2026-05-09") == [("09 00:00", "10 00:00")]
        assert local(clock, "2026-05-08") == []

    def test_closes_on_holidays_for_a_provider_without_weekly_rest_but_not_on_days_moved_for_it(self, clock):
        clock = replace(clock, hours=OpeningHours.from_json({"zone": "Asia/Almaty", "week": ALWAYS}))
        assert (local(clock, "2026-03-08"), local(clock, "2026-03-09")) == ([], [("09 00:00", "10 00:00")])

    def test_takes_filings_until_the_cut_off_but_never_after_closing(self, clock):
        clock = replace(clock, hours=OpeningHours.from_json(WEEK))
        until = [f"{clock.local(clock.accepts_until(dt.date(2026, 11, day))):%H:%M}" for day in (21, 23)]
        assert until == ["12:00", "17:30"]

    def test_ends_a_short_day_earlier(self, folder, hours):
        table = folder / "calendars" / "2026.toml"
        short = '\n[[short_day]]\ndate = 2026-11-{}\nby = "{}"\nsource = "ours"\n'
        table.write_text(
            table.read_text() + short.format(24, "1 h") + short.format(25, "5 h") + short.format(26, "9 h")
        )
        clock = WorkingClock(calendar=load(folder).calendar, hours=hours)
        assert local(clock, "2026-11-24") == [("24 09:00", "24 13:00"), ("24 14:00", "24 17:00")]
        assert local(clock, "2026-11-25") == [("25 09:00", "25 12:00")]
        assert local(clock, "2026-11-26") == []

    def test_follows_almaty_from_utc_plus_6_to_utc_plus_5(self, clock, regulations):
        """Clocks went back an hour at midnight before 1 March 2024: that night had an hour more."""
        table = regulations.calendar.years[2025]
        leap = replace(
            table,
            year=2024,
            holidays=(replace(table.holidays[0], date=dt.date(2024, 1, 1)),),
            moved=(),
            swaps=(),
        )
        hours = OpeningHours(zone="Asia/Almaty", week=((Interval.read("00:00", "24:00"),),) * 7)
        clock = WorkingClock(calendar=Calendar.of([leap]), hours=hours)
        ((opens, closes),) = clock.openings(dt.date(2024, 2, 29))
        assert (opens, closes) == (
            dt.datetime(2024, 2, 28, 18, tzinfo=dt.UTC),
            dt.datetime(2024, 2, 29, 19, tzinfo=dt.UTC),
        )
        assert clock.working_time(opens, closes) == dt.timedelta(hours=25)
        assert clock.openings(dt.date(2024, 3, 1))[0][0] == closes

    def test_measures_no_working_time_backwards(self, clock):
        now = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)
        assert clock.working_time(now, now - dt.timedelta(days=3)) == dt.timedelta()
        assert clock.working_time(now, now - dt.timedelta(minutes=3)) == dt.timedelta()
