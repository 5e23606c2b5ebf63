"""Statements on rights to represent: kept for ever, with what revoked them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.representing.models import Representation

_COLUMNS = "r.id, r.representative, r.represented, r.kind, r.from_on, r.until_on, r.revoked_at"
_ADD = text("""
    INSERT INTO representations (id, representative, represented, kind, from_on, until_on, application, content,
                                 recorded_by, recorded_bin, recorded_at)
    VALUES (:id, :representative, :represented, :kind, :from_on, :until_on, :application, :content, :by, :bin, :at)
""")
_LOCKED = text(f"SELECT {_COLUMNS}, r.content FROM representations r WHERE r.id = :id FOR NO KEY UPDATE")  # noqa: S608  # constant
_REVOKE = text("""
    UPDATE representations SET revoked_at = :at, revoked_by = :by, revoked_bin = :bin, revoked_for = :content
    WHERE id = :id
""")
_BETWEEN = text(f"""
    SELECT {_COLUMNS}, p.state
    FROM person_keys a JOIN representations r ON r.representative = a.id
    JOIN person_keys b ON b.id = r.represented JOIN persons p ON p.id = b.id
    WHERE a.lookup = :representative AND b.lookup = :represented
    ORDER BY (r.revoked_at IS NULL AND r.from_on <= :on AND (r.until_on IS NULL OR r.until_on > :on)) DESC,
             COALESCE(r.revoked_at, r.recorded_at) DESC, r.id DESC
    LIMIT 1
""")  # noqa: S608  # constant
_TAKEN = text("""
    SELECT EXISTS (
        SELECT FROM person_keys a JOIN representations r ON r.representative = a.id
        JOIN person_keys b ON b.id = r.represented
        WHERE a.lookup = :representative AND b.lookup = :represented AND r.revoked_at IS NULL
          AND daterange(r.from_on, r.until_on) && daterange(:start, :until)
    )
""")
_OF = text(f"""
    SELECT {_COLUMNS}, r.content FROM representations r WHERE r.represented = :person ORDER BY r.from_on, r.recorded_at
""")  # noqa: S608  # constant


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep a right; breaks `representations_overlap` when the two have one for some of these days."""
    await session.execute(_ADD, values)


async def locked(session: AsyncSession, representation: UUID) -> tuple[Representation, bytes] | None:
    """Read a right that is to be revoked, with its sealed content."""
    row = (await session.execute(_LOCKED, {"id": representation})).one_or_none()
    return None if row is None else (_read(row), row.content)


async def revoke(session: AsyncSession, representation: UUID, **values: Any) -> None:
    """End a right now; `content` says sealed why."""
    await session.execute(_REVOKE, {"id": representation, **values})


async def between(
    session: AsyncSession, representative: bytes, represented: bytes, on: date
) -> tuple[Representation, str] | None:
    """Find the right that decides on a day, by keyed hashes of both, with the represented person's state.

    It is the one that holds, else the one of which something was said last: a revocation outlives older rights.
    """
    values = {"representative": representative, "represented": represented, "on": on}
    row = (await session.execute(_BETWEEN, values)).one_or_none()
    return None if row is None else (_read(row), row.state)


async def taken(
    session: AsyncSession, representative: bytes, represented: bytes, start: date, until: date | None
) -> bool:
    """Tell whether one of the two's rights, not revoked, covers a day of a time: what `add` would break on."""
    values = {"representative": representative, "represented": represented, "start": start, "until": until}
    found: bool = (await session.execute(_TAKEN, values)).scalar_one()
    return found


async def of_person(session: AsyncSession, person: UUID) -> Sequence[tuple[Representation, bytes]]:
    """List the rights to act for a person, the first first, with their sealed content."""
    return [(_read(row), row.content) for row in await session.execute(_OF, {"person": person})]


def _read(row: Any) -> Representation:
    revoked_at: datetime | None = row.revoked_at
    return Representation(
        id=row.id, representative=row.representative, represented=row.represented, kind=row.kind,
        from_on=row.from_on, until_on=row.until_on, revoked_at=revoked_at,
    )  # fmt: skip
