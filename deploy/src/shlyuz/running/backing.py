"""Keeps PostgreSQL and the broker running under the region: what dies is started again on the same port and data."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.testing.programs import Program, ProgramFailed
from shlyuz.running.supervisor import how_it_ended

PAUSE = 1.0  # seconds between a death and the next start
Launch = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(slots=True)
class Backing:
    """A server under the region. `server` is what its launcher yielded last, with the `program` that runs it."""

    name: str
    launch: Launch
    report: Callable[[str], None]
    changed: Callable[[], None]
    server: Any = None
    _started: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def pid(self) -> int | None:
        program: Program | None = None if self.server is None else self.server.program
        return program.pid if program is not None and program.running else None

    async def keep(self) -> None:
        """Run it until cancelled, which stops it in order."""
        while True:
            try:
                await self._once()
            except (ProgramFailed, OSError) as failed:
                if not self._started.done():
                    self._started.set_exception(failed)
                    return
                self.report(f"{self.name} does not start: {failed}")
            await asyncio.sleep(PAUSE)

    async def started(self) -> None:
        """Return when it runs for the first time; raises ProgramFailed or OSError when it does not."""
        await self._started

    async def _once(self) -> None:
        async with self.launch() as self.server:
            if not self._started.done():
                self._started.set_result(None)
            self.changed()
            status = await self.server.program.ended()
            self.report(f"{self.name} {how_it_ended(status)}; started again in {PAUSE:g} s")


@asynccontextmanager
async def kept(
    name: str, launch: Launch, *, report: Callable[[str], None], changed: Callable[[], None]
) -> AsyncIterator[Backing]:
    """Yield the server once it answers, and keep it running while the block lasts. Raises ProgramFailed, OSError."""
    backing = Backing(name, launch, report, changed)
    keeping = asyncio.create_task(backing.keep(), name=name)
    try:
        await backing.started()
        yield backing
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
