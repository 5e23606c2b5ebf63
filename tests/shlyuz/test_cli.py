"""The operator's program as a person and a script meet it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from shlyuz.cli import app
from shlyuz.running.command import assignment


def commands(command: Any, *path: str) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path]
    return [found for name, one in inner.items() for found in commands(one, *path, name)]


COMMANDS = commands(get_command(app))


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return re.sub(r"\s+", " ", result.output)


class TestHelp:
    def test_names_every_command_of_the_operator(self) -> None:
        assert {("run",), ("demo",), ("migrate",), ("doctor",), ("sign",), ("admin", "create")} <= set(COMMANDS)

    @pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
    def test_gives_an_example(self, path: tuple[str, ...]) -> None:
        assert f"Example: shlyuz {' '.join(path)}" in said(*path) or re.search(
            rf"Example: \S+=\S+ .*shlyuz {' '.join(path)}", said(*path)
        )

    @pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
    def test_offers_an_answer_for_programs(self, path: tuple[str, ...]) -> None:
        assert "--json" in said(*path)


class TestDoctor:
    def test_answers_in_json(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(app, ["doctor", "--json", "--home", str(tmp_path)])
        findings = json.loads(result.stdout)
        assert {one["check"] for one in findings} >= {
            "python",
            "packages",
            "regulations",
            "calendars",
            "disk",
            "region",
        }
        assert [one for one in findings if one["grade"] == "broken"] == []
        assert result.exit_code == 0

    def test_says_what_to_do_about_regulations_that_do_not_load(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "akmola").mkdir()
        (tmp_path / "akmola" / "booking.toml").write_text("steps = 1\n")
        monkeypatch.setenv("SHLYUZ_REGULATIONS", str(tmp_path))
        result = CliRunner().invoke(app, ["doctor", "--only", "regulations", "--json"])
        assert result.exit_code == 1
        assert all(one["grade"] == "broken" and one["remedy"] for one in json.loads(result.stdout))

    def test_turns_a_check_that_fails_itself_into_a_finding(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shlyuz.doctor.machine.shutil.disk_usage", None)
        result = CliRunner().invoke(app, ["doctor", "--only", "disk", "--json"])
        assert result.exit_code == 1
        assert "TypeError" in json.loads(result.stdout)[0]["fact"]

    def test_knows_its_checks(self) -> None:
        result = CliRunner().invoke(app, ["doctor", "--only", "weather"])
        assert result.exit_code == 2
        assert "weather" in result.output


class TestMigrate:
    def test_says_what_is_missing_where_nothing_runs(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(app, ["migrate", "--home", str(tmp_path)], env={"SHLYUZ_KAFKA": None})
        assert result.exit_code == 1
        assert "SHLYUZ_OWNER_URL_" in result.stderr


class TestRun:
    def test_takes_settings_by_their_own_names(self) -> None:
        assert assignment("SHLYUZ_LIMIT_ADDRESS=5/minute") == ("SHLYUZ_LIMIT_ADDRESS", "5/minute")

    @pytest.mark.parametrize("text", ["LIMIT=5", "SHLYUZ_LIMIT"])
    def test_refuses_what_is_no_setting(self, text: str) -> None:
        assert CliRunner().invoke(app, ["run", "--set", text]).exit_code == 2
