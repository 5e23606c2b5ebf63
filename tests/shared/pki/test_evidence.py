"""A bundle is checked by someone who knows only the anchors, years later, and every change of it is seen."""

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.pki import certificate, evidence
from shared.pki.codes import Code
from shared.pki.evidence import (
    APPLICATION_FORMAT,
    BundleFault,
    BundleUnreadable,
    Reexamination,
    build,
    is_application,
    verify,
    verify_application,
)
from shared.pki.expectation import Expectation
from shared.pki.ocsp import FetchedAnswer
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import SigningKey, sign
from shared.pki.trust import Trust
from shared.pki.verifier import Verifier
from shared.testing import authority_forms, authority_keys
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


def replace_anywhere(parts: Any, chance: Random) -> None:
    """Put another value of any kind in a place chosen at random."""
    while True:
        key = chance.choice(list(parts)) if isinstance(parts, dict) else chance.randrange(len(parts))
        if not (isinstance(parts[key], dict | list) and parts[key]) or chance.randrange(4) == 0:
            break
        parts = parts[key]
    parts[key] = chance.choice([None, 0, -1, 1e400, "", "AAAA", "\ud800", [], [[]], {}, {"": 0}, True, "1970"])


class TestSignersOfLists:
    """The list is signed by another certificate of the authority than the one that stands above the signer."""

    @pytest.fixture
    def second(self, authority: Authority, now: datetime) -> SigningKey:
        old, private = certificate.parse(authority.issuing.certificate), authority_keys.make("ecdsa")
        made = authority_forms.certificate(
            subject=old.subject, issuer=old.issuer, serial=3, spki=private.spki, signer=authority.root.private,
            not_before=now - timedelta(days=1), not_after=now + timedelta(days=1),
            extensions=authority_forms.authority_extensions(path_length=0),
        )  # fmt: skip
        return SigningKey(private=private, certificate=made)

    @pytest.fixture
    def bundle(self, authority: Authority, second: SigningKey, anna: Holder, expect, document, now) -> dict[str, Any]:
        old = certificate.parse(authority.issuing.certificate)
        trust = replace(authority.trust(), intermediates=(old, certificate.parse(second.certificate)))
        data = authority_forms.revocation_list(
            issuer=old.subject, entries=(), this_update=now, next_update=now + timedelta(hours=1), extensions=(),
            signer=second.private,
        )  # fmt: skip
        index = RevocationIndex([check_list(data, trust=trust, at=now, fetched_at=now)])
        signature = sign(document, anna.key, at=now)
        verdict = Verifier(trust, index).verify(document, signature, at=now, expect=expect)
        assert verdict.code is Code.VALID
        held = {one.sha256: one.der for one in index.sources()}
        return json.loads(
            build(document=document, signature=signature, expect=expect, verdict=verdict, revocation=held)
        )

    def examine(self, bundle: dict[str, Any], anchors: Trust) -> Reexamination:
        return verify(json.dumps(bundle).encode(), anchors)

    def test_are_carried_in_the_bundle(self, bundle: dict[str, Any], second: SigningKey, anchors: Trust):
        assert bundle["verdict"]["evidence"]["list_signers"] == [base64.b64encode(second.certificate).decode()]
        found = self.examine(bundle, anchors)
        assert found.now.code is Code.VALID
        assert found.agrees
        assert found.now.evidence == found.recorded.evidence

    def test_are_missed_where_they_are_not(self, bundle: dict[str, Any], anna: Holder, anchors: Trust):
        for value in ([], None, [base64.b64encode(anna.certificate).decode()]):
            bundle["verdict"]["evidence"]["list_signers"] = value
            found = self.examine(bundle, anchors)
            assert found.now.code is Code.NO_REVOCATION_DATA
            assert not found.agrees

    def test_need_the_anchor(self, bundle: dict[str, Any], anchors: Trust, now: datetime):
        """An impostor with the authority's name, and every hash in the bundle set right."""
        impostor = Authority.create(at=now, algorithm="ecdsa")
        data, evidence = impostor.crl(at=now), bundle["verdict"]["evidence"]
        evidence["revocation"][0]["sha256"] = name = hashlib.sha256(data).hexdigest()
        bundle["revocation"] = {name: base64.b64encode(data).decode()}
        evidence["list_signers"] = [base64.b64encode(impostor.issuing.certificate).decode()]
        assert self.examine(bundle, anchors).now.code is Code.NO_REVOCATION_DATA


class TestVerify:
    def test_reads_no_bundle_of_absurd_size(self, bundle: bytes, anchors: Trust, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(evidence, "_MAX_BUNDLE", len(bundle) - 1)
        with pytest.raises(BundleUnreadable) as caught:
            verify(bundle, anchors)
        assert caught.value.code is BundleFault.TOO_LARGE

    def test_asks_nobody_when_no_responder_is_the_issuers(
        self, authority: Authority, anna: Holder, expect, document, now
    ):
        trust = authority.trust()
        other = replace(trust.responders[0], issuer=trust.anchors[0].certificate)
        verifier = Verifier(replace(trust, responders=(other,)), RevocationIndex())
        assert (
            verifier.question(verifier.verify(document, sign(document, anna.key, at=now), at=now, expect=expect))
            is None
        )

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

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(chance=st.randoms(use_true_random=False))
    def test_never_fails_in_another_way_whatever_the_damage(self, bundle: bytes, anchors: Trust, chance: Random):
        damaged = json.loads(bundle)
        for _ in range(chance.randint(1, 3)):
            replace_anywhere(damaged, chance)
        with suppress(BundleUnreadable):  # damage that leaves it readable is judged
            verify(json.dumps(damaged).encode(), anchors)

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
            (("verdict", "evidence", "at"), "noon"), (("verdict", "evidence", "at"), "2026-11-22T09:00:00"),
            (("verdict", "evidence", "at"), "9999-12-31T23:59:59+00:00"), (("verdict", "evidence", "at"), 7),
            (("verdict", "evidence", "revocation"), [{"sha256": ["a"]}]), (("verdict", "evidence", "path"), [None]),
            (("verdict", "evidence", "list_signers"), ["AAAA"]), (("verdict", "evidence", "list_signers"), ["*"]),
            (("verdict", "evidence", "list_signers"), ["AAAA"] * 33), (("verdict", "evidence", "list_signers"), 7),
            (("verdict", "signer"), [1]), (("verdict", "signer"), {"king": 1}), (("expectation", "roles"), [[]]),
        ],
    )  # fmt: skip
    def test_refuses_a_changed_bundle(self, bundle: bytes, anchors: Trust, path: tuple[str, ...], value: object):
        parts = json.loads(bundle)
        at = parts
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        with pytest.raises(BundleUnreadable) as caught:
            verify(json.dumps(parts).encode(), anchors)
        assert caught.value.code in BundleFault

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


class TestVerifyApplication:
    @pytest.fixture
    def file(self, bundle: bytes) -> dict[str, Any]:
        one = json.loads(bundle)
        shared = {"revocation": one.pop("revocation")}
        return {"format": APPLICATION_FORMAT, "items": [{**one, "kind": "application"}, {**one, "kind": "x"}], **shared}

    def test_examines_each_document_with_the_shared_lists(self, file: dict[str, Any], anchors: Trust):
        data = json.dumps(file).encode()
        assert is_application(data)
        assert [(item.kind, item.result.agrees) for item in verify_application(data, anchors)] == [
            ("application", True), ("x", True),
        ]  # fmt: skip

    def test_tells_its_files_from_those_of_one_signature(self, bundle: bytes, anchors: Trust):
        assert not is_application(bundle)
        with pytest.raises(BundleUnreadable, match="not of the format"):
            verify_application(bundle, anchors)

    @pytest.mark.parametrize("items", [None, [], ["x"], [{}] * 1001, [{}]])
    def test_refuses_a_file_that_shows_nothing(self, file: dict[str, Any], anchors: Trust, items: object):
        with pytest.raises(BundleUnreadable):
            verify_application(json.dumps({**file, "items": items}).encode(), anchors)

    def test_needs_the_list_that_a_verdict_names(self, file: dict[str, Any], anchors: Trust):
        with pytest.raises(BundleUnreadable):
            verify_application(json.dumps({**file, "revocation": {}}).encode(), anchors)


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
