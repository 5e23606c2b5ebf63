"""A web process of ours inside the test's own: real sockets, stopped and started as a test wants."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from shared.settings import ServiceSettings
from shared.web.server import server

_LOOK = 0.01


@dataclass(kw_only=True)
class WebProcess:
    """One web process on a port of its own, which can be stopped and started again."""

    app: FastAPI
    settings: ServiceSettings
    _running: Any = None
    _task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Say where it answers."""
        return f"http://127.0.0.1:{self.settings.port}"

    async def start(self) -> None:
        """Serve until `stop`; raises RuntimeError when it does not come up."""
        self._running = server(self.app, self.settings)
        self._running.capture_signals = nullcontext  # the test's process keeps its own
        self._task = asyncio.create_task(self._running.serve())
        while not self._running.started and not self._task.done():  # noqa: ASYNC110 - uvicorn sets a flag, no event
            await asyncio.sleep(_LOOK)
        if not self._running.started:
            raise RuntimeError("the web process did not start")

    async def stop(self) -> None:
        """End it as a signal would, and wait."""
        if self._task is not None:
            self._running.should_exit = True
            await self._task
            self._task = None
