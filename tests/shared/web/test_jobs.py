"""Jobs of a worker: run for ever, started again when they fail, ended with the worker."""

import asyncio
from datetime import timedelta

import pytest

from shared.errors import NotFound, ServiceAway
from shared.web import Periodic
from shared.web.jobs import running


class Failing:
    name = "failing"
    ready = True

    def __init__(self, error: type[BaseException]) -> None:
        self.runs = 0
        self.error = error

    async def run(self) -> None:
        self.runs += 1
        if self.runs == 1:
            raise self.error
        await asyncio.Event().wait()


class TestRunning:
    @pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError])
    async def test_starts_a_job_again_that_failed_or_met_a_cancellation_that_nobody_asked_for(self, error):
        job = Failing(error)
        async with running([job]), asyncio.timeout(60):
            while job.runs < 2:
                await asyncio.sleep(0.05)

    async def test_ends_its_jobs_with_the_block(self):
        before = len(asyncio.all_tasks())
        async with running([Periodic("p", timedelta(seconds=60), _nothing)]):
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before


class TestPeriodic:
    async def test_does_its_deed_again_and_at_once_when_woken(self):
        deeds = []

        async def deed() -> None:
            deeds.append(1)

        job = Periodic("p", timedelta(seconds=60), deed)
        async with running([job]), asyncio.timeout(60):
            while len(deeds) < 3:
                await asyncio.sleep(0.01)
                job.wake()

    async def test_waits_while_something_is_away_and_fails_for_anything_else(self):
        errors = [ServiceAway("lab"), NotFound()]

        async def deed() -> None:
            raise errors.pop(0)

        try:
            await Periodic("p", timedelta(milliseconds=1), deed).run()
        except NotFound:
            assert errors == []


async def _nothing() -> None:
    """Do nothing."""
