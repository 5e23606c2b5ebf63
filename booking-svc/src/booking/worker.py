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

    async def follow() -> None:
        await follow_hours(platform)

    return [
        Periodic("slots ahead", platform.settings.extend_every, extend),
        Periodic("opening hours", platform.settings.follow_hours_every, follow),
    ]


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
    async with platform.database.transaction() as session:
        schedules = Schedules.of(session, office, await provider_of(session, provider), now)
        found = await Doctors(session=session, provider=provider).locked(doctor)
        return (await schedules.extend(found)).added


async def follow_hours(platform: Platform) -> int:
    """Lay the slots anew of doctors whose provider has changed since, and say of how many; a transaction for each.

    Any change of the provider counts: to lay slots anew by the same hours changes nothing.
    """
    async with platform.database.transaction() as session:
        behind = await repository.to_follow(session)
    for doctor, provider in behind:
        await _follow(platform, doctor, provider)
    return len(behind)


async def _follow(platform: Platform, doctor: UUID, provider: str) -> None:
    office: Office = platform.resources["office"]
    async with platform.database.transaction() as session:
        found = await Doctors(session=session, provider=provider).locked(doctor)
        schedules = Schedules.of(session, office, await provider_of(session, provider), platform.clock.now())
        await schedules.lay_anew(found)
