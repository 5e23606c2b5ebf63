"""What booking's worker does besides the case file's jobs."""

import asyncio

from booking.worker import create, own_jobs
from shared.web import Platform
from shared.web.jobs import running


class TestWorker:
    def test_is_composed_of_these_settings(self, settings):
        assert create(settings).routes

    async def test_keeps_making_slots_ahead(self, booking, later):
        await booking.open_monday()
        later(days=14)
        platform: Platform = booking.platform
        (job,) = own_jobs(platform)
        assert (job.name, job.ready) == ("slots ahead", True)
        async with running([job]), asyncio.timeout(60):
            while len(await booking.rows("SELECT 1 FROM slots")) < 12:
                await asyncio.sleep(0.05)
