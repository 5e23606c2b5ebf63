"""The supervisor of a local region, with real processes that really die."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shlyuz.running.program import Program
from shlyuz.running.supervisor import CRASHES, CrashLoop, Supervisor

pytestmark = pytest.mark.io

SERVER = """
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
CRASHER = "import sys; sys.exit('no such database')"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
DICE = """
import random, secrets, time, uuid_utils
print(uuid_utils.uuid7().hex[12:], secrets.token_hex(8), random.random(), flush=True)
time.sleep(600)
"""
SUPERVISE = """
import asyncio, os, pathlib, sys
from shlyuz.running.program import Program
from shlyuz.running.supervisor import Supervisor

async def main(folder, port):
    supervisor = Supervisor(report=print, log=folder / "nursery.log", preload=("http.server",))
    await supervisor.open()
    supervisor.start([Program(name="web", module="scene_server", arguments=(port,), environment=dict(os.environ),
                              log=folder / "web.log", port=int(port))])
    await supervisor.ready()
    print(supervisor.pids["web"], flush=True)
    await asyncio.sleep(600)

asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


class Scene:
    """Programs written into a folder, and what the supervisor said about them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, list[str]()

    def program(self, name: str, source: str, *, port: int | None = None) -> Program:
        module = f"scene_{name}"
        (self.folder / f"{module}.py").write_text(source)
        return Program(
            name=name,
            module=module,
            arguments=(str(port),) if port else (),
            environment=dict(os.environ),
            log=self.folder / f"{name}.log",
            port=port,
        )

    @asynccontextmanager
    async def supervised(self, *programs: Program) -> AsyncIterator[Supervisor]:
        log = self.folder / "nursery.log"
        supervisor = Supervisor(report=self.said.append, log=log, preload=("http.server",), first_pause=0.05)
        await supervisor.open()
        supervisor.start(programs)
        try:
            yield supervisor
        finally:
            await supervisor.stop()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Scene(tmp_path)


class TestSupervisor:
    async def test_is_ready_when_every_program_answers(self, scene: Scene) -> None:
        first, second = (
            scene.program("web", SERVER, port=free_port()),
            scene.program("worker", SERVER, port=free_port()),
        )
        async with scene.supervised(first, second) as supervisor, asyncio.timeout(60):
            await supervisor.ready()
            assert set(supervisor.pids) == {"web", "worker"}

    async def test_starts_a_killed_program_again(self, scene: Scene) -> None:
        async with scene.supervised(scene.program("web", SERVER, port=free_port())) as supervisor, asyncio.timeout(60):
            await supervisor.ready()
            victim = supervisor.pids["web"]
            os.kill(victim, signal.SIGKILL)
            await until(lambda: supervisor.pids.get("web") not in {None, victim})
            await supervisor.ready()
        assert scene.said == ["web was ended by SIGKILL; started again in 0.05 s"]

    async def test_leaves_none_behind(self, scene: Scene) -> None:
        programs = [scene.program(name, SERVER, port=free_port()) for name in ("one", "two", "three")]
        async with scene.supervised(*programs) as supervisor:
            await supervisor.ready()
            pids = supervisor.pids
        assert [name for name, pid in pids.items() if alive(pid)] == []
        assert scene.said == []

    async def test_kills_the_whole_group_of_one_that_does_not_listen(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shlyuz.running.supervisor.GRACE", 0.3)
        program = scene.program("stubborn", STUBBORN)
        async with scene.supervised(program) as supervisor:
            await until(lambda: program.log.exists() and program.log.read_text().strip())
            pid, child = supervisor.pids["stubborn"], int(program.log.read_text())
        await until(lambda: not alive(pid) and not alive(child))

    async def test_gives_up_waiting_for_one_that_only_crashes(self, scene: Scene) -> None:
        program = scene.program("broken", CRASHER, port=free_port())
        async with scene.supervised(program) as supervisor, asyncio.timeout(60):
            with pytest.raises(CrashLoop, match=rf"broken has died {CRASHES} times in a row(.|\n)*no such database"):
                await supervisor.ready()
        assert scene.said[0] == "broken ended by itself with status 1; started again in 0.05 s"
        assert scene.said[1] == "broken ended by itself with status 1; started again in 0.1 s"

    async def test_reports_a_crash_loop_and_goes_on_trying(self, scene: Scene) -> None:
        async with scene.supervised(scene.program("broken", CRASHER)), asyncio.timeout(60):
            await until(lambda: len(scene.said) > CRASHES + 1)
        assert sum("times in a row" in sentence for sentence in scene.said) == 1

    async def test_begins_anew_when_the_process_that_starts_the_others_is_killed(self, scene: Scene) -> None:
        async with scene.supervised(scene.program("web", SERVER, port=free_port())) as supervisor, asyncio.timeout(60):
            await supervisor.ready()
            victim = supervisor.pids["web"]
            nursery = int(Path(f"/proc/{victim}/stat").read_text().rsplit(")", 1)[1].split()[1])
            os.kill(nursery, signal.SIGKILL)
            await until(lambda: supervisor.pids.get("web") not in {None, victim}, 20)
            await supervisor.ready()
            await until(lambda: not alive(victim))
        assert scene.said[0].startswith("the process that starts the others was killed")


class TestNursery:
    async def test_gives_each_process_its_own_random_numbers_and_ids(self, scene: Scene) -> None:
        programs = [scene.program(name, DICE) for name in ("one", "two")]
        async with scene.supervised(*programs):
            await until(lambda: all(p.log.exists() and p.log.read_text().strip() for p in programs))
        one, two = (program.log.read_text().split() for program in programs)
        assert not set(one) & set(two)

    async def test_ends_its_processes_when_the_supervisor_is_killed(self, scene: Scene) -> None:
        (scene.folder / "scene_server.py").write_text(SERVER)
        script = scene.folder / "supervise.py"
        script.write_text(SUPERVISE)
        process = await asyncio.create_subprocess_exec(
            sys.executable, script, scene.folder, str(free_port()), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        pid = int(await asyncio.wait_for(process.stdout.readline(), 60))
        assert alive(pid)
        process.kill()
        await process.communicate()
        await until(lambda: not alive(pid))
