"""Count finished months of the regions that the caller operates, and tell no more of them than `disclosure` lets.

Months alone: periods of any length could be taken one from the other. A month that still grows would tell by that what
happened today; it does until nobody who came in it can be registered any more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.statistics import repository
from shared.applications.statistics.disclosure import LEAST, share_within, told
from shared.errors import FieldError, InvalidRequest

ZONE = "Asia/Almaty"
_MONTHS = 12
_LONGEST = 60
"""Months that one question may span."""


class Statistics:
    """The use case of one question; `arrived_within` is how long after an arrival it may still be registered."""

    def __init__(self, session: AsyncSession, now: datetime, arrived_within: timedelta) -> None:
        self._session = session
        self._settled = now - arrived_within

    async def of(self, regions: Sequence[str], first: str, last: str) -> dict[str, Any]:
        """Count from the month `first` to `last` (`YYYY-MM`), both within; raises InvalidRequest."""
        start, end = (_instant(day) for day in self._period(first, last))
        found = {
            name: await repository.cells(
                self._session, name, regions=regions, start=start, end=end, zone=ZONE, least=LEAST
            )
            for name in repository.STATEMENTS
        }
        return {
            "applications": [_counted(row, "provider") for row in found["applications"]],
            "steps": [_punctual(row) for row in found["steps"]],
            "refusals": [_counted(row, "ground") for row in found["refusals"]],
        }

    def _period(self, first: str, last: str) -> tuple[date, date]:
        start, final = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
        end = _next(final)
        if start > final or end.toordinal() - start.toordinal() > _LONGEST * 31:
            raise InvalidRequest([FieldError(pointer="/from", code="invalid")])
        if _instant(end) > self._settled:
            raise InvalidRequest([FieldError(pointer="/to", code="invalid")])
        return start, end


def _next(month: date) -> date:
    return date(month.year + month.month // _MONTHS, month.month % _MONTHS + 1, 1)


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))


def _place(row: Row[Any]) -> dict[str, str]:
    return {"month": row.month, "region": row.region, "service": row.service}


def _counted(row: Row[Any], by: str) -> dict[str, Any]:
    return _place(row) | {by: getattr(row, by), "count": told(row.counted)}


def _punctual(row: Row[Any]) -> dict[str, Any]:
    completed, late = told(row.completed), told(row.late)
    share = share_within(completed or LEAST, late)
    within = {"at_least": share.at_least, "at_most": share.at_most}
    return _place(row) | {"step": row.step, "completed": completed, "late": late, "within_limit": within}
