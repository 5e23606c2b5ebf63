"""Read journals; rows are added by `journals.entering` alone, and never changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_PAGE = text("""
    SELECT r.id, r.number, r.year, r.application, r.person, r.at, r.corrects, r.content,
           a.number AS application_number
    FROM journal_rows r JOIN applications a ON a.id = r.application
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
