"""Put a schedule in force, and keep slots made as far ahead as people may book."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.schedules import repository
from booking.schedules.generation import Reception, WeeklySchedule, slot_times
from shared.applications.case import Provider
from shared.procedure import Calendar, WorkingClock


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsMade:
    """How many slots came, and the last local date for which slots are made."""

    added: int
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """Schedules of one provider; slots are made for `horizon` from today."""

    session: AsyncSession
    provider: Provider
    calendar: Calendar
    horizon: timedelta
    now: datetime

    async def replace(self, doctor: Doctor, schedule: WeeklySchedule) -> SlotsMade:
        """Put the schedule in force, not before today: free slots of the old one go, taken ones stay, new ones come."""
        await repository.lock_doctor(self.session, doctor.id)
        valid_from = max(schedule.valid_from, self._today)
        receptions = [each.to_json() for each in schedule.receptions]
        await repository.replace(self.session, doctor.id, valid_from, receptions)
        since = max(self.now, datetime.combine(valid_from, time.min, self._zone))
        await repository.withdraw_free_slots(self.session, doctor.id, since, self.now)
        return await self._make(doctor, valid_from)

    async def extend(self, doctor: Doctor) -> SlotsMade:
        """Make the slots that are still missing up to the horizon."""
        await repository.lock_doctor(self.session, doctor.id)
        return await self._make(doctor, self._today)

    async def _make(self, doctor: Doctor, first: date) -> SlotsMade:
        last = self._today + self.horizon
        rows = await repository.schedules(self.session, doctor.id)
        times = slot_times(
            [
                WeeklySchedule(valid_from=row.valid_from, receptions=tuple(map(Reception.from_json, row.receptions)))
                for row in rows
            ],
            first=first,
            last=last,
            zone=self._zone,
            worked_as=self._worked_as,
        )
        coming = [each for each in times if each.starts_at > self.now]
        return SlotsMade(added=await repository.add_slots(self.session, doctor, coming), until=last)

    def _worked_as(self, day: date) -> int | None:
        clock = WorkingClock(calendar=self.calendar, hours=self.provider.hours)
        return (clock.day(day).like or day).weekday() if clock.works(day) else None

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.provider.zone)

    @property
    def _today(self) -> date:
        return self.now.astimezone(self._zone).date()
