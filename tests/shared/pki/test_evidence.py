"""A bundle is checked by someone who knows only the anchors, years later, and every change of it is seen."""

import base64
import json
from dataclasses import replace
from datetime import datetime

import pytest

from shared.pki.codes import Code
from shared.pki.evidence import BundleUnreadable, build, verify
from shared.pki.expectation import Expectation
from shared.pki.ocsp import FetchedAnswer
from shared.pki.revocation import RevocationIndex
from shared.pki.signing import sign
from shared.pki.trust import Trust
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority, Holder


@pytest.fixture
def expect(anna_iin: str) -> Expectation:
    return Expectation.citizen(iin=anna_iin)


@pytest.fixture
def bundle(authority: Authority, anna: Holder, expect: Expectation, document: bytes, now: datetime) -> bytes:
    index, signature = authority.index(at=now), sign(document, anna.key, at=now)
    verdict = Verifier(authority.trust(), index).verify(document, signature, at=now, expect=expect)
    held = {one.sha256: one.der for one in index.sources()}
    return build(document=document, signature=signature, expect=expect, verdict=verdict, revocation=held)


@pytest.fixture
def anchors(authority: Authority) -> Trust:
    return Trust(anchors=authority.trust().anchors)


class TestVerify:
    def test_finds_the_same_verdict_with_the_anchor_alone(self, bundle: bytes, anchors: Trust):
        found = verify(bundle, anchors)
        assert found.now.code is Code.VALID
        assert found.agrees
        assert found.now.evidence == found.recorded.evidence

    def test_finds_the_same_with_an_answer(self, authority: Authority, anna: Holder, expect, document, now, anchors):
        verifier, signature = Verifier(authority.trust(), RevocationIndex()), sign(document, anna.key, at=now)
        question = verifier.question(verifier.verify(document, signature, at=now, expect=expect))
        assert question is not None
        answer = FetchedAnswer(data=authority.answer(question.body, at=now), fetched_at=now)
        verdict = verifier.verify(document, signature, at=now, expect=expect, answers=[answer])
        (source,) = verdict.evidence.revocation
        data = build(
            document=document,
            signature=signature,
            expect=expect,
            verdict=verdict,
            revocation={source.sha256: answer.data},
        )
        assert verify(data, anchors).agrees

    def test_does_not_believe_a_verdict(self, bundle: bytes, anchors: Trust, authority: Authority, now: datetime):
        stranger = Authority.create(at=now, algorithm="ecdsa", title="БӨТЕН")
        elsewhere = verify(bundle, Trust(anchors=stranger.trust().anchors))
        assert elsewhere.recorded.code is Code.VALID
        assert elsewhere.now.code is Code.UNTRUSTED_ISSUER
        assert not elsewhere.agrees
        parts = json.loads(bundle)
        parts["expectation"]["iin"] = "850101300123"
        found = verify(json.dumps(parts).encode(), anchors)
        assert found.now.code is Code.IIN_MISMATCH
        assert not found.agrees

    def test_sees_another_signer_in_the_recorded_verdict(self, bundle: bytes, anchors: Trust):
        parts = json.loads(bundle)
        parts["verdict"]["signer"]["surname"] = "БАСҚА"
        assert not verify(json.dumps(parts).encode(), anchors).agrees

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("format",), "other"), (("document",), "AAAA"), (("signature",), "AAAA"), (("document",), None),
            (("document",), "*"), (("verdict",), {}), (("verdict",), None), (("expectation",), {"kind": "king"}),
            (("revocation",), None), (("revocation",), {}), (("verdict", "code"), "splendid"),
            (("verdict", "evidence", "path"), ["AAAA"] * 3), (("verdict", "evidence", "path"), ["AAAA"] * 9),
            (("verdict", "evidence", "at"), "noon"),
        ],
    )  # fmt: skip
    def test_refuses_a_changed_bundle(self, bundle: bytes, anchors: Trust, path: tuple[str, ...], value: object):
        parts = json.loads(bundle)
        at = parts
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        with pytest.raises(BundleUnreadable):
            verify(json.dumps(parts).encode(), anchors)

    def test_refuses_another_list_under_the_same_name(self, bundle: bytes, anchors: Trust, authority: Authority, now):
        parts = json.loads(bundle)
        (name,) = parts["revocation"]
        parts["revocation"][name] = base64.b64encode(authority.crl(at=now)).decode()
        with pytest.raises(BundleUnreadable, match="not the one"):
            verify(json.dumps(parts).encode(), anchors)

    @pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000])
    def test_refuses_what_is_no_bundle(self, anchors: Trust, data: bytes):
        with pytest.raises(BundleUnreadable):
            verify(data, anchors)


class TestBuild:
    def test_needs_every_source_that_was_used(self, authority, anna: Holder, expect, document, now):
        verdict = Verifier(authority.trust(), authority.index(at=now)).verify(
            document, sign(document, anna.key, at=now), at=now, expect=expect
        )
        with pytest.raises(KeyError):
            build(document=document, signature=b"", expect=expect, verdict=verdict, revocation={})

    def test_keeps_a_refusal_too(self, authority: Authority, expect, document: bytes, now: datetime, anchors: Trust):
        verdict = Verifier(authority.trust(), RevocationIndex()).verify(document, b"", at=now, expect=expect)
        data = build(document=document, signature=b"", expect=expect, verdict=verdict, revocation={})
        found = verify(data, replace(anchors))
        assert found.agrees
        assert found.now.code is Code.SIGNATURE_MALFORMED
