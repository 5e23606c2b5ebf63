"""Imports once what the twelve processes have in common, and forks them: two seconds of imports each on two cores would
be most of a region's start. One thread and no event loop here, since only such a process can be forked safely.

Orders come in on standard input, a JSON line each; what happens goes out on standard output in the same way. When the
supervisor is gone, standard input ends, and every process ends with it.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import sys
import threading
import time

from shlyuz.running.program import Program

PRELOADED = (
    "aiohttp",
    "aiokafka",
    "asyncpg",
    "fastapi",
    "httptools",
    "orjson",
    "sqlalchemy.ext.asyncio",
    "uvicorn",
    "uvloop",
    "shared.applications.app",
    "shared.applications.worker",
    "shared.events.consumer",
    "shared.events.relay",
    "shared.pki.verifier",
    "shared.procedure",
    "shared.web.client",
    "shared.web.server",
)
GRACE_SECONDS = 15.0
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15  # linux/prctl.h


class Born(Exception):
    """Unwinds the nursery's stack in a child, which then lives as the program and ends like any interpreter."""

    def __init__(self, program: Program) -> None:
        super().__init__(program.name)
        self.program = program


class Nursery:
    """The loop that starts, signals and buries processes; they are told apart by their program's name."""

    def __init__(self) -> None:
        self._pids: dict[str, int] = {}
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(self._wake_out, False)

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the supervisor decides when all end
        signal.set_wakeup_fd(self._wake_out, warn_on_full_buffer=False)
        tell(nursery=os.getpid())
        orders = b""
        while True:
            readable, _, _ = select.select([0, self._wake_in], [], [])
            if self._wake_in in readable:
                os.read(self._wake_in, 4096)
                self._bury()
            if 0 in readable:
                chunk = os.read(0, 65536)
                if not chunk:
                    break
                *lines, orders = (orders + chunk).split(b"\n")
                for line in lines:
                    self._obey(**json.loads(line))
        self._end_all()

    def _obey(self, *, start: dict[str, object] | None = None, signal: tuple[str, int] | None = None) -> None:
        if start is not None:
            self._bear(Program.from_json(start))
        if signal is not None:
            name, number = signal
            self._signal(name, number)

    def _bear(self, program: Program) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(self._wake_in)
            os.close(self._wake_out)
            become(program, parent)
            raise Born(program)
        lead_group(pid)
        self._pids[program.name] = pid
        tell(started=program.name, pid=pid)

    def _signal(self, name: str, number: int) -> None:
        """Each leads a process group of its own, so that what it started itself ends with it."""
        with contextlib.suppress(KeyError, ProcessLookupError):
            os.killpg(self._pids[name], number)

    def _bury(self) -> None:
        for name, pid in list(self._pids.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._signal(name, signal.SIGKILL)  # whom it left behind in its group
                del self._pids[name]
                tell(ended=name, pid=pid, status=os.waitstatus_to_exitcode(status))

    def _end_all(self) -> None:
        for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 5.0)):
            for name in self._pids:
                self._signal(name, number)
            deadline = time.monotonic() + seconds
            while self._pids and time.monotonic() < deadline:
                time.sleep(0.05)
                self._bury()


def become(program: Program, parent: int) -> None:
    """Turn a fork into the program's own process: group, signals, output, environment."""
    lead_group(0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tie_to(parent, program.name)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(program.environment)
    sys.argv = [program.module, *program.arguments]


def lead_group(pid: int) -> None:
    """Parent and child both say it, so that whoever comes first is in time; after the child's end it is no matter."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, 0)


def tie_to(parent: int, name: str) -> None:
    """On Linux: end when the nursery is killed, and show the program's name to `top`."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        prctl(_PR_SET_NAME, name.encode()[:15])
        if os.getppid() != parent:
            os._exit(1)  # the nursery was killed before the line above


def tell(**event: object) -> None:
    """One line to the supervisor; when it is gone, standard input says so too."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(event).encode() + b"\n")


def preload(modules: tuple[str, ...]) -> None:
    """Import ahead; what cannot be imported fails in its own process, and in its own log."""
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - a broken service must not keep the others from starting
            sys.stderr.write(f"not imported ahead: {module}: {error}\n")
    gc.collect()
    gc.freeze()  # pages that nobody collects stay shared
    if threading.active_count() > 1:
        sys.exit("a module that is imported ahead has started a thread: forking would be unsafe")


def main() -> None:
    preload(tuple(sys.argv[1:]) or PRELOADED)
    try:
        Nursery().run()
    except Born as birth:
        module = birth.program.module
    else:
        return
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
