"""Statements on schedules, and on the slots that they make."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.schedules.generation import SlotTime
from booking.schedules.models import Schedule, ScheduleException
from shared.db import new_id

_KEEP_TO = text("""
    WITH times AS (SELECT * FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS t (b, e))
    UPDATE slots
    SET withdrawn_at = CASE WHEN application IS NULL AND (starts_at, ends_at) NOT IN (SELECT b, e FROM times)
                            THEN CAST(:at AS timestamptz) END,
        outside_schedule = application IS NOT NULL AND (starts_at, ends_at) NOT IN (SELECT b, e FROM times),
        held_by = CASE WHEN (starts_at, ends_at) IN (SELECT b, e FROM times) THEN held_by END,
        held_until = CASE WHEN (starts_at, ends_at) IN (SELECT b, e FROM times) THEN held_until END
    WHERE doctor = :doctor AND starts_at >= :since AND withdrawn_at IS NULL
""")
# In one order for all, so that none who change several slots wait for each other in a ring.
_LOCK = text("""
    SELECT id FROM slots WHERE doctor = :doctor AND starts_at >= :since AND withdrawn_at IS NULL ORDER BY id FOR UPDATE
""")
_TO_FOLLOW = text("""
    SELECT d.id, d.provider FROM doctors d JOIN providers p ON p.bin = d.provider
    WHERE d.slots_until IS NOT NULL AND d.hours_version < p.version
""")
_ADD = text("""
    INSERT INTO slots (id, provider, doctor, starts_at, ends_at)
    SELECT new.id, :provider, CAST(:doctor AS uuid), new.starts_at, new.ends_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
         AS new (id, starts_at, ends_at)
    ON CONFLICT DO NOTHING
    RETURNING id
""")


async def schedules(session: AsyncSession, doctor: UUID) -> Sequence[Schedule]:
    """Read the doctor's schedules, past and planned."""
    return (await session.scalars(select(Schedule).where(Schedule.doctor == doctor))).all()


async def exceptions(session: AsyncSession, doctor: UUID, since: datetime) -> Sequence[ScheduleException]:
    """Read the doctor's exceptions in force that end after a moment, earliest first."""
    found = select(ScheduleException).where(
        ScheduleException.doctor == doctor, ScheduleException.ended_at.is_(None), ScheduleException.ends_at > since
    )
    return (await session.scalars(found.order_by(ScheduleException.starts_at))).all()


async def replace(session: AsyncSession, doctor: UUID, valid_from: date, receptions: list[dict[str, Any]]) -> None:
    """Put a schedule in force from a date on, in place of what was planned from then on."""
    await session.execute(delete(Schedule).where(Schedule.doctor == doctor, Schedule.valid_from >= valid_from))
    session.add(Schedule(id=new_id(), doctor=doctor, valid_from=valid_from, receptions=receptions))
    await session.flush()


async def keep_to(
    session: AsyncSession, doctor: UUID, times: Sequence[SlotTime], *, since: datetime, at: datetime
) -> None:
    """Withdraw the doctor's free slots from a moment on that are not among the times; mark taken ones that are not.

    Whoever takes or releases such a slot meanwhile meets this in the slot's row: the second of the two waits, and
    looks at the row anew.
    """
    await session.execute(_LOCK, {"doctor": doctor, "since": since})
    await session.execute(_KEEP_TO, {"doctor": doctor, "since": since, "at": at, **_columns(times)})


async def add_slots(session: AsyncSession, doctor: Doctor, times: Sequence[SlotTime]) -> int:
    """Add the slots that the doctor does not have yet, and say how many came.

    One that overlaps a live slot is left out: the exclusion constraint is the arbiter of the conflict.
    """
    values = {"ids": [new_id() for _ in times], "provider": doctor.provider, "doctor": doctor.id, **_columns(times)}
    return len((await session.execute(_ADD, values)).all())


async def to_extend(session: AsyncSession, until: date) -> Sequence[tuple[UUID, str]]:
    """Find active doctors whose slots end before a date, each with his provider's BIN."""
    statement = select(Doctor.id, Doctor.provider).where(Doctor.active, Doctor.slots_until < until)
    return [(row.id, row.provider) for row in await session.execute(statement)]


async def to_follow(session: AsyncSession) -> Sequence[tuple[UUID, str]]:
    """Find doctors whose slots were made by earlier opening hours of their provider, each with the provider's BIN."""
    return [(row.id, row.provider) for row in await session.execute(_TO_FOLLOW)]


def _columns(times: Sequence[SlotTime]) -> dict[str, list[datetime]]:
    return {"starts": [each.starts_at for each in times], "ends": [each.ends_at for each in times]}
