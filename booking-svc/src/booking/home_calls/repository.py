"""Statements on visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from booking.doctors.models import Doctor
from booking.home_calls.models import Visit

_TOLD: Sequence[InstrumentedAttribute[Any]] = (
    *(Visit.application, Visit.visit_at, Visit.on_date, Visit.outcome),
    Doctor.account,
)
"""What is told of a visit, with the account of its doctor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVisit:
    """Which doctor of the provider comes when (UTC); `on_date` is that day where the provider is."""

    application: UUID
    provider: str
    doctor: UUID
    visit_at: datetime
    on_date: date


async def keep(session: AsyncSession, visit: SetVisit) -> bool:
    """Set the visit, in place of an earlier one; gives False, and changes nothing, when that has ended."""
    values = {name: getattr(visit, name) for name in SetVisit.__slots__}
    statement = insert(Visit).values(values)
    kept = statement.on_conflict_do_update(
        index_elements=[Visit.application], set_=values, where=Visit.outcome.is_(None)
    )
    return (await session.execute(kept.returning(Visit.application))).one_or_none() is not None


async def find(session: AsyncSession, application: UUID) -> Row[Any] | None:
    """Read a visit, with the account of its doctor; the application's lock keeps it as it is."""
    statement = select(*_TOLD).join(Doctor).where(Visit.application == application)
    return (await session.execute(statement)).one_or_none()


async def end(session: AsyncSession, application: UUID, outcome: str, *, by: str, at: datetime) -> bool:
    """Record how the visit ended; gives False when that was recorded before."""
    statement = update(Visit).where(Visit.application == application, Visit.outcome.is_(None))
    ended = statement.values(outcome=outcome, ended_at=at, ended_by=by).returning(Visit.application)
    return (await session.execute(ended)).one_or_none() is not None


async def drop(session: AsyncSession, application: UUID) -> bool:
    """Take the visit off the doctor's list; gives False when it has ended, or was never set."""
    statement = delete(Visit).where(Visit.application == application, Visit.outcome.is_(None))
    return (await session.execute(statement.returning(Visit.application))).one_or_none() is not None


async def of_day(
    session: AsyncSession, provider: str, day: date, *, doctor: UUID | None, account: str | None
) -> Sequence[Row[Any]]:
    """List the provider's visits of a day: all, one doctor's, or those of the doctor with this account."""
    statement = select(*_TOLD).join(Doctor).where(Visit.provider == provider, Visit.on_date == day)
    if doctor is not None:
        statement = statement.where(Visit.doctor == doctor)
    if account is not None:
        statement = statement.where(Doctor.account == account)
    return (await session.execute(statement)).all()
