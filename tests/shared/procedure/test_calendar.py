"""The year tables of Kazakhstan against the law's own rule, and against tables that others keep."""

import datetime as dt

import holidays
import pytest

from shared.procedure import CalendarEnds
from shared.procedure.calendar import WEEKS, Calendar, DayKind

YEARS = (2025, 2026, 2027)
REST = {DayKind.HOLIDAY, DayKind.MOVED_REST, DayKind.ORDERED_REST}
WEEKEND = {"five-day": {5, 6}, "six-day": {6}}
MOVE_NOTHING = ("Orthodox Christmas", "First day of Kurban Ait")


def days(year):
    first = dt.date(year, 1, 1)
    return (first + dt.timedelta(days=count) for count in range(366) if (first + dt.timedelta(days=count)).year == year)


@pytest.fixture(scope="module")
def calendar(regulations):
    return regulations.calendar


class TestTheCalendar:
    @pytest.mark.parametrize("year", YEARS)
    def test_agrees_with_the_holidays_package_for_a_five_day_week(self, calendar, year):
        ours = {day for day in days(year) if calendar.day(day, "five-day").kind in REST}
        assert ours == set(holidays.KZ(years=year))

    @pytest.mark.parametrize("week", WEEKS)
    @pytest.mark.parametrize("year", YEARS)
    def test_moves_a_holiday_on_a_day_of_rest_to_the_next_working_day(self, calendar, year, week):
        """Law No. 267-II, article 5."""
        table = calendar.years[year]
        taken = {holiday.date for holiday in table.holidays}
        expected = set()
        for holiday in sorted(table.holidays, key=lambda one: one.date):
            if holiday.date.weekday() in WEEKEND[week] and holiday.name.en not in MOVE_NOTHING:
                day = holiday.date
                while day in taken or day.weekday() in WEEKEND[week]:
                    day += dt.timedelta(days=1)
                taken.add(day)
                expected.add((day, holiday.date))
        assert {(moved.date, moved.instead_of) for moved in table.moved if week in moved.weeks} == expected

    def test_works_sunday_5_january_2025_with_the_hours_of_friday(self, calendar, clock):
        """Order No. 436 of 21 November 2024."""
        sunday = calendar.day(dt.date(2025, 1, 5), "five-day")
        assert (sunday.kind, sunday.order.number, sunday.order.date) == (
            DayKind.ORDERED_WORK,
            "436",
            dt.date(2024, 11, 21),
        )
        assert calendar.day(dt.date(2025, 1, 3), "five-day").kind is DayKind.ORDERED_REST
        assert not clock.works(dt.date(2025, 1, 3))
        assert [f"{opens:%H:%M}" for opens, _ in clock.openings(dt.date(2025, 1, 5))] == ["04:00", "09:00"]

    def test_has_constitution_day_on_30_august_until_2025_and_on_15_march_from_2027(self, calendar):
        """The Constitution adopted on 15 March 2026."""
        found = {
            table.year: [one.date for one in table.holidays if "Constitution" in one.name.en]
            for table in tables(calendar)
        }
        assert found == {2025: [dt.date(2025, 8, 30)], 2026: [], 2027: [dt.date(2027, 3, 15)]}

    def test_moves_saturdays_for_a_five_day_week_only(self, calendar, clock, six_days):
        assert calendar.day(dt.date(2026, 5, 11), "five-day").kind is DayKind.MOVED_REST
        assert calendar.day(dt.date(2026, 5, 11), "six-day").kind is DayKind.ORDINARY
        assert (clock.works(dt.date(2026, 5, 11)), six_days.works(dt.date(2026, 5, 11))) == (False, True)

    def test_refuses_a_day_that_no_table_covers(self, calendar):
        with pytest.raises(CalendarEnds, match="2028-01-01") as refusal:
            calendar.day(dt.date(2028, 1, 1), "five-day")
        assert refusal.value.day == dt.date(2028, 1, 1)

    def test_says_what_no_order_has_fixed(self, calendar):
        assert calendar.provisional(2025) == ()
        assert calendar.provisional(2027) == (
            "no order moves days of rest in 2027 yet",
            "First day of Kurban Ait, 2027-05-16",
        )

    def test_ends_where_the_first_gap_is(self, calendar):
        gap = Calendar.of(table for table in tables(calendar) if table.year != 2026)
        assert (calendar.ends, gap.ends) == (dt.date(2027, 12, 31), dt.date(2025, 12, 31))

    def test_is_not_stale(self, calendar):
        """Forty days hold twenty working days, the longest limit there is; order the next year's table in autumn."""
        today = dt.datetime.now(tz=dt.UTC).date()
        assert calendar.ends - today > dt.timedelta(days=40), "add shared/regulations/calendars for the coming year"


def tables(calendar):
    return calendar.years.values()
