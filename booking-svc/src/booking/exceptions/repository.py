"""Statements on exceptions, the appointments that they hit, and the free slots to which these can go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor
from booking.schedules.models import ScheduleException

_HIT = """
    SELECT s.id, s.application, s.doctor, s.starts_at, s.ends_at FROM slots s
    WHERE s.doctor = :doctor AND s.application IS NOT NULL AND s.starts_at > :now
      AND s.starts_at < :ends AND s.ends_at > :starts
"""
_ALL_HIT = text(
    _HIT
    + """
      AND (CAST(:after_at AS timestamptz) IS NULL OR (s.starts_at, s.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY s.starts_at, s.id LIMIT :limit
    """
)
_ONE_HIT = text(_HIT + " AND s.outside_schedule AND s.application = :application FOR UPDATE OF s")
_COUNT = text("""
    SELECT count(*) FILTER (WHERE application IS NULL) AS free,
           count(*) FILTER (WHERE application IS NOT NULL) AS taken
    FROM slots
    WHERE doctor = :doctor AND withdrawn_at IS NULL AND starts_at > :now AND starts_at < :ends AND ends_at > :starts
""")
# SKIP LOCKED: somebody is about to take or hold that one; the next will do, and nobody waits in a ring.
_NEAREST = text("""
    SELECT s.id, s.starts_at FROM slots s JOIN doctors d ON d.id = s.doctor
    WHERE s.provider = :provider AND d.active AND d.specialty = :specialty AND s.application IS NULL
      AND s.withdrawn_at IS NULL AND s.starts_at > :now AND s.starts_at >= :since
      AND (s.held_until IS NULL OR s.held_until <= :now)
    ORDER BY s.starts_at, s.doctor <> :doctor, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time of a doctor, half-open, UTC."""

    doctor: UUID
    starts: datetime
    ends: datetime

    def values(self, now: datetime) -> dict[str, Any]:
        """Give it as parameters, with the moment from which on it counts."""
        return {"doctor": self.doctor, "starts": self.starts, "ends": self.ends, "now": now}


async def hit(
    session: AsyncSession, span: Span, now: datetime, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> Sequence[Row[Any]]:
    """List the taken slots to come that the span touches, earliest first, after the one that a page ended with."""
    after_at, after_id = after or (None, None)
    values = {**span.values(now), "after_at": after_at, "after_id": after_id, "limit": limit}
    return (await session.execute(_ALL_HIT, values)).all()


async def counted(session: AsyncSession, span: Span, now: datetime) -> Row[Any]:
    """Count the slots to come that the span touches: `free` and `taken`."""
    return (await session.execute(_COUNT, span.values(now))).one()


async def locked_hit(session: AsyncSession, span: Span, application: UUID, now: datetime) -> Row[Any] | None:
    """Lock the application's slot if the span still touches it."""
    return (await session.execute(_ONE_HIT, {**span.values(now), "application": application})).one_or_none()


async def nearest_free(
    session: AsyncSession, slot: Row[Any], provider: str, specialty: str, now: datetime
) -> Row[Any] | None:
    """Lock the first free slot from the old time on, with a doctor of the specialty, the same one before others."""
    values = {
        "provider": provider,
        "specialty": specialty,
        "doctor": slot.doctor,
        "since": slot.starts_at,
        "now": now,
    }
    return (await session.execute(_NEAREST, values)).one_or_none()


async def find(session: AsyncSession, exception: UUID, provider: str) -> tuple[ScheduleException, Doctor] | None:
    """Read an exception of one of the provider's doctors, with the doctor."""
    statement = (
        select(ScheduleException, Doctor)
        .join(Doctor, Doctor.id == ScheduleException.doctor)
        .where(ScheduleException.id == exception, Doctor.provider == provider)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def holds(session: AsyncSession, exception: UUID) -> bool:
    """Tell whether the exception is still in force, and keep it so until the transaction ends."""
    statement = select(ScheduleException.id).where(
        ScheduleException.id == exception, ScheduleException.ended_at.is_(None)
    )
    return await session.scalar(statement.with_for_update(read=True)) is not None


async def overlapping(session: AsyncSession, span: Span) -> ScheduleException | None:
    """Find an exception in force that the span overlaps."""
    statement = select(ScheduleException).where(
        ScheduleException.doctor == span.doctor,
        ScheduleException.ended_at.is_(None),
        ScheduleException.starts_at < span.ends,
        ScheduleException.ends_at > span.starts,
    )
    return await session.scalar(statement.order_by(ScheduleException.starts_at).limit(1))
