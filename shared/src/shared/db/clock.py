"""Service time is the database's: a clock set from it and carried on by monotonic time, so that all processes agree."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared.db.database import DatabaseAway

_SAMPLES = 3
_RETRY_AFTER = timedelta(seconds=1)


class DatabaseClock:
    """Carry the database's time on by monotonic time.

    `read` asks the database for its time (aware, UTC). `discipline` must have succeeded once before `now` is asked,
    else `DatabaseAway`. Time never runs backwards within a process: a correction into the past holds it still.
    """

    def __init__(self, read: Callable[[], Awaitable[datetime]]) -> None:
        self._read = read
        self._base: datetime | None = None
        self._mark = 0.0
        self._latest: datetime | None = None

    @property
    def is_set(self) -> bool:
        """Whether the database was ever reached."""
        return self._base is not None

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC; raises `DatabaseAway` before the database was ever reached."""
        if self._base is None:
            raise DatabaseAway(retry_after=_RETRY_AFTER)
        now = self._base + timedelta(seconds=time.monotonic() - self._mark)
        if self._latest is not None and now < self._latest:
            return self._latest
        self._latest = now
        return now

    async def discipline(self) -> None:
        """Set the clock by the sample that took the shortest way; lets the errors of `read` through."""
        samples = [await self._sample() for _ in range(_SAMPLES)]
        _, self._base, self._mark = min(samples, key=lambda sample: sample[0])

    async def _sample(self) -> tuple[float, datetime, float]:
        began = time.monotonic()
        base = await self._read()
        ended = time.monotonic()
        return ended - began, base, (began + ended) / 2

    async def keep(self, every: timedelta = timedelta(minutes=1)) -> None:
        """Discipline the clock for ever; while the database is away, monotonic time goes on."""
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                await self.discipline()
            except Exception:  # noqa: BLE001, S112  # the database's absence is told by the readiness check
                continue
