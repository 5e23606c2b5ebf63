"""The service clock: the database's time, carried on by monotonic time, never backwards."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.db import DatabaseAway, DatabaseClock
from shared.testing import FixedClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Source:
    """A database's time, as the test sets it."""

    def __init__(self) -> None:
        self.time = NOON

    async def read(self) -> datetime:
        return self.time


class TestDatabaseClock:
    def test_tells_no_time_before_it_was_set(self):
        with pytest.raises(DatabaseAway):
            DatabaseClock(Source().read).now()

    async def test_goes_on_from_the_databases_time(self):
        clock = DatabaseClock(Source().read)
        await clock.discipline()
        first = clock.now()
        await asyncio.sleep(0.01)
        assert NOON <= first < clock.now() < NOON + timedelta(seconds=5)

    async def test_stands_still_rather_than_run_backwards(self):
        source = Source()
        clock = DatabaseClock(source.read)
        await clock.discipline()
        before = clock.now()
        source.time -= timedelta(hours=1)
        await clock.discipline()
        assert clock.now() == before

    async def test_is_kept_while_the_database_comes_and_goes(self):
        source = Source()
        clock = DatabaseClock(source.read)
        await clock.discipline()
        source.time += timedelta(hours=1)
        task = asyncio.create_task(clock.keep(timedelta(milliseconds=1)))
        await asyncio.sleep(0.05)
        task.cancel()
        assert clock.now() >= NOON + timedelta(hours=1)


class TestFixedClock:
    def test_stands_where_it_is_put(self):
        clock = FixedClock(NOON)
        clock.advance(timedelta(minutes=1))
        assert clock.now() == NOON + timedelta(minutes=1)
        clock.set(NOON)
        assert clock.now() == NOON
        with pytest.raises(ValueError, match="zone"):
            FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test
