"""Move the appointments that an exception hits, or cancel them: each in a transaction of its own.

A move is a reschedule by the provider: the slot moves at once, the performer's step opens again for the new time, the
old confirmation is annulled when the new one is sealed. Where there is no free time, or the procedure does not let it
go, everything stays as it was. Whatever is no longer under the exception is passed over, so a repeat does what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.service import Appointments, WantedSlot
from booking.doctors.models import Doctor
from booking.exceptions import repository
from booking.exceptions.errors import ExceptionOver
from booking.exceptions.repository import Span
from booking.schedules.models import ScheduleException
from shared.applications.access_log import record_access
from shared.applications.advancing import advance
from shared.applications.case import Provider
from shared.applications.office import Office
from shared.applications.records import OpenCase, open_case
from shared.applications.transitions import Deed as Done
from shared.db import Database
from shared.errors import Conflict, NotFound
from shared.procedure import Cancel, ProcedureError, Reschedule, decide
from shared.web import Actor

BATCH = 50
Deed = Literal["move", "cancel"]
Outcome = Literal["moved", "cancelled", "kept"]
Reason = Literal["no-free-time", "not-movable", "not-cancellable"]
_DONE: Mapping[Deed, Outcome] = {"move": "moved", "cancel": "cancelled"}
_REFUSED: Mapping[Deed, Reason] = {"move": "not-movable", "cancel": "not-cancellable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done about the appointments under an exception, by whom, with which word to the citizens.

    `after` is the slot that the batch before ended with.
    """

    exception: UUID
    deed: Deed
    note: str | None
    after: tuple[datetime, UUID] | None
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one appointment: `moved`, `cancelled`, or `kept`, and then why; the new one where it was moved."""

    application: UUID
    number: str
    outcome: Outcome
    reason: Reason | None = None
    appointment: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a batch came to; `remaining` are the appointments that are still under the exception, the kept ones too.

    `last` is the slot that the next batch begins after, None when this was the last.
    """

    settled: list[Settled]
    remaining: int
    last: tuple[datetime, UUID] | None


class _Kept(Exception):
    """This appointment stays: everything of its transaction is undone."""

    def __init__(self, number: str, reason: Reason) -> None:
        super().__init__(reason)
        self.number, self.reason = number, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Carries an order out at one provider."""

    database: Database
    office: Office
    provider: Provider

    async def carry_out(self, order: Order) -> Settlement:
        """Do it for the next appointments, at most 50. Raises NotFound, ExceptionOver."""
        async with self.database.transaction() as session:
            row, doctor = await self._exception(session, order)
            span = Span(doctor=doctor.id, starts=row.starts_at, ends=row.ends_at)
            hit = await repository.hit(session, span, order.now, limit=BATCH, after=order.after)
        settled = [await self._settle(order, row, doctor, span, each.application) for each in hit]
        async with self.database.transaction() as session:
            left = await repository.counted(session, span, order.now)
        last = (hit[-1].starts_at, hit[-1].id) if len(hit) == BATCH else None
        return Settlement(settled=[each for each in settled if each], remaining=left.taken, last=last)

    async def _exception(self, session: AsyncSession, order: Order) -> tuple[ScheduleException, Doctor]:
        found = await repository.find(session, order.exception, self.provider.bin)
        if found is None:
            raise NotFound
        if found[0].ended_at is not None or found[0].ends_at <= order.now:
            raise ExceptionOver
        return found

    async def _settle(
        self, order: Order, row: ScheduleException, doctor: Doctor, span: Span, application: UUID
    ) -> Settled | None:
        try:
            async with self.database.transaction() as session:
                case = await open_case(session, self.office, application, lock=True)
                if not await repository.holds(session, row.id):  # taken back meanwhile: who is left keeps his time
                    return None
                one = _One(session=session, office=self.office, order=order, exception=row, doctor=doctor, case=case)
                return await one.settle(span)
        except _Kept as kept:
            return Settled(application=application, number=kept.number, outcome="kept", reason=kept.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """One appointment, whose case is locked, in its transaction."""

    session: AsyncSession
    office: Office
    order: Order
    exception: ScheduleException
    doctor: Doctor
    case: OpenCase

    async def settle(self, span: Span) -> Settled | None:
        """Do it, or give None where the application has gone elsewhere meanwhile; raises _Kept."""
        case, order = self.case, self.order
        slot = await repository.locked_hit(self.session, span, case.id, order.now)
        if slot is None:
            return None
        appointment = None
        try:
            if order.deed == "move":
                appointment = await self._move(slot)
            else:
                await self._cancel()
        except (ProcedureError, Conflict) as refusal:
            raise _Kept(case.file.number, _REFUSED[order.deed]) from refusal
        outcome = _DONE[order.deed]
        await record_access(self.session, order.actor, f"appointment-{outcome}", [(case.person, case.id)], at=order.now)
        return Settled(application=case.id, number=case.file.number, outcome=outcome, appointment=appointment)

    async def _cancel(self) -> None:
        transition = decide(self.case.engine, Cancel(ground=self.exception.ground), self.order.now)
        await advance(self.session, self.office, self.case, transition, self._deed("cancel"), note=self.order.note)

    async def _move(self, slot: Any) -> dict[str, Any]:
        case, provider, now = self.case, self.case.file.provider, self.order.now
        free = await repository.nearest_free(self.session, slot, provider.bin, self.doctor.specialty, now)
        if free is None:
            raise _Kept(case.file.number, "no-free-time")
        action = Reschedule(scheduled_at=free.starts_at, by_provider=True, ground=self.exception.ground)
        transition = decide(case.engine, action, now)
        appointments = Appointments(session=self.session, provider=provider.bin, zone=provider.zone, now=now)
        given = await appointments.give(WantedSlot(id=free.id, starts_at=free.starts_at), case.id)
        old = case.file.details.get("appointment", {})
        moved = {
            **given,
            "moved_from": {key: old[key] for key in ("starts_at", "ends_at", "room", "doctor") if key in old},
        }
        details = {**case.file.details, "appointment": moved}
        deed = self._deed("move")
        await advance(self.session, self.office, case, transition, deed, details=details, note=self.order.note)
        return moved

    def _deed(self, action: str) -> Done:
        return Done(action=action, at=self.order.now, actor=self.order.actor, ground=self.exception.ground)
