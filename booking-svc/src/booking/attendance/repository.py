"""Statements on the appointments of a provider's day, and on the slot of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import new_id

_OF_DAY = text("""
    SELECT s.id, s.application, s.doctor, s.starts_at, s.ends_at, s.outside_schedule
    FROM slots s
    WHERE s.provider = :provider AND s.application IS NOT NULL AND s.starts_at >= :since AND s.starts_at < :until
      AND (CAST(:doctor AS uuid) IS NULL OR s.doctor = :doctor)
      AND (CAST(:after_at AS timestamptz) IS NULL OR (s.starts_at, s.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY s.starts_at, s.id LIMIT :limit
""")
_LOCK_DOCTOR = text("""
    SELECT d.id FROM doctors d JOIN slots s ON s.doctor = d.id WHERE s.application = :application
    FOR NO KEY UPDATE OF d
""")
_CLOSE = text("""
    WITH lost AS (
        UPDATE slots SET outside_schedule = true WHERE application = :application
        RETURNING doctor, starts_at, ends_at
    )
    INSERT INTO schedule_exceptions (id, doctor, starts_at, ends_at, ground, made_by, made_at)
    SELECT CAST(:id AS uuid), lost.doctor, lost.starts_at, lost.ends_at, :ground, :by, CAST(:at AS timestamptz)
    FROM lost
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Which appointments: of a provider, of one doctor there or of all, in [since, until), after the last one shown."""

    provider: str
    doctor: UUID | None
    since: datetime
    until: datetime
    after: tuple[datetime, UUID] | None
    limit: int


async def of_day(session: AsyncSession, day: Day) -> Sequence[Row[Any]]:
    """List taken slots, earliest first."""
    after_at, after_id = day.after or (None, None)
    values = {
        "provider": day.provider,
        "doctor": day.doctor,
        "since": day.since,
        "until": day.until,
        "after_at": after_at,
        "after_id": after_id,
        "limit": day.limit,
    }
    return (await session.execute(_OF_DAY, values)).all()


async def close_time(session: AsyncSession, application: UUID, *, ground: str, by: str, at: datetime) -> None:
    """See that the application's slot is not offered again: it becomes an exception of the doctor's schedule.

    Where an exception has the time already, that one stands. The doctor is locked, as by whoever changes his times.
    """
    await session.execute(_LOCK_DOCTOR, {"application": application})
    values = {"application": application, "id": new_id(), "ground": ground, "by": by, "at": at}
    await session.execute(_CLOSE, values)
