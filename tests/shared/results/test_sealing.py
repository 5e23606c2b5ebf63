import io
import re

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel

from shared.results import NotSignedError, Sealer, SealingKeyError, prepare, seal


@pytest.fixture(scope="session")
def sealer(organisation):
    return Sealer.from_pkcs12(organisation.p12(), b"pw")


@pytest.fixture(scope="session")
def sealed(signed, sealer, now):
    return seal(signed, sealer, at=now)


class TestSeal:
    def test_gives_two_signatures_that_pyhanko_trusts(self, sealed, judged):
        performer, organisation = judged(sealed)

        assert performer.bottom_line
        assert organisation.bottom_line

    def test_allows_nothing_between_the_two_but_the_seal(self, sealed, judged):
        performer, organisation = judged(sealed)

        assert performer.modification_level is ModificationLevel.FORM_FILLING
        assert organisation.modification_level is ModificationLevel.NONE

    def test_is_one_update_after_the_performers(self, sealed, signed):
        assert sealed.startswith(signed)
        assert sealed[len(signed) :].count(b"%%EOF") == 1
        assert sealed.endswith((b"%%EOF\n", b"%%EOF"))

    def test_is_pades_without_signing_time(self, sealed):
        performer, organisation = PdfFileReader(io.BytesIO(sealed)).embedded_signatures

        assert performer.field_name == "performer"
        assert performer.sig_object["/SubFilter"] == "/adbe.pkcs7.detached"
        assert organisation.field_name == "seal"
        assert organisation.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        attributes = {each["type"].native for each in organisation.signer_info["signed_attrs"]}
        assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}

    def test_carries_the_chain_without_the_root(self, sealed, authority):
        organisation = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[1]

        subjects = {each.chosen.subject.native["common_name"] for each in organisation.signed_data["certificates"]}
        assert subjects == {"Organisation", "Intermediate"}

    def test_claims_the_time_that_it_is_given(self, sealed, now):
        organisation = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[1]

        assert organisation.self_reported_timestamp == now

    @pytest.mark.parametrize("stream", [1, 2])
    def test_shows_a_changed_byte(self, sealed, judged, stream):
        place = [found.end() + 40 for found in re.finditer(rb"\bstream\n", sealed)][stream]
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]

        assert [status.intact for status in judged(changed)] == [False, False]

    def test_refuses_an_unsigned_page(self, page, sealer, now):
        with pytest.raises(NotSignedError):
            seal(page, sealer, at=now)

    def test_refuses_an_empty_placeholder(self, page, sealer, now):
        with pytest.raises(NotSignedError):
            seal(prepare(page, at=now).pdf, sealer, at=now)

    def test_refuses_what_is_sealed_already(self, sealed, sealer, now):
        with pytest.raises(NotSignedError):
            seal(sealed, sealer, at=now)

    def test_refuses_a_file_that_grew_since(self, signed, sealer, now):
        with pytest.raises(NotSignedError):
            seal(signed + b"\n% more\n", sealer, at=now)

    def test_refuses_content_that_changed_since(self, signed, sealer, now):
        place = len(signed) // 8
        changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]

        with pytest.raises(NotSignedError):
            seal(changed, sealer, at=now)

    def test_refuses_a_placeholder_filled_with_rubbish(self, page, sealer, now):
        prepared = prepare(page, at=now)
        start = prepared.span[0]

        with pytest.raises(NotSignedError):
            seal(prepared.pdf[: start + 1] + b"zz" + prepared.pdf[start + 3 :], sealer, at=now)


class TestSealer:
    def test_reads_a_file(self, organisation, tmp_path):
        file = tmp_path / "seal.p12"
        file.write_bytes(organisation.p12(b"long"))

        assert Sealer.from_pkcs12(file, b"long").certificate == organisation.certificate

    def test_takes_a_device_that_signs(self, signed, performer, judged, now):
        asked = []

        def device(data):
            asked.append(data)
            return performer.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

        sealed = seal(signed, Sealer(certificate=performer.certificate, chain=performer.above[:1], sign=device), at=now)

        assert len(asked) == 1
        assert judged(sealed)[1].bottom_line

    @pytest.mark.parametrize(("data", "password"), [(b"rubbish", b"pw"), (None, b"wrong")], ids=["rubbish", "password"])
    def test_refuses_what_it_cannot_open(self, organisation, data, password):
        with pytest.raises(SealingKeyError, match="password is wrong"):
            Sealer.from_pkcs12(data or organisation.p12(), password)

    def test_refuses_a_key_that_is_not_the_certificates(self, organisation, performer, monkeypatch):
        def crossed(_data, _password):
            return performer.key, organisation.certificate, []

        monkeypatch.setattr(pkcs12, "load_key_and_certificates", crossed)

        with pytest.raises(SealingKeyError, match="not the certificate's"):
            Sealer.from_pkcs12(b"crossed", b"pw")

    def test_refuses_a_file_without_key(self, organisation):
        encryption = serialization.BestAvailableEncryption(b"pw")
        only = pkcs12.serialize_key_and_certificates(None, None, None, [organisation.certificate], encryption)

        with pytest.raises(SealingKeyError, match="no key"):
            Sealer.from_pkcs12(only, b"pw")

    @pytest.mark.parametrize(
        "make",
        [
            lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - it is refused
            ed25519.Ed25519PrivateKey.generate,
        ],
        ids=["rsa-1024", "ed25519"],
    )
    def test_refuses_a_key_that_cannot_seal(self, authority, make):
        with pytest.raises(SealingKeyError, match="neither RSA"):
            Sealer.from_pkcs12(authority.issue("Weak", make()).p12(), b"pw")
