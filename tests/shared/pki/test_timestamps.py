"""A time stamp beside a signature is kept, and believed only from an authority that the configuration pins."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.pki import certificate, cms, encode
from shared.pki.algorithms import digest
from shared.pki.codes import Code
from shared.pki.expectation import Expectation
from shared.pki.signing import attribute, digest_algorithm
from shared.pki.stamp import TimeStamp
from shared.pki.timestamps import TIME_STAMPING, TST_INFO, read
from shared.pki.trust import Trust
from shared.pki.verdict import Verdict
from shared.pki.verifier import Verifier
from shared.testing import authority_forms as forms
from shared.testing.authority import Authority, Holder
from shared.testing.authority_messages import SignerForm, message


@pytest.fixture
def stamper(authority: Authority, now: datetime) -> Holder:
    form = [forms.extension(certificate.EXTENDED_KEY_USAGE, encode.sequence(encode.oid(TIME_STAMPING)), critical=True)]
    return authority.issue(forms.name(("2.5.4.3", "TIME-STAMPING AUTHORITY")), form, at=now)


def token(
    stamper: Holder, stamped: bytes, at: str, now: datetime, *, version: int = 1, kind: str = TST_INFO,
    certificates: list[bytes] | None = None,
) -> bytes:  # fmt: skip
    hash_ = stamper.key.private.hash
    imprint = encode.sequence(digest_algorithm(hash_), encode.octets(digest(hash_, stamped)))
    time = encode.element(24, at.encode())
    statement = encode.sequence(
        encode.integer(version), encode.oid("1.2.398.3.3.2.6"), imprint, encode.integer(7), time
    )
    attributes = [
        attribute(cms.CONTENT_TYPE, encode.oid(kind)),
        attribute(cms.MESSAGE_DIGEST, encode.octets(digest(hash_, statement))),
    ]
    form = SignerForm(key=stamper.key, attributes=attributes)
    return message(
        statement, [form], at=now, content=statement, content_type=kind, version=3, certificates=certificates
    )


def signed(
    anna: Holder, document: bytes, now: datetime, stamper: Holder, at: str, *, other: bool = False, **fields
) -> bytes:
    """Sign with ECDSA, whose signature differs each time: sign once, stamp that signature, write it again."""
    plain = message(document, [SignerForm(key=anna.key)], at=now)
    signature = cms.parse(plain, max_certificates=1).signers[0].signature
    held = attribute(cms.TIME_STAMP_TOKEN, token(stamper, b"other" if other else signature, at, now, **fields))
    return message(document, [SignerForm(key=anna.key, signature=signature, unsigned=[held])], at=now)


class TestRead:
    def ask(self, authority: Authority, trust: Trust, data: bytes, document: bytes, now: datetime, iin: str) -> Verdict:
        return Verifier(trust, authority.index(at=now)).verify(
            document, data, at=now, expect=Expectation.citizen(iin=iin)
        )

    def test_believes_a_pinned_authority_alone(self, authority, stamper: Holder, anna: Holder, anna_iin, document, now):
        data = signed(anna, document, now, stamper, "20261123085959.25Z")
        at = now - timedelta(milliseconds=750)
        for pinned, trusted in (((), False), ((stamper.parsed,), True), (authority.trust().intermediates, True)):
            trust = replace(authority.trust(), timestamps=pinned)
            verdict = self.ask(authority, trust, data, document, now, anna_iin)
            assert verdict.code is Code.VALID
            assert verdict.evidence.time_stamp == TimeStamp(at=at, trusted=trusted)
            assert Verdict.from_json(verdict.as_json()) == verdict

    def test_does_not_believe_a_stamp_of_something_else(self, authority, stamper, anna, anna_iin, document, now):
        data = signed(anna, document, now, stamper, "20261123085959Z", other=True)
        trust = replace(authority.trust(), timestamps=(stamper.parsed,))
        stamp = self.ask(authority, trust, data, document, now, anna_iin).evidence.time_stamp
        assert stamp is not None
        assert not stamp.trusted

    @pytest.mark.parametrize("at", ["20361123085959Z", "20261323085959Z", "20261123Z"])
    def test_does_not_believe_an_impossible_time(self, authority, stamper, anna, anna_iin, document, now, at: str):
        data = signed(anna, document, now, stamper, at)
        trust = replace(authority.trust(), timestamps=(stamper.parsed,))
        verdict = self.ask(authority, trust, data, document, now, anna_iin)
        assert verdict.code is Code.VALID
        assert verdict.evidence.time_stamp is not None
        assert not verdict.evidence.time_stamp.trusted

    @pytest.mark.parametrize("fields", [{"version": 2}, {"kind": cms.DATA}])
    def test_does_not_read_another_statement(self, authority, stamper, anna, anna_iin, document, now, fields):
        data = signed(anna, document, now, stamper, "20261123085959Z", **fields)
        trust = replace(authority.trust(), timestamps=(stamper.parsed,))
        stamp = self.ask(authority, trust, data, document, now, anna_iin).evidence.time_stamp
        assert stamp == TimeStamp(at=None, trusted=False)

    def test_finds_the_signer_among_the_pinned_and_nowhere_else(
        self, authority, stamper, anna, anna_iin, document, now
    ):
        data = signed(anna, document, now, stamper, "20261123085959Z", certificates=[anna.certificate])
        stranger = certificate.parse(authority.root.certificate)
        for pinned, trusted in ((stranger, False), (stamper.parsed, True)):
            trust = replace(authority.trust(), timestamps=(pinned,))
            stamp = self.ask(authority, trust, data, document, now, anna_iin).evidence.time_stamp
            assert stamp == TimeStamp(at=now - timedelta(seconds=1), trusted=trusted)

    def test_does_not_believe_one_that_another_authority_issued(
        self, authority, stamper, anna, anna_iin, document, now
    ):
        data = signed(anna, document, now, stamper, "20261123085959Z")
        trust = replace(authority.trust(), timestamps=(certificate.parse(authority.root.certificate),))
        stamp = self.ask(authority, trust, data, document, now, anna_iin).evidence.time_stamp
        assert stamp == TimeStamp(at=now - timedelta(seconds=1), trusted=False)

    def test_does_not_believe_a_citizen(self, authority, anna: Holder, anna_iin, document, now):
        data = signed(anna, document, now, anna, "20261123085959Z")
        trust = replace(authority.trust(), timestamps=authority.trust().intermediates)
        stamp = self.ask(authority, trust, data, document, now, anna_iin).evidence.time_stamp
        assert stamp == TimeStamp(at=now - timedelta(seconds=1), trusted=False)

    def test_lets_garbage_beside_a_signature_change_nothing(self, authority, anna: Holder, anna_iin, document, now):
        held = attribute(cms.TIME_STAMP_TOKEN, encode.null())
        data = message(document, [SignerForm(key=anna.key, unsigned=[held])], at=now)
        verdict = self.ask(authority, authority.trust(), data, document, now, anna_iin)
        assert verdict.code is Code.VALID
        assert verdict.evidence.time_stamp == TimeStamp(at=None, trusted=False)

    def test_reads_a_real_one(self, data: Path, authority: Authority):
        info = cms.parse((data / "kz/cms/skarm_individual_attached.der").read_bytes(), max_certificates=4).signers[0]
        stamp = read(info, authority.trust())
        assert stamp is not None
        assert stamp.at is not None
        assert (stamp.at.year, stamp.at.month, stamp.trusted) == (2026, 7, False)
        token_ = cms.parse(cms.only_value(info.unsigned[cms.TIME_STAMP_TOKEN]).raw(), max_certificates=4)
        pinned = replace(authority.trust(), timestamps=(certificate.parse(token_.certificates[0]),))
        assert read(info, pinned) == TimeStamp(at=stamp.at, trusted=True)
