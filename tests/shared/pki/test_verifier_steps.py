"""The plan from step 5 on: path, time, use, revocation, identity and role."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.pki.codes import Code, Value
from shared.pki.expectation import MANAGEMENT_ROLES, Expectation
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import sign
from shared.pki.verdict import Verdict
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority, Holder
from shared.testing.authority_messages import SignerForm, message

Verify = Callable[..., Verdict]


class TestStep5RefusesAPath:
    def test_of_a_self_signed_certificate(self, verify: Verify, authority: Authority, anna_iin, document, now):
        holder = authority.self_signed(iin=anna_iin, at=now)
        assert verify(sign(document, holder.key, at=now)).code is Code.SELF_SIGNED

    def test_of_a_foreign_authority(self, verify: Verify, anna_iin: str, document: bytes, now: datetime):
        foreign = Authority.create(at=now, algorithm="ecdsa", title="БӨТЕН")
        holder = foreign.citizen(iin=anna_iin, at=now)
        assert verify(sign(document, holder.key, at=now)).code is Code.UNTRUSTED_ISSUER

    def test_of_an_authority_with_a_borrowed_name(self, verify: Verify, anna_iin: str, document: bytes, now):
        impostor = Authority.create(at=now, algorithm="ecdsa")
        holder = impostor.citizen(iin=anna_iin, at=now)
        assert verify(sign(document, holder.key, at=now)).code is Code.ISSUER_SIGNATURE_INVALID

    def test_that_a_citizen_extended(self, verify: Verify, authority, anna: Holder, anna_iin, document, now):
        """A citizen who issues certificates; his own is not among the trusted issuers, whatever the message carries."""
        below = Authority.create(at=now, algorithm="ecdsa")
        below.issuing = anna.key
        forged = below.citizen(iin=anna_iin, at=now)
        signature = message(
            document, [SignerForm(key=forged.key)], at=now, certificates=[forged.certificate, anna.certificate]
        )
        assert verify(signature).code is Code.UNTRUSTED_ISSUER


class TestStep6RefusesACertificate:
    def test_that_has_expired(self, verify: Verify, authority: Authority, anna_iin: str, document: bytes, now):
        holder = authority.citizen(iin=anna_iin, at=now, not_after=now - timedelta(seconds=1))
        assert verify(sign(document, holder.key, at=now)).code is Code.CERTIFICATE_EXPIRED

    def test_that_is_not_yet_valid(self, verify: Verify, authority: Authority, anna_iin: str, document: bytes, now):
        holder = authority.citizen(iin=anna_iin, at=now, not_before=now + timedelta(seconds=1))
        assert verify(sign(document, holder.key, at=now)).code is Code.CERTIFICATE_NOT_YET_VALID

    def test_but_takes_it_to_the_last_second(self, verify: Verify, authority, anna_iin, document, now):
        holder = authority.citizen(iin=anna_iin, at=now, not_before=now, not_after=now)
        assert verify(sign(document, holder.key, at=now)).code is Code.VALID

    def test_of_an_authority_out_of_its_time(self, authority: Authority, anna: Holder, anna_iin, document, now):
        signature = sign(document, anna.key, at=now)
        verifier = Verifier(authority.trust(), RevocationIndex())
        expect = Expectation.citizen(iin=anna_iin)
        late, early = now + timedelta(days=4000), now - timedelta(days=2)
        assert verifier.verify(document, signature, at=late, expect=expect).code is Code.ISSUER_EXPIRED
        assert verifier.verify(document, signature, at=early, expect=expect).code is Code.ISSUER_NOT_YET_VALID


class TestStep8:
    def test_refuses_a_revoked_certificate(self, verify: Verify, authority: Authority, anna: Holder, document, now):
        authority.revoke(anna.certificate, at=now - timedelta(minutes=1))
        verdict = verify(sign(document, anna.key, at=now))
        assert verdict.code is Code.CERTIFICATE_REVOKED
        assert "key-compromise" in verdict.detail

    def test_refuses_a_revoked_authority(self, authority: Authority, anna: Holder, anna_iin, document, now):
        index = authority.index(at=now)
        data = authority.root_crl(at=now, revoked=[authority.issuing.certificate])
        index.put(check_list(data, trust=authority.trust(), at=now, fetched_at=now))
        verdict = Verifier(authority.trust(), index).verify(
            document, sign(document, anna.key, at=now), at=now, expect=Expectation.citizen(iin=anna_iin)
        )
        assert verdict.code is Code.ISSUER_REVOKED

    def test_does_not_know_without_data_and_knows_later(
        self, authority: Authority, anna: Holder, anna_iin: str, document: bytes, now: datetime
    ):
        index = RevocationIndex()
        verifier, signature = Verifier(authority.trust(), index), sign(document, anna.key, at=now)
        expect = Expectation.citizen(iin=anna_iin)
        verdict = verifier.verify(document, signature, at=now, expect=expect)
        assert (verdict.value, verdict.code) == (Value.UNKNOWN, Code.NO_REVOCATION_DATA)
        index.put(check_list(authority.crl(at=now), trust=authority.trust(), at=now, fetched_at=now))
        assert verifier.verify(document, signature, at=now, expect=expect).code is Code.VALID

    def test_lets_a_wrong_identity_go_before_missing_data(self, authority, anna: Holder, document: bytes, now):
        verifier = Verifier(authority.trust(), RevocationIndex())
        verdict = verifier.verify(
            document, sign(document, anna.key, at=now), at=now, expect=Expectation.citizen(iin="850101300123")
        )
        assert verdict.code is Code.IIN_MISMATCH


class TestStep9Refuses:
    def test_another_persons_iin(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        verdict = verify(sign(document, anna.key, at=now), expect=Expectation.citizen(iin="850101300123"))
        assert verdict.code is Code.IIN_MISMATCH
        assert "8(7)" in verdict.clause

    def test_an_iin_that_fails_its_check_digit_but_under_a_test_anchor(
        self, authority: Authority, document: bytes, now: datetime
    ):
        """The public test identities fail it (fact 8 of the NCA's data)."""
        holder = authority.citizen(iin="123456789011", at=now)
        for test, code in ((False, Code.IIN_MALFORMED), (True, Code.VALID)):
            verifier = Verifier(authority.trust(test=test), authority.index(at=now))
            verdict = verifier.verify(
                document, sign(document, holder.key, at=now), at=now, expect=Expectation.citizen("123456789011")
            )
            assert verdict.code is code

    @pytest.mark.parametrize("number", ["12345678901", "1234567890112", "12345678901x"])
    def test_an_iin_that_is_not_twelve_digits(self, verify: Verify, authority: Authority, document, now, number):
        holder = authority.citizen(iin=number, at=now)
        assert verify(sign(document, holder.key, at=now)).code is Code.IIN_MALFORMED

    def test_a_certificate_that_names_no_person(self, verify: Verify, authority: Authority, clinic_bin, document, now):
        seal = authority.seal(bin=clinic_bin, at=now)
        verdict = verify(sign(document, seal.key, at=now), expect=Expectation.person())
        assert verdict.code is Code.IIN_MISSING


class TestStep10:
    def test_takes_staff_of_the_organisation_with_an_allowed_role(
        self, verify: Verify, authority: Authority, anna_iin: str, clinic_bin: str, document: bytes, now: datetime
    ):
        doctor = authority.staff(iin=anna_iin, bin=clinic_bin, at=now, role="employee")
        signature = sign(document, doctor.key, at=now)
        assert verify(signature, expect=Expectation.staff(bin=clinic_bin, iin=anna_iin)).code is Code.VALID
        assert verify(signature, expect=Expectation.staff()).code is Code.VALID
        managing = Expectation.staff(bin=clinic_bin, roles=MANAGEMENT_ROLES)
        assert verify(signature, expect=managing).code is Code.ROLE_REFUSED
        assert verify(signature, expect=Expectation.staff(bin="100140000001")).code is Code.BIN_MISMATCH

    def test_refuses_staff_as_citizens_and_citizens_as_staff(
        self, verify: Verify, authority: Authority, anna: Holder, anna_iin: str, clinic_bin: str, document, now
    ):
        doctor = authority.staff(iin=anna_iin, bin=clinic_bin, at=now)
        assert verify(sign(document, doctor.key, at=now)).code is Code.ROLE_REFUSED
        assert verify(sign(document, anna.key, at=now), expect=Expectation.staff()).code is Code.BIN_MISSING

    def test_takes_an_organisations_seal(
        self, verify: Verify, authority: Authority, clinic_bin, anna_iin, document, now
    ):
        seal = authority.seal(bin=clinic_bin, at=now)
        assert verify(sign(document, seal.key, at=now), expect=Expectation.seal(bin=clinic_bin)).code is Code.VALID
        finance = authority.staff(iin=anna_iin, bin=clinic_bin, at=now, role="finance")
        refused = verify(sign(document, finance.key, at=now), expect=Expectation.seal(bin=clinic_bin))
        assert refused.code is Code.ROLE_REFUSED

    def test_refuses_a_bin_that_fails_its_check_digit(self, verify: Verify, authority: Authority, document, now):
        seal = authority.seal(bin="123456789021", at=now)
        assert verify(sign(document, seal.key, at=now), expect=Expectation.seal()).code is Code.BIN_MALFORMED
