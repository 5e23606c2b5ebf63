"""The picture of the architecture holds in the code, and whoever leaves it is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.io

TREE = Path(__file__).parents[2]
PACKAGES = ("shlyuz", "gateway", "auth", "attachment", "booking", "certificate", "lab", "shared")
LAYERS_OF_SHARED = (
    "testing",
    "shapes",
    "applications",
    "web",
    "events",
    "personal",
    "db",
    "procedure",
    "pki",
    "results",
    "errors",
)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", TREE / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A tree of empty packages in the shape of ours, which keeps every contract."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for layer in LAYERS_OF_SHARED:
        (tmp_path / "shared" / layer).mkdir()
        (tmp_path / "shared" / layer / "__init__.py").touch()
    for service in ("gateway", "booking"):
        for module in ("__main__", "app", "worker", "settings"):
            (tmp_path / service / f"{module}.py").touch()
        (tmp_path / service / "slots").mkdir()
        for module in ("__init__", "endpoints", "schemas", "service", "repository", "models"):
            (tmp_path / service / "slots" / f"{module}.py").touch()
    return tmp_path


class TestLayers:
    def test_are_kept_by_the_code(self) -> None:
        result = lint_imports(TREE)
        assert result.returncode == 0, result.stdout

    def test_are_kept_by_a_model_tree(self, model: Path) -> None:
        result = lint_imports(model)
        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize(
        ("importer", "line", "rule"),
        [
            ("booking/app.py", "import auth", "services never one another"),
            ("booking/app.py", "import gateway.slots.service", "services never one another"),
            ("gateway/app.py", "import shlyuz", "services never one another"),
            ("shared/db/__init__.py", "import booking.settings", "services never one another"),
            ("shared/db/__init__.py", "import shared.events", "Shared is layered"),
            ("shared/procedure/__init__.py", "import shared.pki", "Shared is layered"),
            ("shared/utils.py", "", "Shared is layered"),
            ("shared/procedure/__init__.py", "import sqlalchemy.orm", "know no database"),
            ("shared/pki/__init__.py", "import httpx", "know no database"),
            ("shared/results/__init__.py", "from fastapi import FastAPI", "know no database"),
            ("booking/settings.py", "import booking.app", "composed at its top"),
            ("booking/app.py", "import booking.worker", "composed at its top"),
            ("booking/slots/service.py", "import booking.slots.endpoints", "same anatomy"),
            ("booking/slots/models.py", "import booking.slots.repository", "same anatomy"),
        ],
    )
    def test_catch_whoever_leaves_them(self, model: Path, importer: str, line: str, rule: str) -> None:
        (model / importer).write_text(f"{line}\n")
        result = lint_imports(model)
        broken = [said for said in result.stdout.splitlines() if said.endswith("BROKEN")]
        assert result.returncode == 1, result.stdout
        assert any(rule in said for said in broken), result.stdout
