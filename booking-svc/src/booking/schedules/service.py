"""Put a schedule in force, and keep slots made as far ahead as people may book."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.schedules import repository
from booking.schedules.generation import WeeklySchedule, slot_times
from booking.schedules.models import Schedule
from booking.schedules.schemas import ReceptionIn, ScheduleIn, ScheduleOut
from shared.applications.case import Provider
from shared.procedure import Calendar, WorkingClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """Schedules of one provider; slots are made for `horizon` from today."""

    session: AsyncSession
    provider: Provider
    calendar: Calendar
    horizon: timedelta
    now: datetime

    async def replace(self, doctor: Doctor, schedule: ScheduleIn) -> ScheduleOut:
        """Put the schedule in force: free slots of the old one go, taken ones stay, new ones come."""
        await repository.lock_doctor(self.session, doctor.id)
        valid_from = max(schedule.valid_from, self._today)
        receptions = [each.model_dump(mode="json") for each in schedule.receptions]
        await repository.replace(self.session, doctor.id, valid_from, receptions)
        since = max(self.now, datetime.combine(valid_from, time.min, self._zone))
        await repository.withdraw_free_slots(self.session, doctor.id, since, self.now)
        return await self._make(doctor, valid_from)

    async def extend(self, doctor: Doctor) -> ScheduleOut:
        """Make the slots that are still missing up to the horizon."""
        await repository.lock_doctor(self.session, doctor.id)
        return await self._make(doctor, self._today)

    async def _make(self, doctor: Doctor, first: date) -> ScheduleOut:
        last = self._today + self.horizon
        times = slot_times(
            [_weekly(row) for row in await repository.schedules(self.session, doctor.id)],
            first=first,
            last=last,
            zone=self._zone,
            is_working_day=WorkingClock(calendar=self.calendar, hours=self.provider.hours).is_working_day,
        )
        coming = [each for each in times if each.starts_at > self.now]
        return ScheduleOut(slots_added=await repository.add_slots(self.session, doctor, coming), slots_until=last)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.provider.zone)

    @property
    def _today(self) -> date:
        return self.now.astimezone(self._zone).date()


def _weekly(row: Schedule) -> WeeklySchedule:
    receptions = tuple(ReceptionIn.model_validate(each).reception() for each in row.receptions)
    return WeeklySchedule(valid_from=row.valid_from, receptions=receptions)
