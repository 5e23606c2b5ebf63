"""Schedules become slots: pure, so no database here."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from booking.schedules.generation import Reception, WeeklySchedule, slot_times
from shared.procedure import OpeningHours, WorkingClock, load

ALMATY = ZoneInfo("Asia/Almaty")
MONDAY = date(2026, 11, 23)
FIVE_DAYS, EVERY_DAY = ("mon", "tue", "wed", "thu", "fri"), ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CALENDAR = load(Path(__file__).parents[2] / "shared" / "regulations").calendar


def clock(opens: str = "08:00", closes: str = "20:00", days=FIVE_DAYS, zone: str = "Asia/Almaty", **exceptions: list):
    week = {day: [[opens, closes]] for day in days}
    given = {key.removeprefix("on_").replace("_", "-"): value for key, value in exceptions.items()}
    hours = OpeningHours.from_json({"zone": zone, "week": week, "exceptions": given})
    return WorkingClock(calendar=CALENDAR, hours=hours)


def reception(weekday: int, opens: str, closes: str, minutes: int = 15) -> Reception:
    return Reception(
        weekday=weekday,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        slot=timedelta(minutes=minutes),
    )


def weekly(*receptions: Reception, valid_from: date = date(2025, 1, 1)) -> WeeklySchedule:
    return WeeklySchedule(valid_from=valid_from, receptions=receptions)


def make(*schedules: WeeklySchedule, first: date = MONDAY, days: int = 1, hours: WorkingClock | None = None):
    last = first + timedelta(days=days - 1)
    return list(slot_times(schedules, first=first, last=last, clock=hours or clock()))


class TestSlotTimes:
    def test_fill_the_hours_without_gaps(self):
        slots = make(weekly(reception(0, "09:00", "10:00")))
        assert [each.starts_at.time() for each in slots] == [time(9), time(9, 15), time(9, 30), time(9, 45)]
        assert slots[-1].ends_at == datetime(2026, 11, 23, 10, tzinfo=ALMATY)

    def test_leave_out_a_remainder_that_is_shorter_than_a_slot(self):
        assert len(make(weekly(reception(0, "09:00", "09:50", 20)))) == 2

    def test_come_in_order_whatever_the_order_of_the_receptions(self):
        slots = make(weekly(reception(0, "14:00", "15:00", 30), reception(0, "09:00", "10:00", 30)))
        assert slots == sorted(slots, key=lambda each: each.starts_at)
        assert len(slots) == 4

    def test_are_made_on_the_receptions_weekdays_alone(self):
        assert make(weekly(reception(4, "09:00", "10:00"))) == []

    def test_are_none_on_a_holiday(self):
        """1 May 2026 is a Friday."""
        assert make(weekly(reception(4, "09:00", "10:00")), first=date(2026, 5, 1)) == []

    def test_are_none_on_a_day_of_rest(self):
        assert (
            make(weekly(*(reception(day, "09:00", "10:00", 60) for day in range(7))), days=7)[-1].starts_at.weekday()
            == 4
        )

    def test_of_a_moved_working_day_are_those_of_the_weekday_it_replaces(self):
        """5 January 2025, a Sunday, was worked for Friday, 3 January (order 436 of 21 November 2024)."""
        slots = make(weekly(reception(4, "09:00", "10:00", 60)), first=date(2025, 1, 3), days=3)
        assert [each.starts_at.date() for each in slots] == [date(2025, 1, 5)]

    def test_lie_within_the_opening_hours(self):
        slots = make(weekly(reception(0, "07:30", "10:00", 30)), hours=clock(opens="08:00", closes="09:15"))
        assert [each.starts_at.time() for each in slots] == [time(8), time(8, 30)]

    def test_follow_the_hours_of_an_exceptional_day(self):
        schedule = weekly(reception(0, "09:00", "18:00", 60))
        assert make(schedule, hours=clock(on_2026_11_23=[])) == []
        assert len(make(schedule, hours=clock(on_2026_11_23=[["09:00", "11:00"]]))) == 2

    def test_follow_the_schedule_in_force_on_the_day(self):
        early = weekly(reception(0, "09:00", "10:00", 60))
        late = weekly(reception(0, "15:00", "16:00", 60), valid_from=MONDAY + timedelta(days=7))
        times = [each.starts_at.time() for each in make(late, early, days=8)]
        assert times == [time(9), time(15)]

    def test_are_none_before_the_first_schedule(self):
        assert make(weekly(reception(0, "09:00", "10:00"), valid_from=MONDAY + timedelta(days=1))) == []

    def test_are_none_when_the_last_day_comes_before_the_first(self):
        assert make(weekly(reception(0, "09:00", "10:00")), days=0) == []

    def test_never_fall_into_an_hour_that_clocks_skip(self):
        berlin, spring = clock("00:00", "24:00", EVERY_DAY, "Europe/Berlin"), date(2026, 3, 29)
        slots = make(weekly(reception(6, "01:00", "04:00", 60)), first=spring, hours=berlin)
        assert [each.starts_at.hour for each in slots] == [3]

    def test_have_the_offset_of_the_zone(self):
        (slot,) = make(weekly(reception(0, "09:00", "09:15")))
        assert slot.starts_at.utcoffset() == timedelta(hours=5)


class TestReception:
    def test_is_read_back_as_it_was_written(self):
        each = reception(3, "09:30", "13:00", 20)
        assert Reception.from_json(each.to_json()) == each
