"""Note who came, or cancel: each a decision of the engine, with history, event, notice and access record.

Whose deed it is stands in the regulation, under which the application was filed; supervisors may do it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from booking.attendance import repository
from booking.attendance.errors import (
    AppointmentBegun,
    AppointmentGone,
    AppointmentNotBegun,
    AppointmentNotConfirmed,
    AttendanceAlreadyRecorded,
)
from booking.attendance.repository import Day
from booking.providers import provider_of
from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.advancing import advance
from shared.applications.office import Office
from shared.applications.records import OpenCase, open_case, open_cases
from shared.applications.tasks.service import SUPERVISOR
from shared.applications.transitions import Deed
from shared.applications.wording import local, status_out
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.procedure import (
    AttendanceRecorded,
    Cancel,
    Channel,
    CutOffPassed,
    NotCancellable,
    ProcedureError,
    RecordAttendance,
    ResultNotIssued,
    TimeNotCome,
    Transition,
    decide,
)
from shared.procedure.law import Attendance, Cancellation
from shared.procedure.texts import Language
from shared.web import Actor

SERVICE = "booking"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page of a day: today's by default, of one doctor or all."""

    day: date | None
    doctor: UUID | None
    after: tuple[datetime, UUID] | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The appointments of a staff member's provider, in one transaction."""

    office: Office
    session: AsyncSession
    actor: Actor
    now: datetime
    language: Language

    async def of_day(self, wanted: Wanted) -> tuple[Sequence[dict[str, Any]], Row[Any] | None]:
        """List a day's appointments, and the row that the next page begins after; raises WrongRole."""
        provider = await provider_of(self.session, self.actor.bin or "")
        zone = ZoneInfo(provider.zone)
        day = wanted.day or self.now.astimezone(zone).date()
        self._need(self._performers(provider.region, day))
        since = datetime.combine(day, time.min, zone)
        rows = await repository.of_day(
            self.session,
            Day(
                provider=provider.bin,
                doctor=wanted.doctor,
                since=since,
                until=datetime.combine(day + ONE_DAY, time.min, zone),
                after=wanted.after,
                limit=wanted.limit,
            ),
        )
        cases = await open_cases(self.session, self.office, [row.application for row in rows])
        shown = [(row, cases[row.application]) for row in rows if row.application in cases]
        seen = [(case.person, case.id) for _, case in shown]
        await record_access(self.session, self.actor, "appointments-listed", seen, at=self.now)
        return [self._item(row, case) for row, case in shown], rows[-1] if len(rows) == wanted.limit else None

    async def record(self, application: UUID, *, attended: bool) -> dict[str, Any]:
        """Note whether the person came. Raises NotFound, WrongRole, and the problems of `errors`."""
        case = await self._locked(application)
        self._need_rule(case, case.edition.attendance(case.engine.channel, case.engine.variant))
        transition = self._decided(case, RecordAttendance(attended=attended))
        await self._carry_out(case, transition, Deed(action="record-attendance", at=self.now, actor=self.actor))
        return self._done(case, transition)

    async def cancel(self, application: UUID, ground: str, note: str | None) -> dict[str, Any]:
        """Cancel the appointment: its result is annulled, its slot free again or closed, as the ground says.

        Raises NotFound, WrongRole, InvalidRequest for a ground that is not in the list, and the problems of `errors`.
        """
        case = await self._locked(application)
        rule = case.edition.cancellation(case.engine.channel, case.engine.variant)
        self._need_rule(case, rule)
        transition = self._decided(case, Cancel(ground=ground))
        named = rule.ground(ground) if rule else None
        if named is not None and not named.frees:
            by = self.actor.account_id
            await repository.close_time(self.session, case.id, ground=ground, by=by, at=self.now)
        deed = Deed(action="cancel", at=self.now, actor=self.actor, ground=ground)
        await self._carry_out(case, transition, deed, note=note)
        return self._done(case, transition)

    async def _locked(self, application: UUID) -> OpenCase:
        case = await open_case(self.session, self.office, application, lock=True)
        if case.file.provider.bin != self.actor.bin or case.file.service != SERVICE:
            raise NotFound
        return case

    def _performers(self, region: str, day: date) -> set[str]:
        """Name the roles that have to do with appointments by the edition of a day: steps, attendance, cancelling."""
        edition = self.office.edition(region, SERVICE, day)
        rules: Sequence[Attendance | Cancellation] = (*edition.attendances, *edition.cancellations)
        return {step.performer for step in edition.steps} | {rule.performer for rule in rules}

    def _need_rule(self, case: OpenCase, rule: Attendance | Cancellation | None) -> None:
        if rule is None:
            self._need({step.performer for step in case.edition.steps})
            raise AppointmentGone
        self._need({rule.performer})

    def _need(self, performers: set[str]) -> None:
        if not (performers | {SUPERVISOR}) & self.actor.roles:
            raise WrongRole

    def _decided(self, case: OpenCase, action: RecordAttendance | Cancel) -> Transition:
        zone = case.file.provider.zone
        try:
            return decide(case.engine, action, self.now)
        except TimeNotCome as early:
            raise AppointmentNotBegun(extra={"starts_at": local(early.scheduled_at, zone)}) from early
        except CutOffPassed as late:
            raise AppointmentBegun(extra={"starts_at": local(late.cut_off_at, zone)}) from late
        except AttendanceRecorded as error:
            raise AttendanceAlreadyRecorded from error
        except ResultNotIssued as error:
            raise AppointmentNotConfirmed from error
        except NotCancellable as error:
            raise InvalidRequest([FieldError(pointer="/ground", code="invalid")]) from error
        except ProcedureError as error:
            raise AppointmentGone from error

    async def _carry_out(self, case: OpenCase, transition: Transition, deed: Deed, *, note: str | None = None) -> None:
        await advance(self.session, self.office, case, transition, deed, note=note)
        await record_access(self.session, self.actor, deed.action, [(case.person, case.id)], at=self.now)

    def _done(self, case: OpenCase, transition: Transition) -> dict[str, Any]:
        after = transition.application
        return {
            "id": self.office.public(case.id),
            "number": case.file.number,
            "state": str(after.state),
            "status": status_out(str(after.status), self.language),
        }

    def _item(self, row: Row[Any], case: OpenCase) -> dict[str, Any]:
        file, zone = case.file, case.file.provider.zone
        cancellation = case.edition.cancellation(Channel(file.channel), case.engine.variant)
        return {
            "id": self.office.public(case.id),
            "number": file.number,
            "doctor_id": self.office.public(row.doctor),
            "starts_at": local(row.starts_at, zone),
            "ends_at": local(row.ends_at, zone),
            "outside_schedule": row.outside_schedule,
            "channel": str(file.channel),
            "state": file.state,
            "status": status_out(file.status, self.language),
            "patient": {"iin": file.patient_iin, "name": file.name},
            "fields": dict(file.fields),
            "grounds": [
                {"code": ground.code, "text": ground.text[self.language]}
                for ground in (cancellation.grounds if cancellation else ())
            ],
        }
