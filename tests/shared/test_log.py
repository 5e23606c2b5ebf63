"""Logs: JSON lines with a request id, and nothing of a person, even where someone forgot."""

import logging
import sys

import orjson
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from shared import log
from shared.log import blacken, safe_message


class Form(BaseModel):
    phone: int


@pytest.fixture
def start():
    """Configure logging as a process does, to the stdout of this test; undone afterwards."""
    kept = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: log.configure(service="sample", role="web", level="info")
    structlog.configure(**kept)
    root.handlers[:] = handlers
    root.setLevel(level)
    log.set_request_id(None)


def lines(capsys) -> list[dict]:
    return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestConfigure:
    def test_writes_json_with_the_request_id(self, start, capsys):
        start()
        log.set_request_id("0192-abc")
        log.get_logger("shared.x").info("slot taken", slot="bkg-1")
        logging.getLogger("elsewhere").warning("library says %s", "hello")
        ours, theirs = lines(capsys)
        assert (ours["event"], ours["slot"], ours["request_id"], ours["service"]) == (
            "slot taken",
            "bkg-1",
            "0192-abc",
            "sample",
        )
        assert (theirs["event"], theirs["logger"], theirs["level"]) == ("library says hello", "elsewhere", "warning")

    def test_blackens_twelve_digits_wherever_they_are(self, start, capsys):
        start()
        logger = log.get_logger("x")
        logger.info(
            "for 900101300123", deep={"a": ["iin:900101300123", 900101300123]}, id="0192f0c012345678901234567890abcd"
        )
        logging.getLogger("x").warning("for %s", "900101300123")
        written = lines(capsys)
        assert "900101300123" not in str(written)
        assert written[0]["id"] == "0192f0c012345678901234567890abcd"

    def test_tells_an_error_without_its_values(self, start, capsys):
        start()
        try:
            try:
                Form(phone="+7 701 secret")
            except ValidationError as inner:
                raise RuntimeError("outer 900101300123") from inner
        except RuntimeError:
            log.get_logger("x").exception("failed")
        (line,) = lines(capsys)
        assert [error["type"].rpartition(".")[2] for error in line["error"]] == ["RuntimeError", "ValidationError"]
        assert "secret" not in str(line)
        assert "900101300123" not in str(line)
        assert "test_log.py" in line["error"][0]["frames"][0]


class TestSafeMessage:
    def test_leaves_out_what_the_database_quotes(self):
        error = RuntimeError("duplicate key\nDETAIL:  Key (phone)=(+7701) already exists.\n[parameters: ('x',)]")
        assert safe_message(error) == "duplicate key"


class TestBlacken:
    @pytest.mark.parametrize("value", [None, True, 1.5, 7, "12345678901", "1234567890123", sys.maxsize])
    def test_leaves_other_values_alone(self, value):
        assert blacken(value) == value
