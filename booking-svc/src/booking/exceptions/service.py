"""Keep a doctor's exceptions, and say which appointments each hits.

An exception closes its time in one transaction: free slots go, taken ones stay with those who have them until each
is moved or cancelled (`settling.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.doctors.service import Doctors
from booking.exceptions import repository
from booking.exceptions.errors import ExceptionOver, ExceptionOverlaps
from booking.exceptions.repository import Span
from booking.schedules import repository as schedules
from booking.schedules.models import ScheduleException
from booking.schedules.service import Schedules
from shared.applications.access_log import record_access
from shared.applications.case import Provider
from shared.applications.office import Office
from shared.applications.records import open_cases
from shared.applications.wording import local, status_out
from shared.db import new_id
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.procedure.texts import Language
from shared.web import Actor

SERVICE = "booking"
LONGEST = timedelta(days=366)
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """When a doctor sees nobody, and the regulation's ground for it."""

    starts_at: datetime
    ends_at: datetime
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """The exceptions of one provider's doctors, kept by its administrator, in one transaction."""

    session: AsyncSession
    office: Office
    provider: Provider
    actor: Actor
    now: datetime
    language: Language

    async def preview(self, doctor: UUID, away: Away) -> dict[str, Any]:
        """Say what the exception would hit, and change nothing. Raises NotFound, InvalidRequest, ExceptionOverlaps."""
        found = await self._checked(doctor, away)
        span = Span(doctor=found.id, starts=away.starts_at, ends=away.ends_at)
        return await self._described(span, away.ground)

    async def make(self, doctor: UUID, away: Away) -> dict[str, Any]:
        """Put the exception in force: its free slots go, the appointments that it hits are told, and stay for now."""
        found = await self._checked(doctor, away)
        span = Span(doctor=found.id, starts=away.starts_at, ends=away.ends_at)
        before = await repository.counted(self.session, span, self.now)
        made = ScheduleException(
            id=new_id(), doctor=found.id, starts_at=away.starts_at, ends_at=away.ends_at, ground=away.ground,
            made_by=self.actor.account_id, made_at=self.now,
        )  # fmt: skip
        self.session.add(made)
        await self.session.flush()
        await self._schedules().lay_anew(found)
        return await self._described(span, away.ground, made, free=before.free)

    async def of_doctor(self, doctor: UUID) -> list[dict[str, Any]]:
        """List a doctor's exceptions in force that are not over, earliest first; raises NotFound."""
        found = await Doctors(session=self.session, provider=self.provider.bin).locked(doctor)
        rows = await schedules.exceptions(self.session, found.id, self.now)
        return [await self._summed(row) for row in rows]

    async def end(self, exception: UUID) -> None:
        """Take the exception back: the times that are still to come are offered again. Raises NotFound, ExceptionOver.

        Appointments that were moved or cancelled stay so. Twice is as good as once.
        """
        found = await repository.find(self.session, exception, self.provider.bin)
        if found is None:
            raise NotFound
        doctor = await Doctors(session=self.session, provider=self.provider.bin).locked(found[1].id)
        row = found[0]
        await self.session.refresh(row, with_for_update=True)  # waits for who is just being moved
        if row.ended_at is not None:
            return
        if row.ends_at <= self.now:
            raise ExceptionOver
        row.ended_at = self.now
        await self.session.flush()
        await self._schedules().lay_anew(doctor)

    def _schedules(self) -> Schedules:
        return Schedules.of(self.session, self.office, self.provider, self.now)

    async def _checked(self, doctor: UUID, away: Away) -> Doctor:
        self._check(away)
        found = await Doctors(session=self.session, provider=self.provider.bin).locked(doctor)
        span = Span(doctor=found.id, starts=away.starts_at, ends=away.ends_at)
        # The doctor is locked: nobody adds another meanwhile, and the exclusion constraint stands behind that.
        if (other := await repository.overlapping(self.session, span)) is not None:
            raise ExceptionOverlaps(extra={"exception": self.office.public(other.id)})
        return found

    def _check(self, away: Away) -> None:
        if away.ends_at <= away.starts_at or away.ends_at - away.starts_at > LONGEST:
            raise InvalidRequest([FieldError(pointer="/to", code="invalid")])
        if away.ends_at <= self.now:
            raise InvalidRequest([FieldError(pointer="/to", code="in-the-past")])
        on = self.now.astimezone(ZoneInfo(self.provider.zone)).date()
        rules = self.office.edition(self.provider.region, SERVICE, on).cancellations
        if not any(rule.ground(away.ground) for rule in rules):
            raise InvalidRequest([FieldError(pointer="/ground", code="invalid")])

    async def _described(
        self, span: Span, ground: str, made: ScheduleException | None = None, *, free: int | None = None
    ) -> dict[str, Any]:
        counted = await repository.counted(self.session, span, self.now)
        rows = await repository.hit(self.session, span, self.now, limit=SHOWN)
        return {
            "id": self.office.public(made.id) if made else None,
            "doctor_id": self.office.public(span.doctor),
            "from": local(span.starts, self.provider.zone),
            "to": local(span.ends, self.provider.zone),
            "ground": ground,
            "free_slots": counted.free if free is None else free,
            "appointments": counted.taken,
            "items": await self._items(rows),
        }

    async def _summed(self, row: ScheduleException) -> dict[str, Any]:
        span = Span(doctor=row.doctor, starts=row.starts_at, ends=row.ends_at)
        counted = await repository.counted(self.session, span, self.now)
        return {
            "id": self.office.public(row.id),
            "from": local(row.starts_at, self.provider.zone),
            "to": local(row.ends_at, self.provider.zone),
            "ground": row.ground,
            "appointments": counted.taken,
        }

    async def _items(self, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        """Show the appointments that are hit, and record that each person's was seen."""
        cases = await open_cases(self.session, self.office, [row.application for row in rows])
        shown = [(row, cases[row.application]) for row in rows if row.application in cases]
        seen = [(case.person, case.id) for _, case in shown]
        await record_access(self.session, self.actor, "appointments-listed", seen, at=self.now)
        return [
            {
                "id": self.office.public(case.id),
                "number": case.file.number,
                "starts_at": local(row.starts_at, self.provider.zone),
                "ends_at": local(row.ends_at, self.provider.zone),
                "state": case.file.state,
                "status": status_out(case.file.status, self.language),
                "patient": {"iin": case.file.patient_iin, "name": case.file.name},
            }
            for row, case in shown
        ]
