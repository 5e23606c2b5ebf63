"""The statements of statistics: each counts in one pass over finished months, in the country's one zone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_MONTH = "to_char({at} AT TIME ZONE :zone, 'YYYY-MM')"
_APPLICATIONS = text(f"""
    SELECT {_MONTH.format(at="filed_at")} AS month, region, service, provider, count(*) AS counted
    FROM applications
    WHERE region = ANY (CAST(:regions AS text[])) AND filed_at >= :start AND filed_at < :end
    GROUP BY 1, 2, 3, 4 HAVING count(*) >= :least ORDER BY 1, 2, 3, 4
""")  # noqa: S608  # constants
_STEPS = text(f"""
    SELECT {_MONTH.format(at="t.closed_at")} AS month, a.region, a.service, t.step, count(*) AS completed,
           count(*) FILTER (WHERE t.closed_at > t.due_at) AS late
    FROM tasks t JOIN applications a ON a.id = t.application
    WHERE a.region = ANY (CAST(:regions AS text[])) AND t.closed_at >= :start AND t.closed_at < :end
      AND t.state IN ('done', 'refused') AND t.due_at IS NOT NULL
    GROUP BY 1, 2, 3, 4 HAVING count(*) >= :least ORDER BY 1, 2, 3, 4
""")  # noqa: S608  # constants
_REFUSALS = text(f"""
    SELECT {_MONTH.format(at="t.closed_at")} AS month, a.region, a.service, t.ground, count(*) AS counted
    FROM tasks t JOIN applications a ON a.id = t.application
    WHERE a.region = ANY (CAST(:regions AS text[])) AND t.closed_at >= :start AND t.closed_at < :end
      AND t.state = 'refused' AND t.ground IS NOT NULL
    GROUP BY 1, 2, 3, 4 HAVING count(*) >= :least ORDER BY 1, 2, 3, 4
""")  # noqa: S608  # constants
STATEMENTS = {"applications": _APPLICATIONS, "steps": _STEPS, "refusals": _REFUSALS}


async def cells(  # the bounds of one question
    session: AsyncSession, name: str, *, regions: Sequence[str], start: datetime, end: datetime, zone: str, least: int
) -> Sequence[Row[Any]]:
    """Count by month what the name says; instants are UTC, `end` is not within."""
    parameters = {"regions": list(regions), "start": start, "end": end, "zone": zone, "least": least}
    return (await session.execute(STATEMENTS[name], parameters)).all()
