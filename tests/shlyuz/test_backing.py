"""PostgreSQL and the broker under a region: what is killed comes back on the same port and data."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from shared.testing.broker import kafka_broker
from shared.testing.postgres import postgres_server
from shared.testing.programs import ProgramFailed
from shlyuz.running import backing
from shlyuz.running.backing import kept

pytestmark = pytest.mark.io


async def until_new(server: backing.Backing, old: int | None) -> None:
    async with asyncio.timeout(60):
        while server.pid in {None, old}:
            await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backing, "PAUSE", 0.1)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder not below pytest's own, which it shuts to the account that PostgreSQL runs as when we are root."""
    with TemporaryDirectory(prefix="shlyuz-") as folder:
        yield Path(folder)


class TestKept:
    async def test_brings_a_killed_broker_back(self, tmp_path: Path) -> None:
        said: list[str] = []
        changes: list[None] = []
        launch = lambda: kafka_broker(tmp_path, port=port)  # noqa: E731 - as the region writes it
        async with kafka_broker(tmp_path) as broker:
            port = broker.port
        async with kept("broker", launch, report=said.append, changed=lambda: changes.append(None)) as server:
            victim = server.pid
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            await until_new(server, victim)
            assert server.server.port == port
        assert said == ["broker was ended by SIGKILL; started again in 0.1 s"]
        assert len(changes) == 2

    async def test_brings_a_killed_postgres_back_with_its_data(self, outside: Path) -> None:
        async with kept(
            "postgres", lambda: postgres_server(outside / "pg"), report=lambda _: None, changed=lambda: None
        ) as server:
            connection = await asyncpg.connect(server.server.admin_url)
            await connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
            await connection.close()
            victim = server.pid
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            await until_new(server, victim)
            connection = await asyncpg.connect(server.server.admin_url)
            assert await connection.fetchval("SELECT answer FROM kept") == 7
            await connection.close()

    async def test_says_why_a_server_does_not_start_at_all(self, outside: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            launch = lambda: postgres_server(outside / "pg", port=taken.getsockname()[1])  # noqa: E731
            with pytest.raises(ProgramFailed, match="could not bind"):
                async with kept("postgres", launch, report=lambda _: None, changed=lambda: None):
                    pass
