"""Statements on persons and their enrolment periods; a look-up is one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import new_id

_FOUND = """
    SELECT k.id, k.key_name, k.wrapped, p.content, p.state, e.id AS enrolment, e.provider, e.started_on, e.district,
           d.name AS district_name, pr.names AS provider_names
    FROM persons p JOIN person_keys k ON k.id = p.id
    LEFT JOIN enrolments e ON e.person = p.id AND e.ended_on IS NULL
    LEFT JOIN districts d ON d.id = e.district
    LEFT JOIN providers pr ON pr.bin = e.provider
    WHERE k.wrapped IS NOT NULL AND
"""
_BY_IIN = text(f"{_FOUND} k.lookup = :key")
_BY_NAME = text(f"{_FOUND} p.name_key = :key ORDER BY p.id LIMIT :limit")
_BY_ID = text(f"{_FOUND} p.id = :id")
_LOCK = text("SELECT id FROM persons WHERE id = :id FOR NO KEY UPDATE")
_ADD = text("""
    INSERT INTO persons (id, name_key, content, state, changed_at) VALUES (:id, :name_key, :content, 'present', :at)
""")
_CHANGE = text("""
    UPDATE persons SET name_key = :name_key, content = :content, state = :state, changed_at = :at WHERE id = :id
""")
_REKEY = text("UPDATE person_keys SET lookup = :lookup WHERE id = :id")
_EVENT = text("""
    INSERT INTO register_events (id, person, kind, happened_on, actor, actor_bin, content, recorded_at)
    VALUES (:id, :person, :kind, :on, :actor, :bin, :content, :at)
""")
_CLOSE = text("UPDATE enrolments SET ended_on = :on, end_reason = :reason WHERE id = :id")
_MOVE = text("UPDATE enrolments SET district = :district WHERE id = :id")
_OPEN = text("""
    INSERT INTO enrolments (id, person, provider, district, started_on, application, created_at)
    VALUES (:id, :person, :provider, :district, :on, :application, :at)
""")
_MADE = text("""
    SELECT e.started_on, d.name AS district FROM enrolments e LEFT JOIN districts d ON d.id = e.district
    WHERE e.application = :application
""")
_HISTORY = text("""
    SELECT provider, district, started_on, ended_on, end_reason FROM enrolments WHERE person = :person
    ORDER BY started_on, created_at
""")


async def by_iin(session: AsyncSession, lookup: bytes) -> Sequence[Row[Any]]:
    """Find the person of an IIN by its keyed hash: one or none."""
    return (await session.execute(_BY_IIN, {"key": lookup})).all()


async def by_name(session: AsyncSession, name_key: bytes, limit: int) -> Sequence[Row[Any]]:
    """Find namesakes of one birth date by the keyed hash of both."""
    return (await session.execute(_BY_NAME, {"key": name_key, "limit": limit})).all()


async def by_id(session: AsyncSession, person: UUID) -> Row[Any] | None:
    """Read a person."""
    return (await session.execute(_BY_ID, {"id": person})).one_or_none()


async def locked(session: AsyncSession, person: UUID) -> Row[Any] | None:
    """Read a person to be changed: locked first and read after, so that what is read is what the one before left."""
    if (await session.execute(_LOCK, {"id": person})).one_or_none() is None:
        return None
    return await by_id(session, person)


async def add(session: AsyncSession, person: UUID, name_key: bytes, content: bytes, at: datetime) -> None:
    """Add a person whose key there is."""
    await session.execute(_ADD, {"id": person, "name_key": name_key, "content": content, "at": at})


async def change(
    session: AsyncSession, person: UUID, *, name_key: bytes, content: bytes, state: str, at: datetime
) -> None:
    """Write a person anew."""
    values = {"id": person, "name_key": name_key, "content": content, "state": state, "at": at}
    await session.execute(_CHANGE, values)


async def rekey(session: AsyncSession, person: UUID, lookup: bytes) -> None:
    """Have a person found by another IIN; breaks the look-up's uniqueness when somebody else has it."""
    await session.execute(_REKEY, {"id": person, "lookup": lookup})


async def remember(session: AsyncSession, event: dict[str, Any]) -> None:
    """Keep what happened to a person, with what was there before."""
    await session.execute(_EVENT, event)


async def close(session: AsyncSession, enrolment: UUID, on: date, reason: str) -> None:
    """End a period on a date; breaks `enrolments_order` for a date before its start."""
    await session.execute(_CLOSE, {"id": enrolment, "on": on, "reason": reason})


async def move(session: AsyncSession, enrolment: UUID, district: UUID | None) -> None:
    """Put a period into another district of its provider, or into none."""
    await session.execute(_MOVE, {"id": enrolment, "district": district})


async def open_period(session: AsyncSession, **values: Any) -> UUID:
    """Begin a period; breaks `enrolments_overlap` or `enrolments_one_open` when another covers its days."""
    id_ = new_id()
    await session.execute(_OPEN, {"id": id_, **values})
    return id_


async def made_by(session: AsyncSession, application: UUID) -> Row[Any] | None:
    """Read the period that an application began, whether it has ended or not: since when, in which district."""
    return (await session.execute(_MADE, {"application": application})).one_or_none()


async def history(session: AsyncSession, person: UUID) -> Sequence[Row[Any]]:
    """List a person's periods, the first first."""
    return (await session.execute(_HISTORY, {"person": person})).all()
