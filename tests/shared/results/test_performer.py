import hashlib

import pytest
from asn1crypto import cms

from shared.results import (
    ForeignSignatureError,
    MalformedSignatureError,
    NotPreparedError,
    Prepared,
    SignatureTooLongError,
    embed,
    prepare,
)


@pytest.fixture(scope="module")
def prepared(page, now):
    return prepare(page, at=now)


class TestPrepare:
    def test_leaves_the_page_as_it_was(self, prepared, page):
        assert prepared.pdf.startswith(page)

    def test_signs_all_but_the_placeholder(self, prepared):
        start, end = prepared.span

        assert set(prepared.pdf[start + 1 : end - 1]) == {ord("0")}
        assert prepared.to_sign == prepared.pdf[:start] + prepared.pdf[end:]
        assert prepared.sha256 == hashlib.sha256(prepared.to_sign).hexdigest()

    def test_says_how_the_signature_is_made(self, prepared):
        assert b"/SubFilter /adbe.pkcs7.detached" in prepared.pdf
        assert b"(performer)" in prepared.pdf

    def test_is_restored_from_its_bytes_in_another_process(self, prepared):
        assert Prepared.restore(bytes(prepared.pdf)) == prepared


class TestRestore:
    def test_refuses_a_page_without_field(self, page):
        with pytest.raises(NotPreparedError):
            Prepared.restore(page)

    def test_refuses_a_signed_one(self, signed):
        with pytest.raises(NotPreparedError, match="already signed"):
            Prepared.restore(signed)

    @pytest.mark.parametrize("wrong", [b"", b"%PDF-1.7\n", b"\0" * 1000], ids=["empty", "head only", "zeros"])
    def test_refuses_what_is_no_pdf(self, wrong):
        with pytest.raises(NotPreparedError):
            Prepared.restore(wrong)

    def test_refuses_a_file_that_grew(self, prepared):
        with pytest.raises(NotPreparedError, match="whole file"):
            Prepared.restore(prepared.pdf + b"\n")

    def test_refuses_a_byte_range_that_leaves_out_more(self, prepared):
        start, end = prepared.span
        shifted = prepared.pdf.replace(
            b"[0 %d %d %d" % (start, end, len(prepared.pdf) - end),
            b"[0 %d %d %d" % (start - 1, end, len(prepared.pdf) - end),
        )

        with pytest.raises(NotPreparedError, match="more than the signature"):
            Prepared.restore(shifted)

    def test_refuses_a_file_cut_short(self, prepared):
        with pytest.raises(NotPreparedError):
            Prepared.restore(prepared.pdf[:-200])


class TestEmbed:
    def test_makes_a_signature_that_pyhanko_trusts(self, signed, judged):
        (status,) = judged(signed)

        assert status.bottom_line
        assert status.signer_reported_dt is not None

    def test_changes_nothing_but_the_placeholder(self, prepared, performer):
        start, end = prepared.span
        done = embed(prepared, performer.cms(prepared.to_sign))

        assert done[: start + 1] + done[end - 1 :] == prepared.pdf[: start + 1] + prepared.pdf[end - 1 :]

    def test_keeps_a_der_signature_octet_for_octet(self, prepared, performer):
        signature = performer.cms(prepared.to_sign)

        assert signature.hex().encode() in embed(prepared, signature)

    def test_detaches_an_enveloping_signature(self, prepared, performer, judged):
        enveloping = performer.cms(prepared.to_sign, detached=False)
        assert len(enveloping) > len(prepared.to_sign)

        (status,) = judged(embed(prepared, enveloping))

        assert status.bottom_line

    def test_rewrites_ber_as_der(self, prepared, performer, judged):
        done = embed(prepared, indefinite(performer.cms(prepared.to_sign)))

        start = prepared.span[0]
        assert done[start + 1 : start + 5] == b"3082"
        assert judged(done)[0].bottom_line

    @pytest.mark.parametrize("detached", [True, False])
    def test_refuses_a_signature_of_other_bytes(self, prepared, performer, detached):
        with pytest.raises(ForeignSignatureError):
            embed(prepared, performer.cms(b"other", detached=detached))

    def test_refuses_one_that_is_longer_than_its_room(self, prepared, performer):
        info = cms.ContentInfo.load(performer.cms(prepared.to_sign))
        certificates = info["content"]["certificates"]
        for _ in range(20):
            certificates.append(certificates[0].copy())

        with pytest.raises(SignatureTooLongError):
            embed(prepared, info.dump(force=True))

    @pytest.mark.parametrize(
        "wrong", [b"", b"\x30\x80", b"0" * 100, b"\x30\x03\x02\x01\x05", b"\xff" * 50], ids=range(5)
    )
    def test_refuses_what_is_no_cms(self, prepared, wrong):
        with pytest.raises(MalformedSignatureError):
            embed(prepared, wrong)

    def test_refuses_trailing_bytes(self, prepared, performer):
        with pytest.raises(MalformedSignatureError):
            embed(prepared, performer.cms(prepared.to_sign) + b"\0")

    def test_refuses_another_kind_of_cms(self, prepared):
        with pytest.raises(MalformedSignatureError, match="not SignedData"):
            embed(prepared, cms.ContentInfo({"content_type": "data", "content": b"x"}).dump())

    @pytest.mark.parametrize("count", [0, 2])
    def test_refuses_any_number_of_signers_but_one(self, prepared, performer, count):
        info = cms.ContentInfo.load(performer.cms(prepared.to_sign))
        signers = info["content"]["signer_infos"]
        info["content"]["signer_infos"] = cms.SignerInfos([signers[0].copy() for _ in range(count)])

        with pytest.raises(MalformedSignatureError, match="one signer"):
            embed(prepared, info.dump(force=True))

    def test_refuses_one_without_message_digest(self, prepared, performer):
        info = cms.ContentInfo.load(performer.cms(prepared.to_sign))
        signer = info["content"]["signer_infos"][0]
        signer["signed_attrs"] = cms.CMSAttributes(
            [each for each in signer["signed_attrs"] if each["type"].native != "message_digest"]
        )

        with pytest.raises(MalformedSignatureError, match="message digest"):
            embed(prepared, info.dump(force=True))

    def test_refuses_attributes_that_der_would_reorder(self, prepared, performer):
        """The signature is over the attributes as they stand: sorting them would break it."""
        signature = performer.cms(prepared.to_sign)
        attributes = [
            each.dump() for each in cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signed_attrs"]
        ]
        reordered = signature.replace(b"".join(attributes), b"".join(reversed(attributes)))
        assert reordered != signature

        with pytest.raises(MalformedSignatureError, match="DER"):
            embed(prepared, reordered)

    def test_leaves_unknown_digests_to_the_verifier(self, prepared, performer):
        """GOST signatures are verified by shared.pki, and placed here."""
        info = cms.ContentInfo.load(performer.cms(prepared.to_sign))
        info["content"]["signer_infos"][0]["digest_algorithm"] = {"algorithm": "1.2.398.3.10.1.3.3"}
        signature = info.dump(force=True)

        assert signature.hex().encode() in embed(prepared, signature)


def indefinite(der: bytes) -> bytes:
    """Write the outer three levels (ContentInfo, [0], SignedData) with indefinite lengths, as Java libraries do."""
    info = cms.ContentInfo.load(der)
    signed = info["content"]
    inner = b"\x30\x80" + signed.contents + b"\0\0"
    return b"\x30\x80" + info["content_type"].dump() + b"\xa0\x80" + inner + b"\0\0" + b"\0\0"
