"""Keeps the programs of a region running: starts them through the nursery, restarts one that dies with a growing pause,
says when one only crashes, and ends them all, gracefully first.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shlyuz.running.program import Program

GRACE = 12.0  # seconds from SIGTERM to SIGKILL
STEADY = 10.0  # seconds after which a death is no longer counted with the one before
CRASHES = 5  # deaths in a row that make a crash loop
LONGEST_PAUSE = 30.0  # seconds between two starts of a program that only crashes
READY_EVERY = 0.1  # seconds between two questions


class CrashLoop(Exception):
    """A program dies each time it is started; `str()` names it and shows the end of its log."""


@dataclass(slots=True)
class Watched:
    program: Program
    pid: int | None = None
    started_at: float = 0.0
    deaths: int = 0
    launching: asyncio.Task[None] | None = None  # a start that waits for its pause to end
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """`changed` is called with no argument whenever a program has another pid; `report` gets sentences for a person."""

    def __init__(
        self,
        *,
        report: Callable[[str], None],
        log: Path,
        changed: Callable[[], None] = lambda: None,
        preload: tuple[str, ...] = (),
        first_pause: float = 0.5,
    ) -> None:
        self._watched: dict[str, Watched] = {}
        self._report, self._changed, self._log = report, changed, log
        self._preload, self._first_pause = preload, first_pause
        self._nursery: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._crashed: asyncio.Future[None] | None = None  # there while someone waits for readiness
        self._listening: asyncio.Task[None] | None = None

    @property
    def pids(self) -> dict[str, int]:
        return {name: watched.pid for name, watched in self._watched.items() if watched.pid is not None}

    async def open(self) -> None:
        """Begin to import what all have in common; that takes a core for seconds in which other things can start."""
        await self._open_nursery()

    def start(self, programs: Iterable[Program]) -> None:
        for program in programs:
            self._watched[program.name] = watched = Watched(program)
            self._launch(watched)

    async def ready(self) -> None:
        """Return when every program answers /readyz with 200. Raises CrashLoop when one of them only dies."""
        self._crashed = crashed = asyncio.get_running_loop().create_future()
        for watched in self._watched.values():
            if watched.deaths >= CRASHES:
                raise CrashLoop(describe_crash_loop(watched.program))
        waiting = asyncio.gather(*(self._ready(watched) for watched in self._watched.values()))
        try:
            await asyncio.wait((waiting, crashed), return_when=asyncio.FIRST_COMPLETED)
            if crashed.done():
                await crashed
        finally:
            self._crashed = None  # from now on a crash loop is reported, and the others go on
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting

    async def stop(self) -> None:
        """End all: SIGTERM, after a while SIGKILL to the groups; returns when none is left. May be called twice."""
        if self._nursery is None or self._stopping:
            return
        self._stopping = True
        self._cancel_launches()
        for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5.0)):
            alive = [watched for watched in self._watched.values() if watched.pid is not None]
            for watched in alive:
                self._order(signal=[watched.program.name, int(number)])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.gather(*(watched.ended.wait() for watched in alive))
        if self._nursery.stdin is not None:
            self._nursery.stdin.close()  # what it has not yet started it starts, and ends at once
        await self._nursery.wait()
        if self._listening is not None:
            await self._listening

    async def _open_nursery(self) -> None:
        with self._log.open("ab") as words:
            self._nursery = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "shlyuz.running.nursery", *self._preload),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=words,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
            )
        self._listening = asyncio.create_task(self._listen(self._nursery))

    async def _listen(self, nursery: asyncio.subprocess.Process) -> None:
        assert nursery.stdout is not None  # noqa: S101 - asked for above
        async for line in nursery.stdout:
            self._hear(json.loads(line))
        await nursery.wait()
        if not self._stopping:
            await self._begin_anew()

    async def _begin_anew(self) -> None:
        self._report("the process that starts the others was killed; all are started again")
        self._cancel_launches()
        for watched in self._watched.values():
            watched.pid = None
            watched.ended.set()
        await self._open_nursery()
        for watched in self._watched.values():
            self._launch(watched)

    def _hear(self, event: dict[str, Any]) -> None:
        if "started" in event:
            watched = self._watched[event["started"]]
            watched.pid, watched.started_at = event["pid"], asyncio.get_running_loop().time()
            watched.ended.clear()
            self._changed()
        elif "ended" in event:
            self._bury(self._watched[event["ended"]], status=event["status"])

    def _bury(self, watched: Watched, *, status: int) -> None:
        lived = asyncio.get_running_loop().time() - watched.started_at
        watched.pid = None
        watched.ended.set()
        if self._stopping:
            return
        watched.deaths = 1 if lived > STEADY else watched.deaths + 1
        pause = min(self._first_pause * 2 ** (watched.deaths - 1), LONGEST_PAUSE)
        self._report(f"{watched.program.name} {how_it_ended(status)}; started again in {pause:g} s")
        if watched.deaths == CRASHES:
            self._tell_crash_loop(watched.program)
        watched.launching = asyncio.create_task(self._launch_later(watched, pause))

    def _tell_crash_loop(self, program: Program) -> None:
        text = describe_crash_loop(program)
        if self._crashed is None:
            self._report(text)
        elif not self._crashed.done():
            self._crashed.set_exception(CrashLoop(text))

    async def _launch_later(self, watched: Watched, pause: float) -> None:
        await asyncio.sleep(pause)
        self._launch(watched)

    def _launch(self, watched: Watched) -> None:
        self._order(start=watched.program.to_json())

    def _order(self, **order: Any) -> None:
        if self._nursery is not None and self._nursery.stdin is not None:
            self._nursery.stdin.write(json.dumps(order).encode() + b"\n")

    async def _ready(self, watched: Watched) -> None:
        while watched.pid is None or (watched.program.port and not await answers_ready(watched.program.port)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(READY_EVERY)

    def _cancel_launches(self) -> None:
        for watched in self._watched.values():
            if watched.launching is not None:
                watched.launching.cancel()


async def answers_ready(port: int) -> bool:
    """Whether /readyz on that loopback port says 200 within a second."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def how_it_ended(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended by itself with status {status}"


def describe_crash_loop(program: Program) -> str:
    return f"{program.name} has died {CRASHES} times in a row; its log, {program.log}, ends with:\n{tail(program.log)}"


def tail(log: Path, lines: int = 12) -> str:
    """The end of a log, as a person reads it: of a structured line its event."""
    text = log.read_bytes()[-16384:].decode(errors="replace") if log.exists() else ""
    said = "\n".join(event(line) for line in text.splitlines()[-lines:])
    return "\n".join(f"    {line}" for line in said.splitlines()[-2 * lines :])


def event(line: str) -> str:
    try:
        return str(json.loads(line)["event"])
    except (ValueError, KeyError, TypeError):
        return line
