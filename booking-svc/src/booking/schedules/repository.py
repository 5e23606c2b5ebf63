"""Statements on schedules, and on the slots that they make."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.models import IS_TAKEN, Slot
from booking.doctors.models import Doctor
from booking.schedules.generation import SlotTime
from booking.schedules.models import Schedule
from shared.db import new_id


async def lock_doctor(session: AsyncSession, doctor: UUID) -> None:
    """Let one change of a doctor's schedule happen at a time."""
    await session.execute(select(Doctor.id).where(Doctor.id == doctor).with_for_update())


async def schedules(session: AsyncSession, doctor: UUID) -> Sequence[Schedule]:
    """Read the doctor's schedules, past and planned."""
    return (await session.scalars(select(Schedule).where(Schedule.doctor == doctor))).all()


async def replace(session: AsyncSession, doctor: UUID, valid_from: date, receptions: list[dict[str, Any]]) -> None:
    """Put a schedule in force from a date on, in place of what was planned from then on."""
    await session.execute(delete(Schedule).where(Schedule.doctor == doctor, Schedule.valid_from >= valid_from))
    session.add(Schedule(id=new_id(), doctor=doctor, valid_from=valid_from, receptions=receptions))
    await session.flush()


async def withdraw_free_slots(session: AsyncSession, doctor: UUID, since: datetime, at: datetime) -> None:
    """Take the doctor's free slots from a moment on out of the schedule; taken ones stay."""
    await session.execute(
        update(Slot)
        .where(Slot.doctor == doctor, Slot.starts_at >= since, Slot.withdrawn_at.is_(None), not_(IS_TAKEN))
        .values(withdrawn_at=at)
    )


async def add_slots(session: AsyncSession, doctor: Doctor, times: Iterable[SlotTime]) -> int:
    """Add the slots that the doctor does not have yet, and say how many came.

    One that overlaps a live slot is left out: the exclusion constraint is the arbiter of the conflict.
    """
    rows = [
        {
            "id": new_id(),
            "provider": doctor.provider,
            "doctor": doctor.id,
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
        }
        for each in times
    ]
    if not rows:
        return 0
    statement = insert(Slot).values(rows).on_conflict_do_nothing().returning(Slot.id)
    return len((await session.execute(statement)).all())


async def doctors_to_extend(session: AsyncSession, until: datetime) -> Sequence[Doctor]:
    """Find active doctors with a schedule whose slots end before a moment."""
    latest = select(func.max(Slot.starts_at)).where(Slot.doctor == Doctor.id).correlate(Doctor).scalar_subquery()
    scheduled = exists().where(Schedule.doctor == Doctor.id)
    statement = select(Doctor).where(Doctor.active, scheduled, or_(latest.is_(None), latest < until))
    return (await session.scalars(statement)).all()
