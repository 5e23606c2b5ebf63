"""Compose booking-svc's worker process: the case file's jobs, and slots made ahead of time."""

from datetime import timedelta

from fastapi import FastAPI

from booking.module import AppointmentBooking
from booking.providers import provider_of
from booking.schedules import repository
from booking.schedules.service import Schedules
from booking.settings import Settings
from shared.applications import worker
from shared.web import Job, Periodic, Platform

# Slots are made for whole days, so a doctor is short of at most the last one while nothing is missing.
ONE_DAY = timedelta(days=1)


def create(settings: Settings) -> FastAPI:
    return worker.create("booking", settings, [AppointmentBooking()], own_jobs=own_jobs)


def own_jobs(platform: Platform) -> list[Job]:
    async def extend() -> None:
        await extend_slots(platform)

    return [Periodic("slots ahead", platform.settings.extend_every, extend)]


async def extend_slots(platform: Platform) -> None:
    """Make slots for every doctor whose schedule ends before the horizon; each doctor is a transaction of his own."""
    settings: Settings = platform.settings
    now = platform.clock.now()
    async with platform.database.transaction() as session:
        short = await repository.doctors_to_extend(session, now + settings.slot_horizon - ONE_DAY)
    for doctor in short:
        async with platform.database.transaction() as session:
            schedules = Schedules(
                session=session,
                provider=await provider_of(session, doctor.provider),
                calendar=platform.resources["office"].regulations.calendar,
                horizon=settings.slot_horizon,
                now=now,
            )
            await schedules.extend(doctor)
