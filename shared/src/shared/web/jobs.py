"""What a worker does beside answering health: jobs that run for ever, and are started again when they fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from prometheus_client import Counter

from shared.errors import ProblemError
from shared.log import get_logger

_LOG = get_logger(__name__)
_FAILURES = Counter("shlyuz_job_failures_total", "Times that a worker's job failed and was started again.", ("job",))
_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_UNAVAILABLE = 503


class Job(Protocol):
    """Something that a worker runs until it is stopped."""

    name: str

    @property
    def ready(self) -> bool:
        """Tell whether it does its work now; the worker is ready when all its jobs are."""
        ...

    async def run(self) -> None:
        """Work until cancelled; an error ends it, and it is run again after a pause."""
        ...


class Periodic:
    """Call `deed` again and again with a pause between; one that fails is tried again at the next time.

    The deed takes care itself that several replicas do not do the same work (row locks).
    """

    def __init__(self, name: str, every: timedelta, deed: Callable[[], Awaitable[object]]) -> None:
        self.name = name
        self._every = every
        self._deed = deed
        self._wanted = asyncio.Event()
        self.ready = True

    def wake(self) -> None:
        """Have the deed done at once rather than after the pause."""
        self._wanted.set()

    async def run(self) -> None:
        """Do the deed for ever."""
        while True:
            self._wanted.clear()
            await self._once()
            try:
                # Not `wait_for`: before Python 3.12 it can swallow a cancellation that meets the event.
                async with asyncio.timeout(self._every.total_seconds()):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def _once(self) -> None:
        try:
            await self._deed()
        except ProblemError as problem:
            if problem.status != _UNAVAILABLE:
                raise
            _LOG.warning("job waits", job=self.name, code=problem.code)


@asynccontextmanager
async def running(jobs: Sequence[Job]) -> AsyncIterator[None]:
    """Run jobs while the block lasts, and end them before it is left."""
    tasks = [asyncio.create_task(_keep(job), name=f"job:{job.name}") for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(job: Job) -> None:
    pause = _PAUSE
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await job.run()
        except asyncio.CancelledError:
            if _wanted():
                raise
            # A library let a cancellation of its own through: nobody asked for this job's end.
            _FAILURES.labels(job.name).inc()
            _LOG.exception("job cancelled by what it waited for", job=job.name)
        except Exception:  # noqa: BLE001  # the job is run again; the log has the reason
            _FAILURES.labels(job.name).inc()
            _LOG.exception("job failed", job=job.name)
        if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE:
            pause = _PAUSE
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _wanted() -> bool:
    """Tell whether somebody asked this task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
