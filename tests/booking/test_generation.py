"""Schedules become slots: pure, so no database here."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.schedules.generation import Reception, WeeklySchedule, slot_times

ALMATY = ZoneInfo("Asia/Almaty")
MONDAY = date(2026, 11, 23)


def reception(weekday: int, opens: str, closes: str, minutes: int = 15) -> Reception:
    return Reception(
        weekday=weekday,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        slot=timedelta(minutes=minutes),
    )


def weekly(*receptions: Reception, valid_from: date = date(2026, 1, 1)) -> WeeklySchedule:
    return WeeklySchedule(valid_from=valid_from, receptions=receptions)


def make(
    *schedules: WeeklySchedule,
    first: date = MONDAY,
    days: int = 1,
    zone: ZoneInfo = ALMATY,
    closed: set[date] = frozenset(),
):
    last = first + timedelta(days=days - 1)
    return list(
        slot_times(
            schedules, first=first, last=last, zone=zone, worked_as=lambda day: None if day in closed else day.weekday()
        )
    )


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

    def test_are_made_on_working_days_alone(self):
        schedule = weekly(*(reception(day, "09:00", "10:00", 60) for day in range(7)))
        days = [each.starts_at.date() for each in make(schedule, days=3, closed={MONDAY + timedelta(days=1)})]
        assert days == [MONDAY, MONDAY + timedelta(days=2)]

    def test_are_made_on_the_receptions_weekdays_alone(self):
        assert make(weekly(reception(4, "09:00", "10:00"))) == []

    def test_of_a_moved_working_day_are_those_of_the_weekday_it_replaces(self):
        sunday = date(2025, 1, 5)
        schedule = weekly(reception(4, "09:00", "10:00", 60), valid_from=date(2025, 1, 1))
        slots = list(slot_times([schedule], first=sunday, last=sunday, zone=ALMATY, worked_as=lambda _day: 4))
        assert [each.starts_at.date() for each in slots] == [sunday]

    def test_follow_the_schedule_in_force_on_the_day(self):
        early = weekly(reception(0, "09:00", "10:00", 60))
        late = weekly(reception(0, "15:00", "16:00", 60), valid_from=MONDAY + timedelta(days=7))
        times = [each.starts_at.time() for each in make(late, early, days=8)]
        assert times == [time(9), time(15)]

    def test_are_none_before_the_first_schedule(self):
        assert make(weekly(reception(0, "09:00", "10:00"), valid_from=MONDAY + timedelta(days=1))) == []

    @pytest.mark.parametrize(("day", "offset"), [(date(2024, 2, 26), 6), (date(2024, 3, 4), 5)])
    def test_know_that_almaty_changed_its_offset_on_1_march_2024(self, day, offset):
        slots = make(weekly(reception(0, "09:00", "09:15"), valid_from=date(2024, 1, 1)), first=day)
        assert slots[0].starts_at.utcoffset() == timedelta(hours=offset)

    def test_never_fall_into_an_hour_that_clocks_skip(self):
        berlin, spring = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
        slots = make(weekly(reception(6, "01:00", "04:00", 60)), first=spring, zone=berlin)
        assert [each.starts_at.hour for each in slots] == [3]
