"""Keys, algorithms and certificates' uses: what is verified, and which code each refusal has."""

import itertools
from datetime import datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

from shared.pki import certificate as certificates
from shared.pki import encode, keys, usage
from shared.pki.algorithms import RSA_PSS, Family, Hash, Scheme, digest, hash_of, scheme_of
from shared.pki.certificate import Algorithm
from shared.pki.codes import Code, Refused
from shared.pki.expectation import CITIZEN_ROLE, SYSTEM_ROLE
from shared.pki.files import Unreadable, decode, pem
from shared.pki.numbers import check_digit, valid_number
from shared.pki.private_keys import EcPrivateKey, KeyUnusable, private_key
from shared.pki.signing import SigningKey
from shared.testing import authority_forms as forms
from shared.testing import authority_keys
from shared.testing.authority import Authority


def spki(key: object) -> bytes:
    return key.public_key().public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def code_of(call, *arguments, **fields) -> Code:
    with pytest.raises(Refused) as caught:
        call(*arguments, **fields)
    return caught.value.code


def pss(hash_: str, mask: str, salt: int, *, trailer: int = 1) -> Algorithm:
    name = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha512": "2.16.840.1.101.3.4.2.3"}
    parameters = encode.sequence(
        encode.explicit(0, encode.algorithm(name[hash_])),
        encode.explicit(1, encode.algorithm("1.2.840.113549.1.1.8", encode.algorithm(name[mask]))),
        encode.explicit(2, encode.integer(salt)),
        encode.explicit(3, encode.integer(trailer)),
    )
    return Algorithm(oid=RSA_PSS, parameters=parameters)


class TestRsa:
    def test_verifies_both_paddings(self):
        private = authority_keys.lend("rsa", 0)
        key = keys.load(private.spki)
        assert key.label == "RSA-2048"
        assert key.verify(
            scheme_of(Algorithm(oid="1.2.840.113549.1.1.11", parameters=b""), weak=False), private.sign(b"x"), b"x"
        )
        scheme = scheme_of(pss("sha256", "sha256", 32), weak=False)
        pad = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        signature = private.key.sign(b"x", pad, hashes.SHA256())  # type: ignore[attr-defined]
        assert key.verify(scheme, signature, b"x")
        assert not key.verify(scheme, signature, b"y")
        assert not key.verify(Scheme(family=Family.RSA, hash=Hash.STREEBOG_512), signature, b"x")

    def test_refuses_short_and_huge_keys(self):
        short = spki(rsa.generate_private_key(65537, 1024))  # noqa: S505 - that is refused
        assert code_of(keys.load, short) is Code.RSA_KEY_TOO_SHORT
        assert keys.load(short, weak=True).label == "RSA-1024"
        huge = (1 << 8200) + 1
        numbers = encode.sequence(encode.integer(huge), encode.integer(65537))
        written = encode.sequence(encode.algorithm("1.2.840.113549.1.1.1", encode.null()), encode.bits(numbers))
        assert code_of(keys.load, written) is Code.KEY_UNKNOWN

    @pytest.mark.parametrize(
        "algorithm",
        [
            pss("sha256", "sha512", 32), pss("sha256", "sha256", 999), pss("sha256", "sha256", 32, trailer=2),
            Algorithm(oid=RSA_PSS, parameters=b"\x30\x01"), Algorithm(oid=RSA_PSS, parameters=b""),
        ],
    )  # fmt: skip
    def test_refuses_odd_parameters(self, algorithm: Algorithm):
        assert code_of(scheme_of, algorithm, weak=False) is Code.ALGORITHM_UNKNOWN

    def test_refuses_the_default_parameters_for_their_sha1(self):
        defaults = Algorithm(oid=RSA_PSS, parameters=encode.sequence())
        assert code_of(scheme_of, defaults, weak=False) is Code.SHA1_REFUSED
        assert scheme_of(defaults, weak=True).salt == 20


class TestOtherKeys:
    def test_ecdsa_on_nist_curves_alone(self):
        for curve, label in ((ec.SECP384R1(), "EC-384"), (ec.SECP521R1(), "EC-521")):
            private = EcPrivateKey(ec.generate_private_key(curve))
            key = keys.load(private.spki)
            scheme = Scheme(family=Family.EC, hash=private.hash)
            assert key.label == label
            assert key.verify(scheme, private.sign(b"x"), b"x")
            assert not key.verify(scheme, b"not DER", b"x")
        assert code_of(keys.load, spki(ec.generate_private_key(ec.SECP256K1()))) is Code.KEY_UNKNOWN

    def test_nothing_that_is_not_known(self):
        assert code_of(keys.load, spki(ed25519.Ed25519PrivateKey.generate())) is Code.KEY_UNKNOWN
        for broken in (
            b"",
            encode.sequence(),
            encode.sequence(encode.algorithm("1.2.840.10045.2.1"), encode.bits(b"")),
        ):
            assert code_of(keys.load, broken) in {Code.KEY_MALFORMED, Code.KEY_UNKNOWN}

    def test_dsa_for_old_suites_alone(self):
        private = dsa.generate_private_key(1024)  # noqa: S505 - as old suites have
        written = spki(private)
        assert code_of(keys.load, written) is Code.DSA_REFUSED
        key, scheme = keys.load(written, weak=True), Scheme(family=Family.DSA, hash=Hash.SHA1)
        signature = private.sign(b"x", hashes.SHA1())  # noqa: S303 - as above
        assert key.verify(scheme, signature, b"x")
        for broken in (signature[:-1], encode.sequence(encode.integer(0), encode.integer(1)), b""):
            assert not key.verify(scheme, broken, b"x")
        assert code_of(scheme_of, Algorithm(oid="1.2.840.10040.4.3", parameters=b""), weak=False) is Code.DSA_REFUSED

    def test_gost_on_the_authoritys_curves_alone(self):
        for oid, parameters in ((keys.GOST_512_KEY, "1.2.643.7.1.2.1.2.2"), (keys.GOST_256_KEY, "1.2.3")):
            algorithm = encode.algorithm(oid, encode.sequence(encode.oid(parameters)))
            written = encode.sequence(algorithm, encode.bits(encode.octets(bytes(128))))
            assert code_of(keys.load, written) is Code.KEY_UNKNOWN
        algorithm = encode.algorithm(keys.GOST_512_KEY, encode.sequence(encode.oid(keys.GOST_512_PARAMETERS)))
        for size in (128, 64):
            written = encode.sequence(algorithm, encode.bits(encode.octets(bytes(size))))
            assert code_of(keys.load, written) is Code.KEY_MALFORMED


class TestDigests:
    def test_have_their_own_refusals(self):
        for oid, code in (("1.3.14.3.2.26", Code.SHA1_REFUSED), ("1.2.840.113549.2.5", Code.MD5_REFUSED)):
            assert code_of(hash_of, Algorithm(oid=oid, parameters=b""), weak=False) is code
            assert hash_of(Algorithm(oid=oid, parameters=b""), weak=True) in {Hash.SHA1, Hash.MD5}
        odd = Algorithm(oid="2.16.840.1.101.3.4.2.1", parameters=encode.integer(1))
        assert code_of(hash_of, odd, weak=False) is Code.ALGORITHM_UNKNOWN

    def test_are_computed_for_every_name(self):
        assert {len(digest(one, b"")) for one in Hash} == {16, 20, 32, 48, 64}


class TestUsage:
    def certificate(self, now: datetime, authority: Authority, bits: set[int] | None, purposes: list[str], policy: str):
        form = [forms.purposes(purposes), forms.policies([policy])]
        if bits is not None:
            form.append(forms.extension(certificates.KEY_USAGE, encode.named_bits(bits), critical=True))
        return authority.issue(forms.name(("2.5.4.3", "А")), form, at=now).parsed

    @pytest.mark.parametrize(
        ("bits", "purposes", "policy", "code"),
        [
            ({0, 1}, [usage.EMAIL_PROTECTION], "1.2.398.3.3.2.3", None),
            ({0, 1}, [SYSTEM_ROLE], "1.2.398.3.3.2", None),
            ({0, 2}, [usage.CLIENT_AUTHENTICATION], "1.2.398.3.3.2.4", Code.AUTHENTICATION_KEY),
            ({0, 1}, [usage.EMAIL_PROTECTION], "1.2.398.3.3.2.2", Code.AUTHENTICATION_KEY),
            ({0}, [usage.EMAIL_PROTECTION], "1.2.398.3.3.2", Code.AUTHENTICATION_KEY),
            ({0, 1}, [usage.CLIENT_AUTHENTICATION], "1.2.398.3.3.2", Code.AUTHENTICATION_KEY),
            ({0, 1}, [CITIZEN_ROLE], "1.2.398.3.3.2", Code.KEY_USAGE_REFUSED),
            ({0, 1, 5}, [usage.EMAIL_PROTECTION], "1.2.398.3.3.2", Code.KEY_USAGE_REFUSED),
            (None, [usage.EMAIL_PROTECTION], "1.2.398.3.3.2", Code.KEY_USAGE_REFUSED),
            ({0, 1}, [usage.EMAIL_PROTECTION], "1.2.398.3.3.9", Code.CERTIFICATE_POLICY_REFUSED),
        ],
    )
    def test_knows_a_signing_certificate(
        self, authority: Authority, now, bits, purposes, policy: str, code: Code | None
    ):
        held = self.certificate(now, authority, bits, purposes, policy)
        if code is None:
            usage.check(held)
        else:
            assert code_of(usage.check, held) is code


class TestSigningKey:
    def test_is_refused_when_it_is_none(self):
        with pytest.raises(KeyUnusable):
            SigningKey.from_p12(b"nothing", "pw")
        with pytest.raises(KeyUnusable):
            private_key(ed25519.Ed25519PrivateKey.generate())
        with pytest.raises(KeyUnusable):
            EcPrivateKey(ec.generate_private_key(ec.SECP256K1()))

    def test_is_refused_with_another_password_or_without_its_certificate(self, anna):
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

        with pytest.raises(KeyUnusable):
            SigningKey.from_p12(anna.p12("right"), "wrong")
        bare = pkcs12.serialize_key_and_certificates(
            None, anna.key.private.key, None, None, BestAvailableEncryption(b"pw")
        )
        with pytest.raises(KeyUnusable):
            SigningKey.from_p12(bare, "pw")


class TestNumbers:
    def test_know_their_check_digit(self):
        assert valid_number("850101300123") is (check_digit("85010130012") == 3)
        for number in ("123456789011", "12345678901", "12345678901a", "٨٥٠١٠١٣٠٠١٢٣"):
            assert not valid_number(number)

    def test_have_beginnings_without_any(self):
        assert any(check_digit(f"{n:011d}") is None for n in range(3000))
        second = next(
            f"{n:011d}"
            for n in itertools.count(1)
            if sum((i + 1) * int(d) for i, d in enumerate(f"{n:011d}")) % 11 == 10
        )
        assert check_digit(second) != 10


class TestFiles:
    def test_are_der_pem_or_base64(self):
        data = encode.sequence(encode.integer(5))
        assert decode(data) == decode(pem(data, "X509 CRL")) == decode(b"MAMC\nAQU=\n") == data

    @pytest.mark.parametrize("text", [b"", b"text", b"AAAA", b"-----BEGIN A-----\n*\n-----END A-----"])
    def test_are_refused_otherwise(self, text: bytes):
        with pytest.raises(Unreadable):
            decode(text)
