"""What booking adds to the case file: a time is taken when somebody gives it.

Who gives it is data of the regulation: zhambyl's citizen picks it in the form, akmola's dispatcher enters it at his
step. The module knows fields by their kind (`slot`, `doctor`, `specialty`, `times`), never a region or a step.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.endpoints import router as slots
from booking.appointments.repository import release
from booking.appointments.service import Appointments, WantedSlot
from booking.appointments.wishes import check_wishes
from booking.attendance.endpoints import router as attendance
from booking.attendance.errors import AppointmentBegun
from booking.doctors.endpoints import router as doctors
from booking.exceptions.endpoints import router as exceptions
from booking.holds.endpoints import router as holds
from booking.schedules.endpoints import router as schedules
from shared.applications.case import Acceptance, Accepted, CaseFile, Completing, Provider, ResultPage, StepEffect
from shared.procedure import FormField
from shared.web import Actor

TEMPLATES = Path(__file__).parent / "templates"


class AppointmentBooking:
    """Books a doctor's time for an application."""

    services = frozenset({"booking"})

    def routers(self) -> Sequence[APIRouter]:
        return (slots, holds, doctors, schedules, exceptions, attendance)

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:
        given = _by_kind(application.edition.form, application.fields)
        if "slot" in given:
            appointments = _at(session, application.provider, application.filed_at)
            wanted = WantedSlot.read(given["slot"])
            appointment = await appointments.take(wanted, application.id, application.actor.account_id)
            return Acceptance(details={"appointment": appointment}, scheduled_at=wanted.starts_at)
        await check_wishes(session, application.provider.bin, given, application.filed_at)
        return Acceptance()

    async def rescheduled(
        self, session: AsyncSession, case: CaseFile, fields: Mapping[str, Any], now: datetime, actor: Actor
    ) -> Acceptance:
        given = _by_kind(case.edition.form, fields)
        if "slot" in given:
            wanted = WantedSlot.read(given["slot"])
            appointment = await _at(session, case.provider, now).move(wanted, case.id, actor.account_id)
            return Acceptance(details={"appointment": appointment}, scheduled_at=wanted.starts_at)
        await check_wishes(session, case.provider.bin, given, now)
        return Acceptance()  # the time given stays until the performer gives another

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        outcome = next(each for each in step.case.edition.step(step.step).outcomes if each.key == step.outcome)
        given = _by_kind(outcome.fields, step.data)
        if "slot" not in given:
            return StepEffect(data=step.data)
        appointments = _at(session, step.case.provider, step.now)
        wanted = WantedSlot.read(given["slot"])
        appointment = None
        if step.case.correcting:  # the time may have come since: a corrected document speaks of it all the same
            appointment = await appointments.confirm(wanted, step.case.id)
            _refuse_begun(step, appointment)
        if appointment is None:
            book = appointments.check if step.dry_run else appointments.give
            appointment = await book(wanted, step.case.id)
        return StepEffect(data=step.data, details={"appointment": appointment}, scheduled_at=wanted.starts_at)

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:  # noqa: ARG002  # either end
        await release(session, case.id)

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:  # noqa: ARG002  # the time is in the details
        appointment = case.details["appointment"]
        starts_at = datetime.fromisoformat(appointment["starts_at"])
        return ResultPage.of(
            case,
            TEMPLATES,
            {
                "patient_name": case.name,
                "doctor": appointment["doctor"]["name"],
                "specialty": appointment["doctor"]["specialty_title"],
                "room": appointment["room"],
                "date": starts_at.strftime("%d.%m.%Y"),
                "time": starts_at.strftime("%H:%M"),
            },
        )


def _refuse_begun(step: Completing, appointment: Mapping[str, Any] | None) -> None:
    """What has begun is not moved by correcting its document."""
    starts_at = step.case.details["appointment"]["starts_at"]
    if appointment is None and datetime.fromisoformat(starts_at) <= step.now:
        raise AppointmentBegun(extra={"starts_at": starts_at})


def _at(session: AsyncSession, provider: Provider, now: datetime) -> Appointments:
    return Appointments(session=session, provider=provider.bin, zone=provider.zone, now=now)


def _by_kind(fields: Iterable[FormField], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field.kind: values[field.key] for field in fields if field.key in values}
