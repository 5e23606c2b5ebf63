"""Every parser that meets foreign bytes: no crash, no second, no 50 MB. A longer run by hand: SHLYUZ_FUZZ=100000."""

import contextlib
import os
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.pki import certificate, cms, crl, der, evidence, extensions, files, names, ocsp
from shared.pki.codes import Refused
from shared.pki.der import Malformed
from shared.pki.expectation import Expectation
from shared.pki.judge import Judge
from shared.pki.revocation import ListRefused, RevocationIndex, check_list
from shared.pki.signing import sign
from shared.pki.trust import Trust
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority
from shared.testing.authority_answers import read_question
from shared.testing.authority_mutations import changed
from shared.testing.identities import iin

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("SHLYUZ_FUZZ", "400"))
AUTHORITY = Authority.create(at=NOW, algorithm="ecdsa")
CITIZEN = AUTHORITY.citizen(iin=iin(birth=datetime(1985, 1, 1, tzinfo=UTC).date()), at=NOW)
DOCUMENT = b"{}"
TRUST = AUTHORITY.trust()
VERIFIER = Verifier(TRUST, AUTHORITY.index(at=NOW))
MESSAGE = sign(DOCUMENT, CITIZEN.key, at=NOW, detached=False)
QUESTION = ocsp.question(CITIZEN.parsed, certificate.parse(AUTHORITY.issuing.certificate), nonce=b"12345678")
ANSWER = AUTHORITY.answer(QUESTION, at=NOW)
AUTHORITY.revoke(AUTHORITY.responder.certificate, at=NOW)
LIST = AUTHORITY.crl(at=NOW)


def judge_everything(data: bytes) -> None:
    parsed = certificate.parse(data)
    for read in (
        extensions.subject_names, extensions.name_constraints, extensions.policy_mappings,
        extensions.policy_constraints, extensions.inhibit_any_policy, extensions.distribution_points,
    ):  # fmt: skip
        read(parsed)
    names.folded(parsed.subject)
    names.show(parsed.issuer)


def verify_message(data: bytes) -> None:
    VERIFIER.verify(DOCUMENT, data, at=NOW, expect=Expectation.person())


def read_answer(data: bytes) -> None:
    fetched = ocsp.FetchedAnswer(data=data, fetched_at=NOW)
    ocsp.check(fetched, CITIZEN.parsed, certificate.parse(AUTHORITY.issuing.certificate), trust=TRUST, at=NOW)


def read_list(data: bytes) -> None:
    checked = check_list(data, trust=TRUST, at=NOW, fetched_at=NOW)
    checked.data.entries.find(1)
    RevocationIndex([checked])


def read_bundle(data: bytes) -> None:
    evidence.verify(data, Trust(anchors=TRUST.anchors))


PARSERS: dict[str, tuple[Callable[[bytes], object], bytes, tuple[type[Exception], ...]]] = {
    "certificate": (judge_everything, CITIZEN.certificate, (Malformed,)),
    "message": (verify_message, MESSAGE, ()),
    "envelope": (lambda data: cms.parse(data, max_certificates=8), MESSAGE, (Refused,)),
    "list": (read_list, LIST, (ListRefused,)),
    "list-unchecked": (crl.parse, LIST, (Malformed,)),
    "answer": (read_answer, ANSWER, (ocsp.AnswerRefused,)),
    "question": (read_question, QUESTION, (Malformed,)),
    "file": (files.decode, files.pem(LIST, "X509 CRL"), (files.Unreadable,)),
    "bundle": (read_bundle, b'{"format": "shlyuz-evidence-1", "document": "AA=="}', (evidence.BundleUnreadable,)),
    "name": (names.folded, CITIZEN.parsed.subject, (Malformed,)),
    "der": (lambda data: der.Reader.whole(data).time(), LIST, (Malformed,)),
}


def survives(name: str, data: bytes) -> None:
    parse, _, expected = PARSERS[name]
    before = time.process_time()
    with contextlib.suppress(*expected):
        parse(data)
    assert time.process_time() - before < 1


@pytest.mark.parametrize("name", PARSERS)
class TestEveryParser:
    def test_survives_changed_bytes(self, name: str):
        original = PARSERS[name][1]
        tracemalloc.start()
        for seed in range(EXAMPLES):
            survives(name, changed(original, Random(seed)))
        assert tracemalloc.get_traced_memory()[1] < 50 * 1024 * 1024
        tracemalloc.stop()

    def test_survives_a_cut_at_every_place(self, name: str):
        original = PARSERS[name][1]
        for length in range(0, len(original), max(1, len(original) // 400)):
            survives(name, original[:length])

    @settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(data=st.binary(max_size=600))
    def test_survives_anything(self, name: str, data: bytes):
        survives(name, data)
        survives(name, b"\x30\x82" + len(data).to_bytes(2, "big") + data)


class TestSlowOnPurpose:
    def nested(self, depth: int) -> bytes:
        data = b""
        for _ in range(depth):
            data = b"\x30" + self.length(len(data)) + data
        return data

    def length(self, size: int) -> bytes:
        if size < 0x80:
            return bytes([size])
        body = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes([0x80 | len(body)]) + body

    @pytest.mark.parametrize("name", PARSERS)
    def test_nesting_without_end_costs_nothing(self, name: str):
        survives(name, self.nested(4000))

    @pytest.mark.parametrize("name", PARSERS)
    def test_neither_do_a_hundred_thousand_empty_elements(self, name: str):
        body = b"\x30\x00" * 100_000
        survives(name, b"\x30" + self.length(len(body)) + body)

    def test_a_hundred_authorities_of_one_name_are_cut(self):
        """Chains made to be slow: many issuers with one name, none of which signed."""
        many = tuple(
            certificate.parse(Authority.create(at=NOW, algorithm="ecdsa").issuing.certificate) for _ in range(100)
        )
        trust = Trust(anchors=TRUST.anchors, intermediates=many)
        before = time.process_time()
        verdict = Verifier(trust, RevocationIndex()).verify(DOCUMENT, MESSAGE, at=NOW, expect=Expectation.person())
        assert verdict.code.verdict == "invalid"
        assert time.process_time() - before < 1

    def test_a_judge_survives_lines_of_anything(self, tmp_path):
        judge = Judge(tmp_path)
        chance = Random(4)
        for _ in range(500):
            line = "".join(chr(chance.choice((34, 44, 58, 91, 93, 123, 125, 97, 49, 0x4E00))) for _ in range(60))
            assert judge.judge(line).code == "case-unreadable"
