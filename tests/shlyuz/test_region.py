"""A whole region as `make run` starts it: ready in one line, hard to kill, gone without a trace, the same again."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest

from shlyuz.running.processes import NAMES
from shlyuz.state import RegionState, is_alive

pytestmark = pytest.mark.io

BACK_SECONDS = 90.0  # generous: the machine may be busy


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


class Run:
    """One `shlyuz run`, from its start to Ctrl-C."""

    def __init__(self, home: Path) -> None:
        self.home, self.words = home, home.with_suffix(".stderr")
        command = [sys.executable, "-m", "shlyuz", "run", "--home", str(home), "--port", "0"]
        with self.words.open("wb") as words:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=words, text=True, start_new_session=True
            )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        if not self.line:
            self.process.communicate(timeout=60)
            pytest.fail(self.words.read_text())
        self.state = RegionState.load(home)

    def stop(self) -> str:
        """Press Ctrl-C, and give what was on stdout after the first line."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, self.words.read_text()
        return rest

    def get(self, path: str) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.state.url).netloc, timeout=30)
        try:
            connection.request("GET", f"/api/v1{path}")
            answer = connection.getresponse()
            assert answer.status == http.HTTPStatus.OK, answer.read()
            return json.loads(answer.read())
        finally:
            connection.close()

    def pid(self, name: str) -> int | None:
        return RegionState.load(self.home).processes.get(name)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Not below pytest's own folder, which it shuts to other accounts: PostgreSQL runs as one when we are root."""
    with TemporaryDirectory(prefix="shlyuz-") as folder:
        yield Path(folder) / "region"


@pytest.fixture(scope="class")
def run(home: Path) -> Iterator[Run]:
    running = Run(home)
    yield running
    if running.process.poll() is None:
        running.stop()


class TestFirstRun:
    def test_says_one_line_when_it_is_ready(self, run: Run) -> None:
        assert run.line == f"shlyuz: ready {run.state.url}\n"
        assert run.state.silent() == []

    def test_runs_a_web_process_and_a_worker_of_every_service(self, run: Run) -> None:
        assert set(run.state.processes) == {*NAMES, "postgres", "broker"}

    def test_offers_both_regions_with_their_providers(self, run: Run) -> None:
        assert {(one["region"], one["service"]) for one in run.get("/services")["items"]} >= {
            ("akmola", "booking"),
            ("zhambyl", "booking"),
        }
        for provider in run.state.people["providers"]:
            shown = run.get(f"/providers?region={provider['region']}&service=booking")["items"]
            assert provider["bin"] in {one["bin"] for one in shown}

    def test_has_six_doctors(self, run: Run) -> None:
        doctors = [run.get(f"/providers/{one['bin']}/doctors")["items"] for one in run.state.people["providers"]]
        assert sum(map(len, doctors)) == 6

    def test_generates_every_password(self, run: Run) -> None:
        people = run.state.people
        everybody = [*people["citizens"], *people["staff"], *people["operators"]]
        assert len({one["password"] for one in everybody}) == len(everybody)
        assert all(one["password"] in run.words.read_text() for one in everybody)

    def test_keeps_its_secrets_to_its_owner(self, run: Run) -> None:
        files = [path for path in run.home.rglob("*") if path.is_file() and run.home / "postgres" not in path.parents]
        secret = {".p12", ".pass", ".key", ".json", ".keys"}
        assert [path for path in files if path.suffix in secret and path.stat().st_mode & 0o077] == []

    @pytest.mark.parametrize("name", ["booking-web", "gateway-worker", "broker", "postgres"])
    def test_brings_back_what_is_killed(self, run: Run, name: str) -> None:
        victim = run.pid(name)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: run.pid(name) not in {None, victim}, BACK_SECONDS)
        wait_for(lambda: run.state.silent() == [], BACK_SECONDS)

    def test_refuses_to_run_twice_in_one_folder(self, run: Run) -> None:
        command = [sys.executable, "-m", "shlyuz", "run", "--home", str(run.home), "--port", "0"]
        other = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert other.returncode == 1
        assert "already runs" in other.stderr
        assert run.state.silent() == []

    def test_leaves_nothing_behind_after_ctrl_c(self, run: Run) -> None:
        pids = RegionState.load(run.home).processes
        assert run.stop() == ""
        assert {name: pid for name, pid in pids.items() if is_alive(pid)} == {}
        assert not (run.home / "region.json").exists()


class TestSecondRun:
    def test_is_the_same_region(self, run: Run) -> None:
        assert run.line == f"shlyuz: ready {run.state.url}\n"
        assert len(run.get(f"/providers/{run.state.people['providers'][0]['bin']}/doctors")["items"]) == 2

    def test_shows_no_password_again(self, run: Run) -> None:
        said = run.words.read_text()
        assert [one for one in run.state.people["staff"] if one["password"] in said] == []
