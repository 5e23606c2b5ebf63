"""The lock installs the same files everywhere, and names no place that only one machine knows."""

import re
import tomllib
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
LOCK = (TREE / "requirements.lock").read_text()
PYPROJECTS = sorted(TREE.glob("*/pyproject.toml"))
LINE = re.compile(
    r"""(?P<pin> [a-z0-9][a-z0-9._-]* (\[[a-z0-9,-]+\])? ==[^\s;]+ (\ ;\ [^\\]+)? \ \\ )
      | (?P<hash> \ {4}--hash=sha256:[0-9a-f]{64} (\ \\)? )""",
    re.VERBOSE,
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(pyproject: Path) -> set[str]:
    text = tomllib.loads(pyproject.read_text())
    asked = [*text.get("project", {}).get("dependencies", []), *text.get("dependency-groups", {}).get("dev", [])]
    return {normal(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in asked}  # type: ignore[index]


class TestLock:
    def test_names_no_host(self) -> None:
        assert "://" not in LOCK

    def test_names_no_path_of_a_machine(self) -> None:
        assert [line for line in LOCK.splitlines() if not LINE.fullmatch(line)] == []

    def test_has_eight_packages_to_serve(self) -> None:
        assert len(PYPROJECTS) == 8

    @pytest.mark.parametrize("pyproject", [TREE / "pyproject.toml", *PYPROJECTS], ids=lambda path: path.parent.name)
    def test_holds_what_each_package_asks_for(self, pyproject: Path) -> None:
        pinned = {normal(found) for found in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*])?==", LOCK, re.MULTILINE)}
        ours = {normal(tomllib.loads(path.read_text())["project"]["name"]) for path in PYPROJECTS}
        assert wanted(pyproject) - ours <= pinned

    def test_leaves_our_own_packages_out(self) -> None:
        assert "shlyuz" not in LOCK
