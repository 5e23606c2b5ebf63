"""Breaking things: processes killed without warning, PostgreSQL restarted, the broker gone for a while."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from time import monotonic
from typing import Protocol

import httpx
from tests.faults.history import Fault, History

from shlyuz.running.processes import NAMES
from shlyuz.state import RegionState

BACK_WITHIN = 600.0  # generous: the machine may be busy
KINDS = (*NAMES, "postgres", "broker")
SCRIPT = Path(__file__).parents[1] / "interop" / "kafka" / "kafka.sh"


class Broker(Protocol):
    """The broker under the region, to be taken away and given back."""

    durable: bool
    """Whether it keeps what it acknowledged through a SIGKILL."""

    async def kill(self) -> None:
        """SIGKILL; nothing starts it again before `restore`."""

    async def restore(self) -> None:
        """Let it come back, on the same port."""


class EmbeddedBroker:
    """The region's own, which its supervisor starts again within a second: unless its folder is not there."""

    durable = False

    def __init__(self, region: RegionState) -> None:
        self._region = region
        self._folder = region.home / "broker"
        self._aside = region.home / "broker.aside"

    async def kill(self) -> None:
        self._folder.rename(self._aside)
        self._folder.touch()
        os.kill(self._region.processes["broker"], signal.SIGKILL)

    async def restore(self) -> None:
        before = self._region.processes["broker"]
        self._folder.unlink()
        self._aside.rename(self._folder)
        await until(lambda: self._region.processes["broker"] != before)


class ApacheKafka:
    """The one that tests/interop/kafka/kafka.sh runs in a folder."""

    durable = True

    def __init__(self, region: RegionState, folder: Path) -> None:
        self._folder = folder
        self._port = region.kafka.rpartition(":")[2]

    async def kill(self) -> None:
        await self._run("kill", str(self._folder))

    async def restore(self) -> None:
        await self._run("start", str(self._folder), self._port)

    async def _run(self, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(SCRIPT, *arguments, stdout=asyncio.subprocess.DEVNULL)
        assert await process.wait() == 0, arguments


async def until(condition: Callable[[], object], within: float = BACK_WITHIN) -> None:
    """Wait for a state."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.05)


class Faults:
    """Break a region and see it whole again; each fault stands in the history until everything is ready again."""

    def __init__(self, region: RegionState, broker: Broker, history: History) -> None:
        self._region = region
        self.broker = broker
        self._history = history
        self._watching: list[asyncio.Task[None]] = []

    async def ready(self) -> None:
        """Wait until every process says that it can work."""
        await asyncio.gather(*self._watching)
        self._watching.clear()
        await self._whole()

    async def kill(self, name: str) -> None:
        """SIGKILL one, and wait until it runs again, ready or not."""
        fault = self._history.broke(name)
        if name == "broker":
            await self.broker.kill()
            await self.broker.restore()
        else:
            await self.end(name, signal.SIGKILL)
        self._watching.append(asyncio.create_task(self._watch(fault)))

    async def end(self, name: str, number: signal.Signals) -> None:
        """Send a signal that ends a process, and wait until it runs again, ready or not."""
        victim = self._region.processes[name]
        os.kill(victim, number)
        await until(lambda: self._region.processes.get(name) not in {None, victim})

    @asynccontextmanager
    async def broken(self, what: str) -> AsyncIterator[Fault]:
        """Note the fault until the region is whole again, which ends the block."""
        fault = self._history.broke(what)
        yield fault
        await self.ready()
        self._history.whole(fault)

    async def answered_again(self, more: int) -> None:
        """Wait until so many more applications were accepted."""
        before = len(self._history.words_of("filed"))
        await until(lambda: len(self._history.words_of("filed")) >= before + more)

    async def _watch(self, fault: Fault) -> None:
        """Note when what was killed can work again."""
        await self._whole(fault.what)
        self._history.whole(fault)

    async def _whole(self, name: str | None = None) -> None:
        """Wait until the process has said that it is ready; of what says nothing itself, until all others have."""
        ports, deadline = self._region.ready_ports, monotonic() + BACK_WITHIN
        for each in [name] if name in ports else list(ports):
            while complaint := await unready(ports[each]):
                assert monotonic() < deadline, f"{each}: {complaint}"
                await asyncio.sleep(0.2)


async def unready(port: int) -> str | None:
    """What a process that is not ready says of itself; it is given time, since the machine may be busy."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        try:
            answer = await http.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.HTTPError as error:
            return repr(error)
    return None if answer.is_success else answer.text


def victims(seed: int, count: int) -> list[str]:
    """Choose whom to kill, in order: each kind at least once."""
    chance = Random(seed)
    chosen = [*KINDS, *chance.choices(KINDS, k=count - len(KINDS))]
    chance.shuffle(chosen)
    return chosen
