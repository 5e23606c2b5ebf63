"""Processes as they are really run: `python -m … web|worker`, with health, and an orderly end."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.events import ApplicationSubmitted, Outbox
from shared.testing.programs import free_port

SAMPLE = "shared.testing.sample"
NOT_IN_WEB = {"aiokafka", "alembic", "pyhanko", "typst", "aiohttp"}


@asynccontextmanager
async def process(role: str, **environment: str):
    port = free_port()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SHLYUZ_")},
        "SHLYUZ_ENV": "development", "SHLYUZ_PORT": str(port), **environment,
    }  # fmt: skip
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SAMPLE, role, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def until_ready(url: str, within: float = 120.0) -> dict:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(within):
        while True:
            try:
                answer = await client.get(f"{url}/readyz")
                if answer.status_code == 200:
                    return answer.json()["checks"]
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


class TestRunService:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_serves_until_it_is_told_to_stop_and_then_ends_well(self, running, callers, number):
        database_url = running.settings.database_url.get_secret_value()
        async with process("web", SHLYUZ_DATABASE_URL=database_url, SHLYUZ_CALLER_KEYS=str(callers[0])) as (web, url):
            assert await until_ready(url) == {"database": "ok"}
            web.send_signal(number)
            out, err = await asyncio.wait_for(web.communicate(), 60)
        assert (web.returncode, err) == (0, b"")
        assert b"Traceback" not in out

    async def test_runs_a_worker_that_answers_health_and_carries_events(self, running, kafka):
        database_url = running.settings.database_url.get_secret_value()
        async with process("worker", SHLYUZ_DATABASE_URL=database_url, SHLYUZ_KAFKA=kafka) as (worker, url):
            assert await until_ready(url) == {"database": "ok", "job:relay": "ok"}
            database = Database(database_url)
            event = ApplicationSubmitted(
                application_id="smp-worker", provider_bin="000740000728", region="r", service="s", state="submitted",
                aggregate_version=1,
            )  # fmt: skip
            async with database.transaction() as session:
                await Outbox("sample").publish(session, event, topic="sample.worker.v1", at=await database.now())
            async with asyncio.timeout(60):
                waiting = 1
                while waiting:
                    await asyncio.sleep(0.05)
                    async with database.transaction() as session:
                        query = text("SELECT count(*) FROM outbox WHERE key = 'smp-worker' AND sent_at IS NULL")
                        waiting = (await session.execute(query)).scalar_one()
            await database.close()
            async with httpx.AsyncClient(trust_env=False) as client:
                assert "shlyuz_events_sent_total" in (await client.get(f"{url}/metrics")).text
            worker.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(worker.communicate(), 60)
        assert (worker.returncode, err) == (0, b"")

    async def test_says_which_setting_is_wrong(self):
        async with process("web", SHLYUZ_PORT="many", SHLYUZ_DATABASE_URL="postgresql://u:secret@h/d") as (web, _):
            out, err = await web.communicate()
        assert web.returncode == 78
        assert b"SHLYUZ_PORT" in err
        assert b"secret" not in out + err

    async def test_says_how_it_is_called(self):
        async with process("nothing") as (web, _):
            _, err = await web.communicate()
        assert web.returncode == 64
        assert err == b"usage: python -m sample web|worker\n"

    async def test_fails_when_its_port_is_taken(self, running):
        database_url = running.settings.database_url.get_secret_value()
        async with process("web", SHLYUZ_DATABASE_URL=database_url, SHLYUZ_PORT=str(running.port)) as (web, _):
            await asyncio.wait_for(web.communicate(), 60)
        assert web.returncode == 3

    async def test_loads_only_what_a_web_process_needs(self):
        program = (
            f"import sys, shared.testing.sample.app, uvloop, shared.web.server;"
            f"print(*(set(sys.modules) & {NOT_IN_WEB}))"
        )
        running = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
        out, _ = await running.communicate()
        assert out.decode().strip() == ""
