"""Single statements by which a slot is taken, released and looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from booking.appointments.models import IS_FREE, Slot, not_held
from booking.doctors.models import Doctor

_TOLD: Sequence[InstrumentedAttribute[Any]] = (
    *(Slot.id, Slot.provider, Slot.doctor, Slot.starts_at, Slot.ends_at),
    *(Slot.withdrawn_at, Slot.outside_schedule, Slot.application, Slot.held_by, Slot.held_until),
    *(Doctor.surname, Doctor.given_name, Doctor.patronymic, Doctor.specialty, Doctor.room, Doctor.active),
)
"""What is told of a slot with its doctor."""

# In words: an UPDATE of an ORM class takes SQLAlchemy a third of a millisecond more, on the hot path.
_TAKE = text(
    """
    UPDATE slots SET application = :taker, given_by = :chosen_by, taken_at = :at, held_by = NULL, held_until = NULL
    FROM doctors d
    WHERE slots.id = :slot AND slots.provider = :of AND slots.starts_at = :time AND slots.starts_at > :at
      AND slots.application IS NULL AND slots.withdrawn_at IS NULL AND d.id = slots.doctor AND d.active
      AND (slots.held_until IS NULL OR slots.held_until <= :at OR slots.held_by = :account)
    RETURNING slots.id, slots.provider, slots.doctor, slots.starts_at, slots.ends_at, slots.withdrawn_at,
              slots.outside_schedule, slots.application, d.surname, d.given_name, d.patronymic, d.specialty, d.room,
              d.active
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Who takes which slot, at what time it is thought to start, and whose choice it was.

    `account` may have held it; staff hold none.
    """

    slot: UUID
    time: datetime
    provider: str
    application: UUID
    given_by: str
    account: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Free slots of a provider, or of one doctor there, in [since, until), after the slot that a page ended with.

    What somebody holds at `now` is not free.
    """

    provider: str
    doctor: UUID | None
    since: datetime
    until: datetime
    after: tuple[datetime, UUID] | None
    limit: int
    now: datetime


async def take(session: AsyncSession, taking: Taking) -> Row[Any] | None:
    """Take the slot when it is free, to come, of that provider and at that time; else change nothing and give None.

    Two that come at once meet in the row: the second waits for the first's transaction, then looks at the row anew
    and finds it taken, so one of them alone has the slot whatever the timing. A schedule that withdraws the slot
    meanwhile meets it there too.
    """
    values = {
        "slot": taking.slot,
        "time": taking.time,
        "of": taking.provider,
        "taker": taking.application,
        "chosen_by": taking.given_by,
        "account": taking.account,
        "at": taking.at,
    }
    return (await session.execute(_TAKE, values)).one_or_none()


async def find(session: AsyncSession, slot: UUID) -> Row[Any] | None:
    """Read a slot with its doctor, and who has it."""
    return (await session.execute(select(*_TOLD).join(Doctor).where(Slot.id == slot))).one_or_none()


async def next_free(session: AsyncSession, slot: Row[Any], now: datetime, *, limit: int) -> Sequence[Row[Any]]:
    """Find the same doctor's next free slots from the wanted time on."""
    statement = (
        select(*_TOLD)
        .join(Doctor)
        .where(
            *(Slot.doctor == slot.doctor, Doctor.active, IS_FREE, not_held(now)),
            *(Slot.starts_at > now, Slot.starts_at >= slot.starts_at),
        )
        .order_by(Slot.starts_at)
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def lock(session: AsyncSession, application: UUID, slot: UUID) -> None:
    """Lock the slot that an application has and the one that it wants, in one order for all: nobody waits in a ring."""
    await session.execute(
        select(Slot.id).where(or_(Slot.application == application, Slot.id == slot)).order_by(Slot.id).with_for_update()
    )


async def release(session: AsyncSession, application: UUID) -> None:
    """Give back what the application holds; nothing when it holds nothing.

    A slot that the schedule has lost meanwhile is not offered again.
    """
    await session.execute(
        update(Slot)
        .where(Slot.application == application)
        .values(
            application=None,
            given_by=None,
            taken_at=None,
            outside_schedule=False,
            withdrawn_at=case((Slot.outside_schedule, func.now())),
        )
        .execution_options(synchronize_session=False)
    )


async def free_slots(session: AsyncSession, search: Search) -> Sequence[Row[Any]]:
    """Find free slots, earliest first."""
    conditions = [Slot.starts_at >= search.since, Slot.starts_at < search.until]
    if search.doctor is None:
        conditions.append(Slot.provider == search.provider)
    else:  # asked through the doctor's row, the planner cannot prefer the provider's index
        conditions += [Slot.doctor == search.doctor, Doctor.provider == search.provider]
    if search.after is not None:
        conditions.append(tuple_(Slot.starts_at, Slot.id) > search.after)
    free = (IS_FREE, not_held(search.now), Doctor.active)
    statement = select(*_TOLD).join(Doctor).where(*conditions, *free)
    return (await session.execute(statement.order_by(Slot.starts_at, Slot.id).limit(search.limit))).all()
