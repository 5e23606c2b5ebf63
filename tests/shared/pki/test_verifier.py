"""The plan, step by step: what passes, and the one code that each fault gets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.pki import attributes, certificate, cms, encode
from shared.pki.budgets import Budgets
from shared.pki.codes import Code, Value
from shared.pki.expectation import CITIZEN_ROLE, Expectation
from shared.pki.revocation import RevocationIndex
from shared.pki.signing import SigningKey, attribute, digest_algorithm, sign
from shared.pki.verdict import SourceKind, Verdict
from shared.pki.verifier import Verifier
from shared.testing import authority_keys
from shared.testing.authority import Authority, Holder
from shared.testing.authority_messages import SignerForm, message, usual_attributes

Verify = Callable[..., Verdict]


class TestVerify:
    @pytest.mark.parametrize("detached", [True, False])
    def test_accepts_a_citizen_under_every_kind_of_key(
        self, each_authority: Authority, anna_iin: str, document: bytes, now: datetime, detached: bool
    ):
        anna = each_authority.citizen(iin=anna_iin, at=now)
        verifier = Verifier(each_authority.trust(), each_authority.index(at=now))
        verdict = verifier.verify(
            document, sign(document, anna.key, at=now, detached=detached), at=now, expect=Expectation.citizen(anna_iin)
        )
        assert verdict.code is Code.VALID
        assert verdict.value is Value.VALID
        assert verdict.step == 0

    def test_tells_who_signed_and_on_what_evidence(
        self, verify: Verify, anna: Holder, anna_iin: str, document: bytes, now: datetime, authority: Authority
    ):
        verdict = verify(sign(document, anna.key, at=now - timedelta(minutes=3)))
        signer = verdict.signer
        assert signer is not None
        assert (signer.iin, signer.bin) == (anna_iin, None)
        assert (signer.surname, signer.given_name, signer.patronymic) == ("АХМЕТОВА", "ӘНЕЛЬ", "БОЛАТҚЫЗЫ")
        assert signer.roles == (CITIZEN_ROLE,)
        assert signer.key_algorithm == "EC-256"
        assert signer.claimed_signing_time == now - timedelta(minutes=3)
        assert verdict.evidence.path == (
            anna.certificate,
            authority.issuing.certificate,
            authority.root.certificate,
        )
        assert [source.kind for source in verdict.evidence.revocation] == [SourceKind.LIST]

    def test_survives_a_journey_through_json(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        verdict = verify(sign(document, anna.key, at=now))
        assert Verdict.from_json(verdict.as_json()) == verdict
        nobody = verify(b"")
        assert Verdict.from_json(nobody.as_json()) == nobody

    def test_wants_an_instant_with_a_zone(self, authority: Authority, document: bytes):
        with pytest.raises(ValueError, match="zone"):
            Verifier(authority.trust(), RevocationIndex()).verify(
                document,
                b"",
                at=datetime(2026, 11, 23),  # noqa: DTZ001 - that is the fault
                expect=Expectation.person(),
            )

    def test_reads_the_iin_of_a_login_from_the_certificate(
        self, verify: Verify, authority: Authority, anna: Holder, anna_iin: str, clinic_bin: str, document, now
    ):
        doctor = authority.staff(iin=anna_iin, bin=clinic_bin, at=now)
        for holder, number in ((anna, None), (doctor, clinic_bin)):
            verdict = verify(sign(document, holder.key, at=now), expect=Expectation.person())
            assert verdict.code is Code.VALID
            assert verdict.signer is not None
            assert (verdict.signer.iin, verdict.signer.bin) == (anna_iin, number)

    def test_finds_the_certificate_by_subject_key(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [SignerForm(key=anna.key, by_subject_key=True)], at=now, version=3)
        assert verify(signature).code is Code.VALID

    def test_takes_a_plain_signature_without_attributes(self, verify: Verify, anna: Holder, document: bytes, now):
        assert verify(message(document, [SignerForm(key=anna.key, attributes=())], at=now)).code is Code.VALID


class TestStep1RefusesAnEnvelope:
    @pytest.mark.parametrize("signature", [b"", b"0", b"\x30\x80\x00\x00", b"not a signature", b"\x30\x03\x02\x01\x01"])
    def test_that_is_none(self, verify: Verify, signature: bytes):
        verdict = verify(signature)
        assert verdict.code is Code.SIGNATURE_MALFORMED
        assert verdict.signer is None

    def test_with_bytes_left_over(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        assert verify(sign(document, anna.key, at=now) + b"\x00").code is Code.SIGNATURE_MALFORMED

    def test_of_another_kind(self, verify: Verify):
        data = encode.sequence(encode.oid(cms.DATA), encode.explicit(0, encode.octets(b"text")))
        assert verify(data).code is Code.SIGNATURE_NOT_CMS

    def test_of_xml(self, verify: Verify):
        assert verify(b"<?xml version='1.0'?><ds:Signature/>").code is Code.SIGNATURE_MALFORMED

    def test_around_another_content(self, verify: Verify, anna: Holder, now: datetime):
        signature = sign(b'{"purpose":"withdrawal"}', anna.key, at=now, detached=False)
        assert verify(signature).code is Code.CONTENT_DIFFERS

    def test_around_something_else_than_data(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [SignerForm(key=anna.key)], at=now, content_type="1.2.840.113549.1.9.16.1.4")
        assert verify(signature).code is Code.CONTENT_TYPE_REFUSED

    @pytest.mark.parametrize("version", [0, 2, 7])
    def test_of_a_version_that_does_not_exist(self, verify: Verify, anna: Holder, document: bytes, now, version: int):
        assert verify(message(document, [SignerForm(key=anna.key)], at=now, version=version)).code is (
            Code.SIGNATURE_MALFORMED
        )

    def test_over_the_limits(self, authority: Authority, anna: Holder, verify: Verify, document: bytes, now):
        small = replace(authority.trust(), budgets=Budgets(document_bytes=100, signature_bytes=100))
        verifier = Verifier(small, authority.index(at=now))
        assert verify(b"", document=b"x" * 101, verifier=verifier).code is Code.DOCUMENT_TOO_LARGE
        assert verify(b"0" * 101, verifier=verifier).code is Code.SIGNATURE_TOO_LARGE


class TestStep2RefusesAMessage:
    def test_with_no_signer(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [], at=now, certificates=[anna.certificate])
        assert verify(signature).code is Code.NO_SIGNER

    def test_with_two_signers(self, verify: Verify, authority: Authority, anna: Holder, anna_iin, document, now):
        other = authority.citizen(iin=anna_iin, at=now)
        signature = message(document, [SignerForm(key=anna.key), SignerForm(key=other.key)], at=now)
        assert verify(signature).code is Code.SEVERAL_SIGNERS

    def test_with_no_certificate(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [SignerForm(key=anna.key)], at=now, certificates=[])
        assert verify(signature).code is Code.NO_CERTIFICATE

    def test_with_the_certificate_of_another(self, verify: Verify, authority, anna: Holder, anna_iin, document, now):
        other = authority.citizen(iin=anna_iin, at=now)
        signature = message(document, [SignerForm(key=anna.key)], at=now, certificates=[other.certificate])
        assert verify(signature).code is Code.NO_CERTIFICATE

    def test_with_too_many_certificates(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [SignerForm(key=anna.key)], at=now, certificates=[anna.certificate] * 9)
        assert verify(signature).code is Code.TOO_MANY_CERTIFICATES

    @pytest.mark.parametrize("broken", [encode.sequence(), encode.sequence(encode.integer(1))])
    def test_with_a_certificate_that_is_none(self, verify: Verify, anna: Holder, document: bytes, now, broken: bytes):
        signature = message(document, [SignerForm(key=anna.key)], at=now, certificates=[broken])
        assert verify(signature).code is Code.CERTIFICATE_MALFORMED

    def test_with_a_huge_certificate(self, verify: Verify, authority, anna: Holder, document: bytes, now: datetime):
        small = replace(authority.trust(), budgets=Budgets(certificate_bytes=100))
        verdict = verify(sign(document, anna.key, at=now), verifier=Verifier(small, authority.index(at=now)))
        assert verdict.code is Code.CERTIFICATE_MALFORMED

    def test_with_a_signer_of_an_unknown_version(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(document, [SignerForm(key=anna.key, version=2)], at=now)
        assert verify(signature).code is Code.SIGNATURE_MALFORMED


class TestStep3RefusesAttributes:
    def run(self, verify: Verify, anna: Holder, document: bytes, now: datetime, **fields) -> Code:
        return verify(message(document, [SignerForm(key=anna.key, **fields)], at=now)).code

    def test_of_a_changed_document(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        assert verify(sign(document, anna.key, at=now), document=document + b" ").code is Code.DIGEST_MISMATCH

    def test_out_of_order(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        attributes_ = sorted(usual_attributes(document, anna.key, now), reverse=True)
        assert self.run(verify, anna, document, now, attributes=attributes_, ordered=False) is Code.ATTRIBUTES_NOT_DER

    def test_that_stand_twice(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        usual = usual_attributes(document, anna.key, now)
        assert self.run(verify, anna, document, now, attributes=[*usual, usual[2]]) is Code.ATTRIBUTES_MALFORMED

    def test_with_two_values_where_one_belongs(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        usual = usual_attributes(document, anna.key, now)
        digests = encode.octets(bytes(32)) + encode.octets(bytes([1]) * 32)
        doubled = attribute(cms.MESSAGE_DIGEST, digests)
        assert self.run(verify, anna, document, now, attributes=[*usual[:2], doubled]) is Code.ATTRIBUTES_MALFORMED

    @pytest.mark.parametrize("missing", [0, 2])
    def test_that_lack_what_binds_them(self, verify: Verify, anna: Holder, document: bytes, now, missing: int):
        usual = usual_attributes(document, anna.key, now)
        del usual[missing]
        assert self.run(verify, anna, document, now, attributes=usual) is Code.ATTRIBUTES_MISSING

    def test_that_name_another_content_type(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        usual = usual_attributes(document, anna.key, now)
        usual[0] = attribute(cms.CONTENT_TYPE, encode.oid("1.2.840.113549.1.9.16.1.4"))
        assert self.run(verify, anna, document, now, attributes=usual) is Code.CONTENT_TYPE_MISMATCH

    def test_whose_signing_time_is_none(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        usual = usual_attributes(document, anna.key, now)
        usual[1] = attribute(cms.SIGNING_TIME, encode.octets(b"noon"))
        assert self.run(verify, anna, document, now, attributes=usual) is Code.ATTRIBUTES_MALFORMED

    def test_that_are_someone_elses_signed_attributes(self, verify: Verify, anna: Holder, document: bytes, now):
        """A signature over attributes, offered with the attributes as its document and none of its own."""
        signed = encode.set_of(usual_attributes(document, anna.key, now))
        signature = message(signed, [SignerForm(key=anna.key, attributes=())], at=now)
        assert verify(signature, document=signed).code is Code.ATTRIBUTES_MISSING

    @pytest.mark.parametrize(
        ("algorithm", "code"),
        [
            ("1.3.14.3.2.26", Code.SHA1_REFUSED),
            ("1.2.840.113549.2.5", Code.MD5_REFUSED),
            ("1.2.3.4", Code.ALGORITHM_UNKNOWN),
            ("2.16.840.1.101.3.4.2.3", Code.ALGORITHM_MISMATCH),
        ],
    )
    def test_of_another_digest(self, verify: Verify, anna: Holder, document: bytes, now, algorithm: str, code: Code):
        listed = encode.algorithm(algorithm, encode.null())
        signature = message(document, [SignerForm(key=anna.key, digest_algorithm=listed)], at=now, algorithms=[listed])
        assert verify(signature).code is code

    def test_whose_digest_the_message_does_not_list(self, verify: Verify, anna: Holder, document: bytes, now):
        listed = [encode.algorithm("2.16.840.1.101.3.4.2.2")]
        signature = message(document, [SignerForm(key=anna.key)], at=now, algorithms=listed)
        assert verify(signature).code is Code.ALGORITHM_MISMATCH

    def test_with_an_empty_set(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        good = message(document, [SignerForm(key=anna.key)], at=now)
        signed = encode.set_of(usual_attributes(document, anna.key, now))
        emptied = good.replace(b"\xa0" + signed[1:], b"\xa0\x00")
        assert verify(emptied).code is Code.SIGNATURE_MALFORMED  # the lengths around it are wrong now


class TestStep3ComparesTheSigningCertificate:
    def code(self, verify: Verify, anna: Holder, document: bytes, now: datetime, *extra: bytes) -> Code:
        listed = [*usual_attributes(document, anna.key, now), *extra]
        return verify(message(document, [SignerForm(key=anna.key, attributes=listed)], at=now)).code

    def identified(self, hash_: bytes, *, algorithm: bytes = b"", tail: bytes = b"") -> bytes:
        identifier = encode.sequence(algorithm, encode.octets(hash_), tail)
        return encode.sequence(encode.sequence(identifier))

    def test_with_issuer_and_serial_number(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        held = anna.parsed
        general = encode.sequence(encode.explicit(4, held.issuer))
        for serial, code in ((held.serial, Code.VALID), (held.serial + 1, Code.SIGNING_CERTIFICATE_MISMATCH)):
            tail = encode.sequence(general, encode.integer(serial))
            value = self.identified(held.sha256, tail=tail)
            found = self.code(verify, anna, document, now, attribute(cms.SIGNING_CERTIFICATE_V2, value))
            assert found is code

    def test_with_the_digest_that_it_names(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        import hashlib

        algorithm = encode.algorithm("2.16.840.1.101.3.4.2.3")
        value = self.identified(hashlib.sha512(anna.certificate).digest(), algorithm=algorithm)
        extra = attribute(cms.SIGNING_CERTIFICATE_V2, value)
        assert self.code(verify, anna, document, now, extra) is Code.VALID

    def test_of_the_older_kind(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        import hashlib

        for hash_, code in (
            (hashlib.sha1(anna.certificate).digest(), Code.VALID),
            (bytes(20), Code.SIGNING_CERTIFICATE_MISMATCH),
        ):
            extra = attribute(cms.SIGNING_CERTIFICATE, self.identified(hash_))
            assert self.code(verify, anna, document, now, extra) is code

    def test_and_refuses_another(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        extra = attribute(cms.SIGNING_CERTIFICATE_V2, self.identified(bytes(32)))
        assert self.code(verify, anna, document, now, extra) is Code.SIGNING_CERTIFICATE_MISMATCH

    def test_and_the_protected_algorithms(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        digest_ = digest_algorithm(anna.key.private.hash)
        for signature, code in (
            (anna.key.private.algorithm, Code.VALID),
            (encode.algorithm("1.2.840.10045.4.3.4"), Code.ALGORITHM_MISMATCH),
        ):
            value = encode.sequence(digest_, b"\xa1" + signature[1:])
            extra = attribute(cms.ALGORITHM_PROTECTION, value)
            assert self.code(verify, anna, document, now, extra) is code


class TestStep4RefusesASignature:
    def test_that_was_changed(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        signature = message(
            document, [SignerForm(key=anna.key, signature=anna.key.private.sign(b"something else"))], at=now
        )
        assert verify(signature).code is Code.SIGNATURE_INVALID

    def test_of_another_scheme_than_the_key(self, verify: Verify, anna: Holder, document: bytes, now: datetime):
        rsa = encode.algorithm("1.2.840.113549.1.1.11", encode.null())
        assert verify(message(document, [SignerForm(key=anna.key, signature_algorithm=rsa)], at=now)).code is (
            Code.SIGNATURE_INVALID
        )

    def test_of_a_short_rsa_key(self, verify: Verify, authority: Authority, anna_iin: str, document: bytes, now):
        short = authority.citizen(iin=anna_iin, at=now, key=authority_keys.make("rsa", 1024))
        assert verify(sign(document, short.key, at=now)).code is Code.RSA_KEY_TOO_SHORT


class TestTheWeaknessesOfAnotherVerifier:
    """What a Kazakh verifier that was read closely lets pass. Each is refused here, or unknown."""

    def test_a_message_with_no_signer_is_not_valid(self, verify: Verify, document: bytes, now: datetime):
        assert verify(message(document, [], at=now)).code is Code.NO_SIGNER

    def test_a_message_with_no_certificate_is_not_valid(self, verify: Verify, anna: Holder, document: bytes, now):
        assert verify(message(document, [SignerForm(key=anna.key)], at=now, certificates=[])).value is Value.INVALID

    def test_no_list_does_not_mean_active(self, authority: Authority, anna: Holder, verify: Verify, document, now):
        verifier = Verifier(authority.trust(), RevocationIndex())
        assert verify(sign(document, anna.key, at=now), verifier=verifier).value is Value.UNKNOWN

    def test_an_authentication_key_does_not_sign(self, verify: Verify, authority, anna_iin, document, now):
        holder = authority.citizen(iin=anna_iin, at=now, purpose="authentication")
        assert verify(sign(document, holder.key, at=now)).code is Code.AUTHENTICATION_KEY

    def test_the_older_signing_certificate_does(self, verify: Verify, authority, anna_iin, document, now):
        holder = authority.citizen(iin=anna_iin, at=now, purpose="signing-2018")
        assert verify(sign(document, holder.key, at=now)).code is Code.VALID


class TestChooseScheme:
    def test_takes_rsa_with_the_digest_beside_it(self, anna_iin: str, document: bytes, now: datetime):
        authority = Authority.create(at=now)
        holder = authority.citizen(iin=anna_iin, at=now)
        plain = encode.algorithm("1.2.840.113549.1.1.1", encode.null())
        signature = message(document, [SignerForm(key=holder.key, signature_algorithm=plain)], at=now)
        verdict = Verifier(authority.trust(), authority.index(at=now)).verify(
            document, signature, at=now, expect=Expectation.citizen(iin=anna_iin)
        )
        assert verdict.code is Code.VALID
        parsed = cms.parse(signature, max_certificates=1)
        assert attributes.choose_scheme(parsed, parsed.signers[0], weak=False).pss is False


class TestQuestion:
    def test_asks_the_configured_responder_alone(self, authority: Authority, anna: Holder, anna_iin, document, now):
        verifier = Verifier(authority.trust(), RevocationIndex())
        signature, expect = sign(document, anna.key, at=now), Expectation.citizen(iin=anna_iin)
        verdict = verifier.verify(document, signature, at=now, expect=expect)
        question = verifier.question(verdict)
        assert question is not None
        assert question.url == "http://127.0.0.1:8099/ocsp"
        silent = Verifier(replace(authority.trust(), responders=()), RevocationIndex())
        assert silent.question(verdict) is None
        assert verifier.question(verifier.verify(document, b"", at=now, expect=expect)) is None


class TestSigningKey:
    def test_knows_its_certificate_again(self, anna: Holder):
        again = SigningKey.from_p12(anna.p12("құпия"), "құпия")
        assert certificate.parse(again.certificate).serial == anna.parsed.serial
        assert again.certificate_pem.startswith(b"-----BEGIN CERTIFICATE-----\n")

    def test_writes_utc(self, anna: Holder, document: bytes):
        signature = sign(document, anna.key, at=datetime(2051, 1, 1, tzinfo=UTC))
        info = cms.parse(signature, max_certificates=1).signers[0]
        assert cms.signing_time(info) == datetime(2051, 1, 1, tzinfo=UTC)
