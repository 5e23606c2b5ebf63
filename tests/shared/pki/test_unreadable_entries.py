"""A list that names a certificate unreadably: nothing makes that certificate good."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.shared.pki.revocations import HOUR, Bench

from shared.pki import certificate, crl, der, encode
from shared.pki.codes import Code
from shared.pki.der import Reader
from shared.pki.judge import Judge
from shared.pki.ocsp import FetchedAnswer
from shared.pki.revocation import (
    Outcome,
    RevocationIndex,
    RevocationList,
)
from shared.pki.signing import SigningKey, sign
from shared.pki.verdict import SourceKind
from shared.pki.verifier import Verifier
from shared.testing import authority_forms
from shared.testing.authority import Holder


class TestUnreadableEntries:
    """An entry's digits are looked at when a list comes, its date when someone asks for it."""

    def named(
        self, bench: Bench, serial: int, *, signer: SigningKey | None = None, base: int | None = None
    ) -> RevocationList:
        """Make a list, or a delta over `base`, that names a certificate as revoked in a thirteenth month."""
        signer, since = signer or bench.authority.issuing, bench.now - 7 * HOUR
        held = certificate.parse(signer.certificate)
        entries = [
            authority_forms.Revoked(serial=serial, at=since),
            authority_forms.Revoked(serial=2**150, at=bench.now),
        ]
        data = authority_forms.revocation_list(
            issuer=held.subject, entries=entries, this_update=bench.now,
            next_update=bench.now + HOUR, signer=signer.private,
            extensions=authority_forms.list_extensions(number=9, authority_key=held.subject_key or b"", base=base),
        )  # fmt: skip
        told = encode.time(since)
        broken = Reader.whole(data).raw(der.SEQUENCE).replace(told, told[:4] + b"13" + told[6:])
        return bench.check(authority_forms.signed(broken, signer.private))

    def answer(self, bench: Bench, holder: Holder) -> FetchedAnswer:
        return FetchedAnswer(data=bench.authority.answer(bench.question(holder), at=bench.now), fetched_at=bench.now)

    def test_leave_the_certificate_unknown(self, bench: Bench, anna: Holder):
        status = bench.status(anna, self.named(bench, anna.parsed.serial))
        assert (status.outcome, status.unreadable, status.sources) == (Outcome.UNKNOWN, True, ())
        assert "cannot be read: a time that does not exist" in status.detail

    def test_leave_others_as_they_are(self, bench: Bench, anna: Holder):
        """Also those whose number has the same last 64 bits, which are all that the index knows of it."""
        for serial in (anna.parsed.serial - 1, anna.parsed.serial ^ 1 << 100):
            assert bench.status(anna, self.named(bench, serial)).outcome is Outcome.GOOD

    def test_are_not_made_good_by_an_answer(self, bench: Bench, anna: Holder):
        listed, answer = self.named(bench, anna.parsed.serial), self.answer(bench, anna)
        assert bench.status(anna, answers=(answer,)).outcome is Outcome.GOOD
        assert bench.status(anna, listed, answers=(answer,)).outcome is Outcome.UNKNOWN

    def test_are_not_made_good_by_an_older_list(self, bench: Bench, anna: Holder, now: datetime):
        point = encode.sequence(encode.element(0x81, b"\xff"))  # of another scope: the index keeps both
        scope = authority_forms.extension(crl.ISSUING_POINT, point, critical=True)
        older = bench.check(bench.written(extensions=[scope], this_update=now - HOUR))
        assert bench.status(anna, older).outcome is Outcome.GOOD
        assert bench.status(anna, older, self.named(bench, anna.parsed.serial)).outcome is Outcome.UNKNOWN

    def test_in_a_delta_are_not_made_good_by_its_base(self, bench: Bench, anna: Holder, now: datetime):
        base = bench.check(bench.authority.crl(at=now - HOUR))
        delta = self.named(bench, anna.parsed.serial, base=base.number)
        assert bench.status(anna, base).outcome is Outcome.GOOD
        assert bench.status(anna, base, delta).outcome is Outcome.UNKNOWN

    def test_give_way_to_a_source_that_says_revoked(self, bench: Bench, anna: Holder, now: datetime):
        bench.authority.revoke(anna.certificate, at=now - HOUR)
        base = bench.check(bench.authority.crl(at=now - HOUR))
        delta = self.named(bench, anna.parsed.serial, base=base.number)
        assert bench.status(anna, base, delta).outcome is Outcome.REVOKED
        listed, answer = self.named(bench, anna.parsed.serial), self.answer(bench, anna)
        assert bench.status(anna, listed, answers=(answer,)).outcome is Outcome.REVOKED

    def test_about_a_responder_take_its_answers_away(self, bench: Bench, anna: Holder):
        listed = self.named(bench, certificate.parse(bench.authority.responder.certificate).serial)
        status = bench.status(anna, listed, answers=(self.answer(bench, anna),))
        assert [source.kind for source in status.sources] == [SourceKind.LIST]

    def test_about_the_signer_of_a_list_take_the_list_away(self, bench: Bench, anna: Holder, now: datetime):
        """Else a signer of which nothing is known is taken (profile kz)."""
        issuing = certificate.parse(bench.authority.issuing.certificate)
        usage = encode.named_bits({certificate.CRL_SIGN})
        form = [authority_forms.extension(certificate.KEY_USAGE, usage, critical=True)]
        signer = bench.authority.issue(issuing.subject, form, at=now)
        bench.trust = replace(bench.trust, intermediates=(*bench.trust.intermediates, signer.parsed))
        listed = self.named(bench, 7, signer=signer.key)
        assert bench.status(anna, listed).outcome is Outcome.GOOD
        assert listed.sha256 not in [
            source.sha256 for source in bench.status(anna, listed, self.named(bench, signer.parsed.serial)).sources
        ]

    @pytest.mark.parametrize("named", ["signer", "authority"])
    def test_refuse_as_unknown_in_condition_2(self, bench: Bench, anna: Holder, verify, document, now, named):
        """An authority of which nothing is known passes; one that its issuer's list names does not."""
        signature, listed = sign(document, anna.key, at=now), bench.check(bench.authority.crl(at=now))
        assert verify(signature, verifier=Verifier(bench.trust, RevocationIndex([listed]))).code is Code.VALID
        about = self.named(bench, anna.parsed.serial)
        if named == "authority":
            serial = certificate.parse(bench.authority.issuing.certificate).serial
            about = self.named(bench, serial, signer=bench.authority.root)
        verifier = Verifier(bench.trust, RevocationIndex([listed, about]))
        assert verify(signature, verifier=verifier).code is Code.NO_REVOCATION_DATA

    def test_refuse_as_unknown_before_the_judge(self, bench: Bench, anna: Holder, anna_iin: str, tmp_path: Path, now):
        case = {"id": "1", "at": now.isoformat(), "leaf": "anna", "intermediates": ["issuing"], "anchor": "root"}
        serial = certificate.parse(bench.authority.issuing.certificate).serial
        files = {
            "anna": anna.certificate, "issuing": bench.authority.issuing.certificate,
            "root": bench.authority.root.certificate, "leaf.crl": bench.authority.crl(at=now),
            "root.crl": self.named(bench, serial, signer=bench.authority.root).der,
        }  # fmt: skip
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        for crls, code in ((["leaf.crl"], Code.VALID), (["leaf.crl", "root.crl"], Code.NO_REVOCATION_DATA)):
            asked = json.dumps({**case, "iin": anna_iin, "crls": crls})
            assert Judge(tmp_path).judge(asked).code is code
