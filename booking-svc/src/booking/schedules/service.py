"""Put a schedule in force, and keep slots made as far ahead as people may book."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self, cast

from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.schedules import repository
from booking.schedules.generation import Reception, SlotTime, WeeklySchedule, slot_times
from booking.schedules.models import Schedule, ScheduleException
from booking.settings import Settings
from shared.applications.case import Provider
from shared.applications.office import Office
from shared.procedure import WorkingClock

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsMade:
    """How many slots came, and the last local date for which slots are made."""

    added: int
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """Schedules of one provider's doctors; slots are made for `horizon` from today, as far as the calendar reaches.

    The doctor is to be locked by the caller (`Doctors.locked`), so that his schedule changes once at a time.
    `hours_version` is the version of the provider whose opening hours the clock has.
    """

    session: AsyncSession
    clock: WorkingClock
    horizon: timedelta
    hours_version: int
    now: datetime

    @classmethod
    def of(cls, session: AsyncSession, office: Office, provider: Provider, now: datetime) -> Self:
        """Make the use cases for a provider's doctors."""
        return cls(
            session=session,
            clock=office.clock(provider),
            horizon=cast("Settings", office.settings).slot_horizon,
            hours_version=provider.version,
            now=now,
        )

    async def replace(self, doctor: Doctor, schedule: WeeklySchedule) -> SlotsMade:
        """Put the schedule in force, not before today.

        Slots that it has too stay as they are, other free ones go, other taken ones stay until they are released.
        """
        valid_from = max(schedule.valid_from, self._today)
        receptions = [each.to_json() for each in schedule.receptions]
        await repository.replace(self.session, doctor.id, valid_from, receptions)
        times = await self._times(doctor, valid_from)
        since = max(self.now, datetime.combine(valid_from, time.min, self.clock.zone))
        await repository.keep_to(self.session, doctor.id, times, since=since, at=self.now)
        # Days before valid_from that no slots were made for yet are the older schedule's.
        return await self._make(doctor, min(valid_from, self._first_missing(doctor)))

    async def lay_anew(self, doctor: Doctor) -> None:
        """Bring the slots that were made into line with week, opening hours and exceptions as they are now.

        Free slots that have no place any more go, taken ones stay until they are released, new ones come.
        """
        doctor.hours_version = self.hours_version
        if doctor.slots_until is None:
            await self.session.flush()
            return
        times = await self._times(doctor, self._today)
        await repository.keep_to(self.session, doctor.id, times, since=self.now, at=self.now)
        await self._make(doctor, self._today)

    async def extend(self, doctor: Doctor) -> SlotsMade:
        """Make the slots of the days that have none yet, up to the horizon."""
        return await self._make(doctor, self._first_missing(doctor))

    async def _make(self, doctor: Doctor, first: date) -> SlotsMade:
        added = await repository.add_slots(self.session, doctor, await self._times(doctor, first))
        doctor.slots_until = self._last
        await self.session.flush()
        return SlotsMade(added=added, until=self._last)

    async def _times(self, doctor: Doctor, first: date) -> list[SlotTime]:
        rows = await repository.schedules(self.session, doctor.id)
        times = slot_times([_weekly(row) for row in rows], first=first, last=self._last, clock=self.clock)
        away = await repository.exceptions(self.session, doctor.id, self.now)
        return [each for each in times if each.starts_at > self.now and not _over(each, away)]

    def _first_missing(self, doctor: Doctor) -> date:
        if doctor.slots_until is None:
            return self._today
        return max(self._today, doctor.slots_until + ONE_DAY)

    @property
    def _today(self) -> date:
        return self.clock.local(self.now).date()

    @property
    def _last(self) -> date:
        return min(self._today + self.horizon, self.clock.calendar.ends)


def _over(slot: SlotTime, exceptions: Iterable[ScheduleException]) -> bool:
    return any(slot.starts_at < each.ends_at and each.starts_at < slot.ends_at for each in exceptions)


def _weekly(row: Schedule) -> WeeklySchedule:
    return WeeklySchedule(
        valid_from=row.valid_from, receptions=tuple(Reception.from_json(each) for each in row.receptions)
    )
