"""Read journals and add corrections; entries are added by `journals.entering`, and no row is ever changed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_PAGE = text("""
    SELECT r.id, r.number, r.year, r.application, r.person, r.at, r.corrects, r.content,
           a.number AS application_number, c.number AS corrects_number, c.year AS corrects_year
    FROM journal_rows r JOIN applications a ON a.id = r.application LEFT JOIN journal_rows c ON c.id = r.corrects
    WHERE r.provider = :provider AND r.journal = :journal AND r.volume = :volume AND r.year = :year
      AND r.number > :after
    ORDER BY r.number LIMIT :limit
""")


async def page(  # the key of a volume
    session: AsyncSession, *, provider: str, journal: str, volume: str, year: int, after: int, limit: int
) -> Sequence[Row[Any]]:
    """List rows by number."""
    parameters = {
        "provider": provider, "journal": journal, "volume": volume, "year": year, "after": after, "limit": limit,
    }  # fmt: skip
    return (await session.execute(_PAGE, parameters)).all()


# Two who correct one row meet here: the second waits, and then sees the first's correction.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:row AS text), 0))")
_ROW = text("""
    SELECT r.id, r.application, r.person, r.corrects, r.content, r.provider, r.journal, r.volume
    FROM journal_rows r
    WHERE r.provider = :provider AND r.journal = :journal AND r.volume = :volume AND r.year = :year
      AND r.number = :number
""")
_LAST = text("""
    SELECT r.id, r.application, r.person, r.corrects, r.content, r.provider, r.journal, r.volume
    FROM journal_rows r WHERE r.application = :application ORDER BY r.at DESC, r.year DESC, r.number DESC LIMIT 1
""")
_NEWER = text("SELECT number, year FROM journal_rows WHERE application = :application AND corrects = :row")
_CORRECT = text("""
    WITH counted AS (
        INSERT INTO journal_counters (provider, journal, volume, year, last)
        VALUES (:provider, :journal, :volume, CAST(:year AS integer), 1)
        ON CONFLICT (provider, journal, volume, year) DO UPDATE SET last = journal_counters.last + 1
        RETURNING last
    )
    INSERT INTO journal_rows
        (id, provider, journal, volume, year, number, application, person, at, corrects, content, digest, recorded_at)
    SELECT CAST(:id AS uuid), :provider, :journal, :volume, CAST(:year AS integer), last, CAST(:application AS uuid),
           CAST(:person AS uuid), CAST(:at AS timestamptz), CAST(:corrects AS uuid), CAST(:content AS bytea),
           CAST(:digest AS bytea), COALESCE(CAST(:recorded_at AS timestamptz), now())
    FROM counted
    RETURNING number
""")


async def row(session: AsyncSession, volume: Mapping[str, Any], *, year: int, number: int) -> Row[Any] | None:
    """Find one row by its number in a volume (provider, journal, volume)."""
    return (await session.execute(_ROW, {**volume, "year": year, "number": number})).one_or_none()


async def last_of(session: AsyncSession, application: UUID) -> Row[Any] | None:
    """Find the last row that was entered for an application."""
    return (await session.execute(_LAST, {"application": application})).one_or_none()


async def newer(session: AsyncSession, row: Row[Any]) -> Row[Any] | None:
    """Find what corrects a row already; until the transaction ends nobody else can correct it."""
    await session.execute(_LOCK, {"row": str(row.id)})
    return (await session.execute(_NEWER, {"application": row.application, "row": row.id})).one_or_none()


async def correct(session: AsyncSession, values: Mapping[str, Any]) -> int:
    """Add the row that corrects another, and give its number."""
    number: int = (await session.execute(_CORRECT, values)).scalar_one()
    return number
