"""`shlyuz sign`: what it makes is what condition 2 accepts."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.pki.expectation import Expectation
from shared.pki.verdict import Value
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority
from shared.testing.identities import iin
from shlyuz.cli import app

IIN = iin(birth=datetime(1985, 4, 12, tzinfo=UTC).date(), number=7)
PASSWORD = "correct horse"


@pytest.fixture(scope="module", params=["rsa", "ecdsa", "gost"])
def authority(request: pytest.FixtureRequest) -> Authority:
    """Of each kind of key: the command is told nothing of it."""
    return Authority.create(at=datetime.now(UTC), algorithm=request.param)


@pytest.fixture
def key(tmp_path: Path, authority: Authority) -> Path:
    file = tmp_path / "anna.p12"
    file.write_bytes(authority.citizen(iin=IIN, at=datetime.now(UTC)).p12(PASSWORD))
    return file


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "application.json"
    file.write_bytes('{"purpose": "application", "note": "қолтаңба"}\n'.encode())
    return file


def sign(document: Path, key: Path, *options: str, password: str | None = PASSWORD) -> Result:
    arguments = ["sign", str(document), "--key", str(key), *options]
    return CliRunner().invoke(app, arguments, env={"SHLYUZ_P12_PASSWORD": password})


def accepted(authority: Authority, document: Path, signature: bytes) -> bool:
    now = datetime.now(UTC)
    verifier = Verifier(authority.trust(), authority.index(at=now))
    verdict = verifier.verify(document.read_bytes(), signature, at=now, expect=Expectation.citizen(iin=IIN))
    return verdict.value is Value.VALID


class TestSign:
    def test_gives_der_that_condition_2_accepts(self, authority: Authority, document: Path, key: Path) -> None:
        assert accepted(authority, document, sign(document, key).stdout_bytes)

    def test_writes_a_file(self, authority: Authority, document: Path, key: Path) -> None:
        out = document.with_suffix(".cms")
        assert sign(document, key, "--out", str(out)).stdout_bytes == b""
        assert accepted(authority, document, out.read_bytes())

    def test_gives_base64_for_the_api(self, authority: Authority, document: Path, key: Path) -> None:
        line = sign(document, key, "--base64").stdout.strip()
        assert accepted(authority, document, b64decode(line, validate=True))

    def test_gives_the_body_of_a_request(self, authority: Authority, document: Path, key: Path) -> None:
        body = json.loads(sign(document, key, "--json").stdout)
        assert b64decode(body["document"]) == document.read_bytes()
        assert accepted(authority, document, b64decode(body["signature"]))

    def test_puts_the_document_in_when_asked(self, authority: Authority, document: Path, key: Path) -> None:
        signature = sign(document, key, "--attached").stdout_bytes
        assert document.read_bytes() in signature
        assert accepted(authority, document, signature)

    def test_reads_the_password_from_a_file(self, authority: Authority, document: Path, key: Path) -> None:
        file = key.with_suffix(".pass")
        file.write_text(f"{PASSWORD}\n")
        result = sign(document, key, "--password-file", str(file), password=None)
        assert accepted(authority, document, result.stdout_bytes)

    def test_asks_for_the_password(self, document: Path, key: Path) -> None:
        arguments = ["sign", str(document), "--key", str(key), "--base64"]
        result = CliRunner().invoke(app, arguments, input=f"{PASSWORD}\n", env={"SHLYUZ_P12_PASSWORD": None})
        assert result.exit_code == 0
        assert "Password of the key file" in result.stderr
        assert PASSWORD not in result.output

    def test_says_when_the_password_is_another(self, document: Path, key: Path) -> None:
        result = sign(document, key, password="wrong")
        assert result.exit_code == 1
        assert "cannot be opened" in result.stderr
        assert "Traceback" not in result.stderr
