"""House rules that no tool checks: what may not stand in a tracked file, how long a module may be, what opens it."""

import ast
import re
import socket
import subprocess
from pathlib import Path

import pytest

from shared.errors import missing_texts

TREE = Path(__file__).parents[2]
PACKAGES = ("gateway", "auth", "attachment", "booking", "certificate", "lab", "shared")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home|Users)/[a-z]")
REGISTRY = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|repo1?\.maven|index-url *=|proxy\.golang", re.IGNORECASE)
SKIPPED = re.compile(r"pytest\.(skip|xfail|importorskip)|mark\.(skip|skipif|xfail)|unittest\.skip")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=TREE, capture_output=True, text=True, check=True)
    paths = (TREE / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def lines_with(pattern: re.Pattern[str], *files: str) -> list[str]:
    found = []
    for path in tracked(*files):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture or a font
        found += [
            f"{path.relative_to(TREE)}: {line.strip()[:100]}" for line in text.splitlines() if pattern.search(line)
        ]
    return found


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count from the first line of the body, behind its docstring, to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def sources() -> list[Path]:
    return tracked("*/src/*.py")


class TestTree:
    def test_promises_nothing_for_later(self) -> None:
        assert lines_with(UNFINISHED) == []

    def test_names_no_path_of_a_machine(self) -> None:
        assert lines_with(MACHINE) == []

    def test_names_no_package_registry(self) -> None:
        assert lines_with(REGISTRY) == []

    def test_names_no_machine(self) -> None:
        name = socket.gethostname()
        if len(name) > 4:
            assert lines_with(re.compile(rf"\b{re.escape(name)}\b")) == []

    def test_skips_no_test(self) -> None:
        assert lines_with(SKIPPED, "tests/*.py") == []


class TestModule:
    def test_says_why_it_exists(self) -> None:
        silent = [
            path
            for path in sources()
            if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
        ]
        assert [str(path.relative_to(TREE)) for path in silent] == []

    def test_is_not_overgrown(self) -> None:
        sizes = {path: path.read_text().count("\n") for path in tracked("*.py")}
        long = {str(path.relative_to(TREE)): size for path, size in sizes.items() if size >= LONGEST_MODULE}
        assert long == {}


class TestFunction:
    def test_is_not_overgrown(self) -> None:
        """A migration is read once, from top to bottom."""
        long = {
            f"{path.relative_to(TREE)}: {function.name}": size
            for path in tracked("*.py")
            if "migrations" not in path.parts
            for function in ast.walk(ast.parse(path.read_text()))
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            and (size := body_lines(function)) > LONGEST_FUNCTION
        }
        assert long == {}


class TestProblem:
    @pytest.mark.parametrize("package", PACKAGES)
    def test_has_a_title_and_a_detail_in_each_language(self, package: str) -> None:
        assert missing_texts(package) == []
