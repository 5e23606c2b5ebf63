"""Interop tests: programs that others made judge what we make. They need those programs, and fail without them."""

import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    """Fail at once, before anything runs, with the command that installs what is missing."""
    spec = importlib.util.spec_from_file_location("interop_requirements", HERE / "requirements.py")
    assert spec is not None
    assert spec.loader is not None
    requirements = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(requirements)
    if told := requirements.missing():
        pytest.exit(told, returncode=1)


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Apache Kafka broker for the session; yields its bootstrap servers."""
    folder = tmp_path_factory.mktemp("kafka")
    started = subprocess.run(
        [HERE / "kafka" / "kafka.sh", "start", folder, str(_two_free_ports())],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    yield started.stdout.strip()
    subprocess.run([HERE / "kafka" / "kafka.sh", "stop", folder], check=True, timeout=60)


@pytest.fixture
def free_port() -> int:
    """A port for a broker of one's own."""
    return _two_free_ports()


@pytest.fixture(scope="session")
def check_pdf() -> Callable[..., SimpleNamespace]:
    """Ask every checker about a PDF: `check_pdf(path, root, *others, options=[...])` -> .ok, .findings, .said."""

    def check(path: Path, *certificates: Path, options: tuple[str, ...] = ()) -> SimpleNamespace:
        program = HERE / "checkers" / "check_pdf.py"
        answer = subprocess.run(
            [sys.executable, program, "--json", *options, path, *certificates],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert answer.returncode in (0, 1), answer.stderr
        said = json.loads(answer.stdout)
        assert said["ok"] is (answer.returncode == 0)
        return SimpleNamespace(ok=said["ok"], findings=said["findings"], said=answer.stdout)

    return check


def _two_free_ports() -> int:
    """A port that is free, as is the next one, which the controller takes."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
