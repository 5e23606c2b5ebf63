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
        job, _ = own_jobs(platform)
        assert (job.name, job.ready) == ("slots ahead", True)
        async with running([job]), asyncio.timeout(60):
            while len(await booking.rows("SELECT 1 FROM slots")) < 12:
                await asyncio.sleep(0.05)

    async def test_keeps_to_the_opening_hours_that_the_provider_has_now(self, booking):
        await booking.open_monday(closes="20:00")
        await booking.change_hours([["09:00", "12:00"]])
        _, job = own_jobs(booking.platform)
        assert job.name == "opening hours"
        async with running([job]), asyncio.timeout(60):
            while {slot["starts_at"][11:16] for slot in await booking.free()} != {"10:00", "11:00"}:
                await asyncio.sleep(0.05)
