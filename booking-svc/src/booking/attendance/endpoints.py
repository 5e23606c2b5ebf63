"""`/workstation/appointments`: the day's list, who came, and what the provider cancels."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from booking.appointments.endpoints import after
from booking.attendance.errors import (
    AppointmentBegun,
    AppointmentGone,
    AppointmentNotBegun,
    AppointmentNotConfirmed,
    AttendanceAlreadyRecorded,
)
from booking.attendance.schemas import (
    AttendanceIn,
    CancellationIn,
)
from booking.attendance.service import Reception, Wanted
from shared.applications.access import Staff, TheOffice, WrongRole
from shared.applications.cursors import write_cursor
from shared.errors import Conflict, InvalidRequest, NotFound
from shared.shapes.reception import AppointmentsOut, AppointmentState
from shared.web import Lang, Now, Router, Session, problems

router = Router(tags=["workstation"])

Day = Annotated[date | None, Query(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
_REFUSALS = problems(
    NotFound, WrongRole, InvalidRequest, AppointmentNotBegun, AppointmentBegun, AppointmentNotConfirmed,
    AttendanceAlreadyRecorded, AppointmentGone, Conflict,
)  # fmt: skip


async def _reception(session: Session, office: TheOffice, actor: Staff, now: Now, language: Lang) -> Reception:
    return Reception(office=office, session=session, actor=actor, now=now, language=language)


TheReception = Annotated[Reception, Depends(_reception)]


@router.get("/workstation/appointments", responses=problems(WrongRole, InvalidRequest, NotFound))
async def list_appointments(
    reception: TheReception,
    day: Annotated[Day, Query(alias="date")] = None,
    doctor_id: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> AppointmentsOut:
    """List a day's appointments, today's by default; each person shown finds it in his access log."""
    doctor = reception.office.parse(doctor_id) if doctor_id else None
    wanted = Wanted(day=day, doctor=doctor, after=after(cursor), limit=limit)
    items, last = await reception.of_day(wanted)
    more = write_cursor(reception.office, last.starts_at, last.id) if last is not None else None
    return AppointmentsOut.model_validate({"items": items, "next_cursor": more})


@router.post("/workstation/appointments/{application}/attendance", responses=_REFUSALS)
async def record_attendance(application: str, request: AttendanceIn, reception: TheReception) -> AppointmentState:
    """Note, from its time on and once, whether the person came."""
    done = await reception.record(reception.office.parse(application), attended=request.attended)
    return AppointmentState.model_validate(done)


@router.post("/workstation/appointments/{application}/cancellation", responses=_REFUSALS)
async def cancel_appointment(application: str, request: CancellationIn, reception: TheReception) -> AppointmentState:
    """Cancel an appointment before its time; the citizen is told why, and what to do next."""
    done = await reception.cancel(reception.office.parse(application), request.ground, request.note)
    return AppointmentState.model_validate(done)
