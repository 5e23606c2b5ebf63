"""Single statements by which a slot is taken, released and looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, case, literal, not_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.models import BOOKED, IS_TAKEN, LIVING, RELEASED, Appointment, Slot
from booking.doctors.models import Doctor
from shared.db import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Who takes which slot, and whose choice it was."""

    slot: UUID
    provider: str
    application: UUID
    given_by: str
    at: datetime


async def take(session: AsyncSession, taking: Taking) -> bool:
    """Take the slot when it is live, in the future, of that provider and free; else change nothing and say False.

    Two that come at once meet in the unique index: the second waits for the first's transaction and then inserts
    nothing, so one of them alone has the slot whatever the timing.
    """
    live = select(
        literal(new_id()),
        Slot.id,
        literal(taking.application),
        literal(BOOKED),
        literal(taking.given_by),
        literal(taking.at),
    ).where(
        Slot.id == taking.slot,
        Slot.provider == taking.provider,
        Slot.starts_at > taking.at,
        Slot.withdrawn_at.is_(None),
    )
    columns = ["id", "slot", "application", "state", "given_by", "booked_at"]
    statement = (
        insert(Appointment)
        .from_select(columns, live)
        .on_conflict_do_nothing(index_elements=[Appointment.slot], index_where=LIVING)
        .returning(Appointment.id)
    )
    return (await session.execute(statement)).first() is not None


async def find(session: AsyncSession, slot: UUID) -> Row[tuple[Slot, Doctor, bool]] | None:
    """Read a slot with its doctor and whether somebody has it."""
    statement = select(Slot, Doctor, case((IS_TAKEN, True), else_=False)).join(Doctor).where(Slot.id == slot)
    return (await session.execute(statement)).first()


async def next_free(session: AsyncSession, slot: Slot, now: datetime, *, limit: int) -> Sequence[Row[tuple[Slot]]]:
    """Find the same doctor's next free slots from the wanted time on."""
    statement = (
        select(Slot)
        .where(
            Slot.doctor == slot.doctor,
            Slot.withdrawn_at.is_(None),
            Slot.starts_at > now,
            Slot.starts_at >= slot.starts_at,
            not_(IS_TAKEN),
        )
        .order_by(Slot.starts_at)
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def release(session: AsyncSession, application: UUID, at: datetime) -> None:
    """Give back what the application holds; nothing when it holds nothing."""
    await session.execute(
        update(Appointment)
        .where(Appointment.application == application, Appointment.state == BOOKED)
        .values(state=RELEASED, released_at=at)
    )


async def free_slots(
    session: AsyncSession, provider: str, *, doctor: UUID | None, since: datetime, until: datetime, limit: int
) -> Sequence[Slot]:
    """Find the provider's free slots in [since, until), earliest first."""
    conditions = [
        Slot.provider == provider,
        Slot.starts_at >= since,
        Slot.starts_at < until,
        Slot.withdrawn_at.is_(None),
        not_(IS_TAKEN),
    ]
    if doctor is not None:
        conditions.append(Slot.doctor == doctor)
    statement = select(Slot).where(*conditions).order_by(Slot.starts_at, Slot.id).limit(limit)
    return (await session.scalars(statement)).all()
