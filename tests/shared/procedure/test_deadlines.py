"""The two clocks: what the issue of each limit is, told step by step, and what holds of every deadline."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.procedure import (
    CalendarEnds,
    Deadline,
    Interval,
    Limit,
    OpeningHours,
    WorkingClock,
    deadline,
    deadlines,
    describe,
)
from shared.procedure.calendar import DayKind
from shared.procedure.deadlines import rest
from shared.procedure.limits import Unit
from shared.procedure.wording import WORDING

ALMATY = ZoneInfo("Asia/Almaty")


def at(written):
    return dt.datetime.fromisoformat(written).replace(tzinfo=ALMATY).astimezone(dt.UTC)


def local(instant):
    return f"{instant.astimezone(ALMATY):%Y-%m-%d %H:%M}"


def due(limit, start, clock, **facts):
    return local(deadline(Limit.parse(limit), at(start), clock, **facts).due_at)


class TestWorkingTime:
    @pytest.mark.parametrize(
        ("limit", "start", "ends"),
        [
            ("29 m", "2026-11-23 10:00", "2026-11-23 10:29"),
            ("29 m", "2026-11-23 17:31", "2026-11-23 18:00"),
            ("29 m", "2026-11-23 17:32", "2026-11-24 09:01"),
            ("2 h", "2026-11-23 12:00", "2026-11-23 15:00"),
            ("5 m", "2026-11-23 07:00", "2026-11-23 09:05"),
            ("5 m", "2026-11-23 13:00", "2026-11-23 14:05"),
            ("5 m", "2026-11-23 18:00", "2026-11-24 09:05"),
            ("5 m", "2026-11-20 18:01", "2026-11-23 09:05"),
            ("20 h", "2026-11-23 09:00", "2026-11-25 13:00"),
            ("30 m", "2026-12-15 17:45", "2026-12-17 09:15"),
        ],
    )
    def test_runs_inside_opening_hours_only(self, clock, limit, start, ends):
        assert due(limit, start, clock) == ends


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("limit", "start", "ends"),
        [
            ("1 wd", "2026-11-23 10:00", "2026-11-24 18:00"),
            ("1 wd", "2026-11-23 08:00", "2026-11-24 18:00"),
            ("1 wd", "2026-11-23 18:00", "2026-11-24 18:00"),
            ("1 wd", "2026-11-23 18:01", "2026-11-25 18:00"),
            ("1 wd", "2026-11-20 10:00", "2026-11-23 18:00"),
            ("1 wd", "2026-11-20 19:00", "2026-11-24 18:00"),
            ("1 wd", "2026-11-22 10:00", "2026-11-24 18:00"),
            ("3 wd", "2026-11-23 10:00", "2026-11-26 18:00"),
            ("20 wd", "2026-11-23 10:00", "2026-12-22 18:00"),
            ("1 wd", "2025-01-04 10:00", "2025-01-06 18:00"),
            ("1 wd", "2025-01-02 10:00", "2025-01-06 18:00"),
            ("3 wd", "2026-03-20 10:00", "2026-03-30 18:00"),
        ],
    )
    def test_end_at_closing_time_of_the_last(self, clock, limit, start, ends):
        assert due(limit, start, clock) == ends

    def test_count_a_filing_after_the_cut_off_as_the_next_days(self, clock):
        clock = replace(clock, hours=replace(clock.hours, cut_off=dt.time(17, 0)))
        assert due("1 wd", "2026-11-23 17:00", clock) == "2026-11-24 18:00"
        assert due("1 wd", "2026-11-23 17:01", clock) == "2026-11-25 18:00"

    def test_may_count_the_day_on_which_they_start(self, clock):
        """Akmola phc-certificate 7(2): within the working day."""
        assert due("1 wd", "2026-11-23 10:00", clock, counts_first_day=True) == "2026-11-23 18:00"
        assert due("1 wd", "2026-11-22 10:00", clock, counts_first_day=True) == "2026-11-23 18:00"

    def test_of_a_six_day_week_count_saturday(self, six_days):
        assert due("1 wd", "2026-11-20 10:00", six_days) == "2026-11-21 18:00"

    def test_are_not_guessed_beyond_the_calendar(self, clock):
        with pytest.raises(CalendarEnds):
            due("20 wd", "2027-12-20 10:00", clock)


class TestATrace:
    def test_tells_how_minutes_ran(self, clock):
        found = deadline(Limit.parse("29 m"), at("2026-12-15 17:45"), clock)
        assert describe(found.trace, "en", "Asia/Almaty") == [
            "The limit is 29 minutes of working time.",
            "It runs from 15.12.2026 17:45.",
            "Working time from 15.12.2026 17:45 to 15.12.2026 18:00.",
            "16.12.2026 is a public holiday: Independence Day.",
            "Working time from 17.12.2026 09:00 to 17.12.2026 09:14.",
            "It is due at 17.12.2026 09:14.",
        ]

    def test_tells_how_days_were_counted(self, clock):
        found = deadline(Limit.parse("1 wd"), at("2026-03-06 18:30"), clock)
        assert describe(found.trace, "ru", "Asia/Almaty") == [
            "Срок (рабочих дней): 1.",
            "Срок исчисляется с 06.03.2026 18:30.",
            "Приём закончился 06.03.2026 18:00, поэтому считается поданным в следующий рабочий день.",
            "07.03.2026 организация не работает.",
            "08.03.2026 праздничный день: Международный женский день.",
            "09.03.2026 день отдыха, перенесённый с праздника: Международный женский день.",
            "День подачи: 10.03.2026, дни считаются со следующего рабочего.",
            "11.03.2026: рабочий день 1.",
            "Срок истекает 11.03.2026 18:00.",
        ]

    def test_names_the_order_that_moved_a_day(self, clock):
        found = deadline(Limit.parse("1 wd"), at("2025-01-02 10:00"), clock, counts_first_day=True)
        assert describe(found.trace, "kk", "Asia/Almaty")[2:] == [
            "02.01.2025 мереке күні: Жаңа жыл.",
            "03.01.2025 демалыс күні: 21.11.2024 № 436 бұйрық.",
            "04.01.2025 ұйым жұмыс істемейді.",
            "05.01.2025 жұмыс күні: 21.11.2024 № 436 бұйрық.",
            "Бірінші жұмыс күні: 05.01.2025.",
            "Мерзімі: 05.01.2025 18:00.",
        ]

    def test_is_kept_with_the_deadline(self, clock):
        found = deadline(Limit.parse("2 h"), at("2026-12-15 17:45"), clock)
        assert Deadline.from_json(found.to_json()) == found
        assert found.to_json()["due_at"] == "2026-12-17T05:45:00+00:00"
        assert found.to_json()["trace"][0] == {"code": "limit-h", "amount": 2}


class TestAClockThatRested:
    def test_has_as_much_working_time_left_as_when_it_came_to_rest(self, clock):
        before = deadline(Limit.parse("2 h"), at("2026-11-23 10:00"), clock)
        after = rest(before, at("2026-11-23 10:30"), at("2026-11-26 17:00"), clock)
        assert (local(after.due_at), after.limit) == ("2026-11-27 09:30", "2 h")
        assert "The clock rested from 23.11.2026 10:30 to 26.11.2026 17:00." in describe(
            after.trace, "en", "Asia/Almaty"
        )

    def test_ends_as_many_working_days_later_as_it_rested(self, clock):
        before = deadline(Limit.parse("3 wd"), at("2026-11-23 10:00"), clock)
        after = rest(before, at("2026-11-24 10:00"), at("2026-11-27 10:00"), clock)
        assert (local(before.due_at), local(after.due_at)) == ("2026-11-26 18:00", "2026-12-01 18:00")

    def test_keeps_a_day_that_ends_at_midnight(self, clock):
        always = OpeningHours(zone="Asia/Almaty", week=((Interval.read("00:00", "24:00"),),) * 5 + ((), ()))
        clock = replace(clock, hours=always)
        before = deadline(Limit.parse("1 wd"), at("2026-11-19 10:00"), clock)
        after = rest(before, at("2026-11-19 11:00"), at("2026-11-19 12:00"), clock)
        assert (local(before.due_at), after.due_at) == ("2026-11-21 00:00", before.due_at)

    def test_stays_overdue_when_it_was(self, clock):
        before = deadline(Limit.parse("5 m"), at("2026-11-23 10:00"), clock)
        assert rest(before, at("2026-11-23 10:05"), at("2026-11-24 10:00"), clock) == before

    def test_is_due_at_once_when_the_hours_changed_so_that_nothing_is_left(self, clock):
        before = Deadline(due_at=at("2026-11-23 13:30"), limit="5 m")
        assert local(rest(before, at("2026-11-23 13:10"), at("2026-11-24 10:00"), clock).due_at) == "2026-11-24 10:00"


class TestALimit:
    @pytest.mark.parametrize(
        "written", ["0 m", "-1 m", "29m", "29 min", "1.5 h", "m 29", "", None, 29, "10000 m", "1 wd "]
    )
    def test_is_refused_when_written_in_another_way(self, written):
        with pytest.raises(ValueError, match="29 m, 2 h or 1 wd"):
            Limit.parse(written)

    def test_in_working_days_has_no_duration(self):
        with pytest.raises(ValueError, match="counts days"):
            _ = Limit.parse("1 wd").duration


LIMITS = st.builds(
    lambda amount, unit: Limit.parse(f"{amount} {unit}"), st.integers(1, 40), st.sampled_from(["m", "h", "wd"])
)
INSTANTS = st.integers(0, 500 * 24 * 60).map(
    lambda minutes: dt.datetime(2025, 1, 2, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
DAYS = st.sampled_from(
    [
        (),
        (Interval.read("09:00", "18:00"),),
        (Interval.read("08:30", "13:00"), Interval.read("14:00", "17:45")),
        (Interval.read("00:00", "24:00"),),
        (Interval.read("20:00", "24:00"),),
        (Interval.read("07:00", "07:05"),),
    ]
)


@st.composite
def clocks(draw, calendar):
    """Providers of every kind; one that opens five minutes a week is not worth the time that the test would take."""
    week = draw(st.tuples(*[DAYS] * 7).filter(lambda week: len([day for day in week if day]) > 1))
    hours = OpeningHours(
        zone=draw(st.sampled_from(["Asia/Almaty", "UTC"])),
        week=tuple(week),
        cut_off=draw(st.sampled_from([None, dt.time(0, 0), dt.time(12, 0), dt.time(23, 59)])),
    )
    return WorkingClock(calendar=calendar, hours=hours)


class TestEveryDeadline:
    @given(data=st.data(), limit=LIMITS, start=INSTANTS)
    def test_lies_after_its_start_and_inside_opening_hours(self, data, limit, start, regulations):
        clock = data.draw(clocks(regulations.calendar))
        due_at = deadline(limit, start, clock).due_at
        before = clock.local(due_at - dt.timedelta(microseconds=1)).date()
        assert due_at > start
        assert any(opens < due_at <= closes for opens, closes in clock.openings(before))

    @given(data=st.data(), limit=LIMITS, starts=st.lists(INSTANTS, min_size=2, max_size=2).map(sorted))
    def test_is_never_earlier_for_a_later_start(self, data, limit, starts, regulations):
        clock = data.draw(clocks(regulations.calendar))
        earlier, later = (deadline(limit, start, clock).due_at for start in starts)
        assert earlier <= later

    @given(data=st.data(), limit=LIMITS, start=INSTANTS)
    def test_of_minutes_leaves_exactly_its_working_time(self, data, limit, start, regulations):
        clock = data.draw(clocks(regulations.calendar))
        due_at = deadline(limit, start, clock).due_at
        if limit.unit != "wd":
            assert clock.working_time(start, due_at) == limit.duration

    @given(data=st.data(), limit=LIMITS, start=INSTANTS, elapsed=st.integers(0, 3 * 24 * 60))
    def test_that_rested_no_time_at_all_stays_where_it_was(self, data, limit, start, elapsed, regulations):
        clock = data.draw(clocks(regulations.calendar))
        before = deadline(limit, start, clock)
        now = start + dt.timedelta(minutes=elapsed)
        assert rest(before, now, now, clock).due_at == before.due_at

    @given(data=st.data(), limit=LIMITS, start=INSTANTS)
    def test_can_be_told_in_every_language(self, data, limit, start, regulations):
        clock = data.draw(clocks(regulations.calendar))
        found = deadline(limit, start, clock)
        for language in ("kk", "ru", "en"):
            assert all(describe(found.trace, language, clock.hours.zone))
        assert Deadline.from_json(found.to_json()) == found


class TestTheSentencesOfTraces:
    def test_are_all_told_somewhere(self):
        """A sentence that no code names would be translated for nothing."""
        source = Path(deadlines.__file__).parent
        code = "".join((source / module).read_text(encoding="utf-8") for module in ("deadlines.py", "tasks.py"))
        kinds = {f"rest-{kind}" for kind in DayKind} | {f"limit-{unit}" for unit in Unit}
        assert {sentence for sentence in WORDING["trace"] if f'"{sentence}"' not in code} <= kinds
