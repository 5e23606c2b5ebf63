"""Counting in one statement, so that a hundred guesses at once count a hundred."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Interval, case, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.lockout.models import login_failures
from auth.lockout.rules import Rule

MOST_DOUBLINGS = 30
table = login_failures.c


class LockoutRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def locked(self, subjects: Sequence[bytes], now: datetime) -> bool:
        """Lock the rows until the end of the transaction: a login waits for the one that is being refused beside it."""
        rows = await self._session.execute(
            select(table.locked_until).where(table.subject.in_(subjects)).order_by(table.subject).with_for_update()
        )
        return any(until is not None and until > now for until in rows.scalars())

    async def count(self, subject: bytes, rule: Rule, now: datetime) -> None:
        failures = case((table.last_failed_at < now - rule.forget_after, 1), else_=table.failures + 1)
        first: dict[str, Any] = {"subject": subject, "failures": 1, "last_failed_at": now, "locked_until": None}
        await self._session.execute(
            insert(login_failures)
            .values(first)
            .on_conflict_do_update(
                index_elements=[table.subject],
                set_={"failures": failures, "last_failed_at": now, "locked_until": _locked_until(failures, rule, now)},
            )
        )

    async def forget(self, subject: bytes) -> None:
        await self._session.execute(delete(login_failures).where(table.subject == subject))

    async def forget_older(self, before: datetime) -> int:
        rows = await self._session.execute(
            delete(login_failures).where(table.last_failed_at < before).returning(table.subject)
        )
        return len(rows.all())


def _locked_until(failures: ColumnElement[int], rule: Rule, now: datetime) -> ColumnElement[datetime | None]:
    """The first lock comes with the last allowed try; each failure after it doubles the pause, up to the longest."""
    doublings = func.least(failures - rule.tries, MOST_DOUBLINGS)
    seconds = func.least(
        rule.first_pause.total_seconds() * func.power(2.0, doublings), rule.longest_pause.total_seconds()
    )
    pause = func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval())
    return case((failures >= rule.tries, literal(now) + pause), else_=None)
