"""Compose booking-svc's worker process: the case file's jobs, and slots made ahead of time."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import FastAPI

from booking.doctors.service import Doctors
from booking.modules import modules
from booking.providers import provider_of
from booking.schedules import repository
from booking.schedules.service import Schedules
from booking.settings import Settings
from shared.applications import worker
from shared.applications.office import Office
from shared.web import Job, Periodic, Platform


def create(settings: Settings) -> FastAPI:
    return worker.create("booking", settings, modules(settings), own_jobs=own_jobs)


def own_jobs(platform: Platform) -> list[Job]:
    async def extend() -> None:
        await extend_slots(platform)

    return [Periodic("slots ahead", platform.settings.extend_every, extend)]


async def extend_slots(platform: Platform) -> int:
    """Make the slots that are missing before the horizon, and say how many; a transaction for each doctor.

    Dates are local and this compares UTC's: in the hours between, a doctor is looked at for nothing, or an hour later.
    """
    now = platform.clock.now()
    horizon = (now.astimezone(UTC) + platform.settings.slot_horizon).date()
    async with platform.database.transaction() as session:
        missing = await repository.to_extend(session, horizon)
    return sum([await _extend(platform, doctor, provider, now) for doctor, provider in missing])


async def _extend(platform: Platform, doctor: UUID, provider: str, now: datetime) -> int:
    office: Office = platform.resources["office"]
    settings: Settings = platform.settings
    async with platform.database.transaction() as session:
        clock = office.clock(await provider_of(session, provider))
        schedules = Schedules(session=session, clock=clock, horizon=settings.slot_horizon, now=now)
        found = await Doctors(session=session, provider=provider).locked(doctor)
        return (await schedules.extend(found)).added
