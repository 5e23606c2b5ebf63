"""What keeps an anonymous application unlinkable: no person, a key of its own, and dates in place of instants.

A regulation's variant says that it is anonymous (zhambyl hiv-test 1). Its case has a data key that belongs to nobody;
what cannot be rewritten (history, journal, access records, events, notices) holds the date alone from the first, and
everything else drops the time when the case is closed, until when its limits need it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.procedure import Application

_COUNTRY = ZoneInfo("Asia/Almaty")
NOBODY = ""
"""Stands where a case file has an IIN or a name."""
_DAY = "date_trunc('day', {0}, :zone)"
_CUT: Mapping[str, Sequence[str]] = {
    "applications": ("filed_at", "changed_at", "due_at"),
    "tasks": ("opened_at", "due_at", "shown_at", "claimed_until", "overdue_at", "closed_at"),
    "results": ("signed_at", "sealed_at", "annulled_at", "next_try_at"),
}
_STATEMENTS = [
    text(
        f"UPDATE {table} SET {', '.join(f'{name} = {_DAY.format(name)}' for name in columns)} "  # noqa: S608  # ours
        f"WHERE {'id' if table == 'applications' else 'application'} = :id"
    )
    for table, columns in _CUT.items()
]
_SIGNED = text("""
    UPDATE signed_documents s
    SET received_at = date_trunc('day', s.received_at, :zone) + placed.place * interval '1 microsecond'
    FROM (SELECT id, row_number() OVER (ORDER BY received_at, id) AS place
          FROM signed_documents WHERE application = :id) placed
    WHERE placed.id = s.id
""")
"""What was signed keeps its order, and the day."""
_UNTRACED = text("UPDATE applications SET due = NULL WHERE id = :id")
_TASKS_UNTRACED = text("UPDATE tasks SET due = NULL WHERE application = :id")
_DRAFTS = text("DELETE FROM drafts WHERE application = :id")
_ANSWERS = text("DELETE FROM answers WHERE position(CAST(:named AS bytea) IN body) > 0")
_TASK_IDS = text("SELECT id FROM tasks WHERE application = :id")


def is_anonymous(engine: Application) -> bool:
    """Tell whether the application was filed in a way that knows nobody."""
    chosen = (variant for variant in engine.edition.variants if variant.key == engine.variant)
    return any(variant.anonymous for variant in chosen)


def kept_at(engine: Application, at: datetime) -> datetime:
    """Give the instant as it is kept for ever: of an anonymous application, the beginning of its day."""
    return day_of(engine, at) if is_anonymous(engine) else at


def recorded_at(engine: Application | None, at: datetime) -> datetime | None:
    """Give when an unchangeable row was written, where the database must not say so itself."""
    return day_of(engine, at) if engine is not None and is_anonymous(engine) else None


def day_of(engine: Application, at: datetime) -> datetime:
    """Give the beginning of the provider's day."""
    return engine.clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def country_day(at: datetime) -> datetime:
    """Give the beginning of the country's day, where no provider's is at hand."""
    return at.astimezone(_COUNTRY).replace(hour=0, minute=0, second=0, microsecond=0)


async def drop_times(session: AsyncSession, zone: str, case: UUID, public: str, prefix: str) -> None:
    """Cut every instant of an ended case to its day in the zone, and remove what was only needed on the way."""
    values: dict[str, Any] = {"id": case, "zone": zone}
    for statement in (*_STATEMENTS, _SIGNED):
        await session.execute(statement, values)
    tasks = (await session.execute(_TASK_IDS, {"id": case})).scalars().all()
    for statement in (_UNTRACED, _TASKS_UNTRACED, _DRAFTS):
        await session.execute(statement, {"id": case})
    for named in (public, *(f"{prefix}-{task.hex}" for task in tasks)):
        await session.execute(_ANSWERS, {"named": named.encode()})
