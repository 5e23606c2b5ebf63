"""`shlyuz evidence verify-qr`: what a result's QR code says, for anyone, off-line."""

import json
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from shared.results import QrKeys, Statement, qr_text
from shlyuz.cli import app

CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
URL = f"https://shlyuz.example/verify/{CODE}"
SAID = Statement(issuer="990140000011", kind="Растау", number="BKG-2026-0000001", issued_on=date(2026, 1, 5), code=CODE)


@pytest.fixture(scope="module")
def keys() -> QrKeys:
    private = Ed25519PrivateKey.generate()
    return QrKeys.read(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture
def file(keys, tmp_path):
    """The key set as the gateway gives it."""
    path = tmp_path / "verify-keys.json"
    path.write_text(json.dumps({"keys": keys.published(), "unavailable": []}))
    return path


def verify(text: str, keys, *options: str, **more) -> Result:
    return CliRunner().invoke(app, ["evidence", "verify-qr", text, "--keys", str(keys), *options], **more)


class TestVerifyQr:
    def test_says_what_is_genuine_and_where_to_ask_whether_it_is_in_force(self, keys, file):
        told = verify(qr_text(URL, keys.sign(SAID)), file)
        assert told.exit_code == 0, told.output
        assert "genuine: Растау, BKG-2026-0000001, 2026-01-05, BIN 990140000011" in told.stdout
        assert f"on-line only: {URL}" in told.stdout

    def test_speaks_json_and_reads_stdin(self, keys, file):
        told = verify("-", file, "--json", input=qr_text(URL, keys.sign(SAID)))
        said = json.loads(told.stdout)
        assert (said["genuine"], said["in_force"], said["code"]) == (True, None, CODE)

    def test_refuses_what_a_stranger_signed(self, keys, file):
        private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        told = verify(qr_text(URL, QrKeys.read(private).sign(SAID)), file)
        assert (told.exit_code, "not genuine" in told.stderr) == (1, True)

    def test_says_what_is_no_statement_and_what_is_no_key_set(self, keys, file, tmp_path):
        assert verify(URL, file).exit_code == 2
        (tmp_path / "other.json").write_text("[]")
        told = verify(qr_text(URL, keys.sign(SAID)), tmp_path / "other.json")
        assert (told.exit_code, "key set" in told.stderr) == (2, True)
