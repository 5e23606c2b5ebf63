"""The sample service, running on a real server with a real database, and a caller who may use it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from shared.settings import ServiceSettings
from shared.testing.databases import fresh_database
from shared.testing.programs import free_port
from shared.testing.sample import app as sample_app
from shared.testing.sample.settings import Settings
from shared.web import CallerKey
from shared.web.server import server

SAMPLE = "shared.testing.sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    url: str
    port: int
    gateway: CallerKey
    stranger: CallerKey
    settings: Settings
    owner_url: str

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.gateway.sign('sample')}", "Accept-Language": "en", **more}


@asynccontextmanager
async def serve(app, settings: ServiceSettings) -> AsyncIterator[None]:
    running = server(app, settings)
    running.capture_signals = nullcontext  # pytest keeps its own
    task = asyncio.create_task(running.serve())
    while not running.started and not task.done():
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        running.should_exit = True
        await task


@pytest.fixture(scope="package")
def serving():
    """Serve an application on a real server: `async with serving(app, settings)`."""
    return serve


@pytest.fixture(scope="package")
def callers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("callers")
    gateway, lab, stranger = (CallerKey.generate(name) for name in ("gateway", "lab", "stranger"))
    (folder / "gateway.pem").write_bytes(gateway.public_pem())
    (folder / "lab.pem").write_bytes(lab.public_pem())
    return folder, gateway, lab, stranger


@pytest.fixture(scope="package")
async def running(postgres, callers) -> AsyncIterator[Running]:
    folder, gateway, _, stranger = callers
    async with fresh_database(postgres.admin_url, "sample", package=SAMPLE) as made:
        port = free_port()
        settings = Settings(
            env="development", database_url=made.url, caller_keys=folder, port=port, host="127.0.0.1",
            header_deadline=timedelta(milliseconds=400), body_deadline=timedelta(milliseconds=700),
        )  # fmt: skip
        async with serve(sample_app.create(settings), settings):
            yield Running(
                url=f"http://127.0.0.1:{port}", port=port, gateway=gateway, stranger=stranger, settings=settings,
                owner_url=made.owner_url,
            )  # fmt: skip


@pytest.fixture
async def client(running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.url, headers={"Accept-Language": "en"}, trust_env=False) as made:
        yield made


@pytest.fixture
def lab(callers) -> CallerKey:
    return callers[2]
