"""What a QR code says off-line: taken from a published key alone, whole, and for its own address."""

import base64
from datetime import date

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.results import QrKeys, QrKeyUnreadable, Statement, StatementForged, StatementUnreadable, qr_text
from shared.results.statement import check

CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
URL = f"https://shlyuz.example/verify/{CODE}"
SAID = Statement(
    issuer="990140000011", kind="Дәрігердің қабылдауына жазылу туралы растау", number="BKG-2026-0000001",
    issued_on=date(2026, 1, 5), code=CODE,
)  # fmt: skip


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def old():
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def keys(old):
    public = old.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return QrKeys.read(pem(Ed25519PrivateKey.generate()) + public)


@pytest.fixture(scope="module")
def text(keys):
    return qr_text(URL, keys.sign(SAID))


def altered(text, **changes):
    address, _, token = text.partition("#")
    header, payload, signature = token.split(".")
    said = orjson.loads(base64.urlsafe_b64decode(payload + "==")) | changes
    return f"{address}#{header}.{base64.urlsafe_b64encode(orjson.dumps(said)).rstrip(b'=').decode()}.{signature}"


class TestStatement:
    def test_is_read_with_the_published_key(self, keys, text):
        assert check(text, keys.published()) == SAID

    def test_leaves_the_address_whole_for_a_telephone(self, text):
        assert text.startswith(f"{URL}#")

    def test_fits_a_code_that_can_be_printed(self, text):
        assert text.isascii()
        assert len(text) < 520

    def test_of_a_key_that_was_replaced_is_still_read(self, keys, old):
        assert check(qr_text(URL, QrKeys.read(pem(old)).sign(SAID)), keys.published()) == SAID

    def test_of_a_stranger_is_forged(self, keys, text):
        stranger = QrKeys.read(pem(Ed25519PrivateKey.generate()))
        with pytest.raises(StatementForged):
            check(qr_text(URL, stranger.sign(SAID)), keys.published())
        with pytest.raises(StatementForged):
            check(text, [{**key, "kid": keys.published()[0]["kid"]} for key in stranger.published()])

    @pytest.mark.parametrize("changes", [{"no": "BKG-2026-0000002"}, {"on": "2026-01-06"}, {"kind": "Растау"}])
    def test_is_forged_when_a_word_is_changed(self, keys, text, changes):
        with pytest.raises(StatementForged):
            check(altered(text, **changes), keys.published())

    def test_is_forged_on_the_address_of_another_result(self, keys, text):
        with pytest.raises(StatementForged):
            check(text.replace(CODE, CODE[:-1] + "q"), keys.published())

    @pytest.mark.parametrize(
        "text", ["", URL, f"{URL}#", f"{URL}#a.b", f"{URL}#a.b.c", f"{URL}#e30.e30.AA", "x" * 3000, f"{URL}#é.é.é"]
    )
    def test_is_not_any_text(self, keys, text):
        with pytest.raises(StatementUnreadable):
            check(text, keys.published())

    def test_has_one_kind_of_signature(self, keys, text):
        payload = text.split(".")[1]
        header = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "kid": keys.published()[0]["kid"]})).decode()
        with pytest.raises(StatementUnreadable):
            check(f"{URL}#{header.rstrip('=')}.{payload}.", keys.published())


class TestQrKeys:
    @pytest.mark.parametrize(
        "data", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"]
    )
    def test_are_of_a_readable_file(self, data):
        with pytest.raises(QrKeyUnreadable):
            QrKeys.read(data)

    def test_are_of_the_one_algorithm(self, keys):
        with pytest.raises(QrKeyUnreadable):
            QrKeys.read(pem(generate_private_key(65537, 2048)))

    def test_publish_nothing_secret(self, keys):
        assert [set(key) for key in keys.published()] == [{"kty", "crv", "use", "alg", "kid", "x"}] * 2
