"""Structures that are DER and yet not of their standard's form, and rare ones that are: readers tell them apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1
from typing import cast

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from shared.pki import certificate, crl, encode, extensions, keys, ocsp
from shared.pki.algorithms import RSA_PSS, Family, Hash, Scheme, hash_of, scheme_of
from shared.pki.certificate import Algorithm, Certificate
from shared.pki.codes import Code, Refused
from shared.pki.der import ENUMERATED, Malformed, Reader
from shared.pki.issuers import Issuers
from shared.pki.lists import ListFault, ListRefused, check_list
from shared.pki.ocsp import AnswerRefused, CheckedAnswer, FetchedAnswer
from shared.pki.path import is_root
from shared.pki.signing import envelope, sign
from shared.pki.trust import TrustRefused, pinned
from shared.testing import authority_forms as forms
from shared.testing import authority_keys
from shared.testing.authority import Authority, Holder
from shared.testing.authority_messages import SignerForm, message

MANY = 1025  # one more than an extension may list
DSA = "1.2.840.10040.4.1"


def parts(data: bytes) -> list[bytes]:
    """Cut a constructed value into its elements."""
    reader, found = Reader.whole(data, data[0]), []
    while reader.more():
        found.append(reader.raw())
    return found


class TestCertificate:
    """Its fields in order: version, number, algorithm, issuer, period, subject, key, extensions."""

    def changed(self, anna: Holder, fields: dict[int, bytes]) -> bytes:
        held = parts(parts(anna.certificate)[0])
        return forms.signed(encode.sequence(*(fields.get(n, one) for n, one in enumerate(held))), anna.key.private)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({0: encode.explicit(0, encode.integer(5))}, "a version that"),
            ({1: encode.integer(1 << 600)}, "a serial number of absurd length"),
            ({0: b"", 7: encode.element(0x81, b"\x00\x01")}, "a unique identifier in version 1"),
            ({0: b""}, "extensions in an old version"),
            ({7: encode.explicit(3, encode.sequence())}, "an empty list of extensions"),
        ],
    )
    def test_is_of_its_version(self, anna: Holder, fields: dict[int, bytes], words: str):
        with pytest.raises(Malformed, match=words):
            certificate.parse(self.changed(anna, fields))

    def test_of_version_2_may_have_unique_identifiers(self, anna: Holder):
        """RFC 5280, 4.1.2.8 forbids them to issuers alone."""
        identifiers = encode.element(0x81, b"\x00\x01")
        data = self.changed(anna, {0: encode.explicit(0, encode.integer(1)), 7: identifiers})
        assert certificate.parse(data).extensions == {}


class TestExtensions:
    @pytest.mark.parametrize(
        ("oid", "one", "read", "words"),
        [
            (
                extensions.NAME_CONSTRAINTS, encode.sequence(encode.ia5("a", 0x82)),
                extensions.name_constraints, "subtrees",
            ),
            (
                extensions.POLICY_MAPPINGS, encode.sequence(encode.oid("1.2.3"), encode.oid("1.2.4")),
                extensions.policy_mappings, "mappings",
            ),
            (extensions.DISTRIBUTION_POINTS, encode.sequence(), extensions.distribution_points, "distribution points"),
        ],
    )  # fmt: skip
    def test_list_neither_nothing_nor_thousands(
        self, anna: Holder, oid: str, one: bytes, read: Callable[[Certificate], object], words: str
    ):
        for count, fault in ((0, "an empty list of"), (MANY, "too many")):
            value = encode.sequence(one * count)
            if oid == extensions.NAME_CONSTRAINTS:
                value = encode.sequence(encode.explicit(0, one * count))
            held = certificate.Extension(critical=False, value=value)
            with pytest.raises(Malformed, match=f"{fault} {words}"):
                read(replace(anna.parsed, extensions={oid: held}))


class TestMessage:
    """Fields of SignedData in order: version, digests, content, certificates, signers."""

    def changed(self, data: bytes, place: int, *values: bytes) -> bytes:
        fields = parts(parts(parts(data)[1])[0])
        return envelope(*fields[:place], *values, *fields[place + 1 :])

    def test_may_carry_lists_that_nobody_trusts(self, anna: Holder, document: bytes, verify, now: datetime):
        data = sign(document, anna.key, at=now)
        fields = parts(parts(parts(data)[1])[0])
        carried = encode.explicit(1, encode.sequence())
        assert verify(self.changed(data, 3, fields[3], carried)).code is Code.VALID

    def test_lists_few_digests(self, anna: Holder, document: bytes, verify, now: datetime):
        many = encode.set_of([encode.algorithm("2.16.840.1.101.3.4.2.1", encode.null())] * 17)
        verdict = verify(self.changed(sign(document, anna.key, at=now), 1, many))
        assert (verdict.code, "too many digest" in verdict.detail) == (Code.SIGNATURE_MALFORMED, True)

    def test_has_no_empty_set_of_attributes(self, anna: Holder, document: bytes, verify, now: datetime):
        verdict = verify(message(document, [SignerForm(key=anna.key, unsigned=[b""])], at=now))
        assert (verdict.code, "an empty set" in verdict.detail) == (Code.SIGNATURE_MALFORMED, True)

    def test_named_by_a_subject_key_of_none_has_no_certificate(self, anna, anna_iin, authority, document, verify, now):
        other = authority.citizen(iin=anna_iin, at=now, algorithm="rsa")
        form = SignerForm(key=anna.key, by_subject_key=True)
        assert verify(message(document, [form], at=now, certificates=[other.certificate])).code is Code.NO_CERTIFICATE


class TestList:
    def written(self, authority: Authority, now: datetime, entries: bytes) -> bytes:
        issuing = authority.issuing
        return forms.signed(
            encode.sequence(
                encode.integer(1), issuing.private.algorithm, certificate.parse(issuing.certificate).subject,
                encode.time(now), encode.time(now + timedelta(days=1)), encode.sequence(entries),
            ), issuing.private,
        )  # fmt: skip

    def entry(self, number: int, now: datetime, *held: bytes) -> bytes:
        return encode.sequence(encode.integer(number), encode.time(now), encode.sequence(*held))

    def test_is_of_its_version(self, authority: Authority, now: datetime):
        tbs = parts(parts(authority.crl(at=now))[0])
        for version in (encode.integer(2), b""):
            data = forms.signed(encode.sequence(version, *tbs[1:]), authority.issuing.private)
            with pytest.raises(Malformed, match="a list of a version that does not exist, or extensions in the first"):
                crl.parse(data)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (encode.ia5("example.com", 0x82), "an issuer of an entry without a directory name"),
            (encode.explicit(4, forms.name(("2.5.4.3", "A"))), "an entry of another issuer in a list that is not"),
        ],
    )
    def test_names_other_issuers_only_when_it_is_indirect(self, authority: Authority, now, name: bytes, words: str):
        named = forms.extension(crl.CERTIFICATE_ISSUER, encode.sequence(name), critical=True)
        with pytest.raises(Malformed, match=words):
            crl.parse(self.written(authority, now, self.entry(7, now, named)))

    def test_may_have_entries_each_of_another_shape(self, authority: Authority, now: datetime):
        """More shapes than are remembered: those after them are read as well."""
        dates = (encode.generalized(now - timedelta(seconds=second)) for second in range(4100))
        entries = [self.entry(n, now, forms.extension(crl.INVALIDITY_DATE, date)) for n, date in enumerate(dates)]
        assert len(crl.parse(self.written(authority, now, b"".join(entries))).entries) == 4100

    @pytest.mark.parametrize("reasons", [(1, crl.REMOVE_FROM_LIST), (crl.REMOVE_FROM_LIST, 1)])
    def test_revokes_a_number_that_stands_twice_if_either_says_so(self, authority: Authority, now, reasons):
        held = [forms.extension(crl.REASON, encode.integer(reason, ENUMERATED)) for reason in reasons]
        data = self.written(authority, now, b"".join(self.entry(7, now, one) for one in held))
        found = crl.parse(data).entries.find(7)
        assert found is not None
        assert found.reason == 1

    def test_is_signed_with_an_algorithm_that_is_taken(self, authority: Authority, now: datetime):
        tbs = parts(parts(authority.crl(at=now))[0])
        weak = encode.algorithm("1.2.840.10045.4.1")
        data = encode.sequence(encode.sequence(tbs[0], weak, *tbs[2:]), weak, encode.bits(b"\x00"))
        with pytest.raises(ListRefused) as caught:
            check_list(data, trust=authority.trust(), at=now, fetched_at=now)
        assert caught.value.code is ListFault.ALGORITHM_REFUSED

    def test_passes_over_a_signer_whose_key_is_not_taken(self, authority: Authority, now: datetime):
        """Two certificates of one name in the configuration, the first with a key that is refused."""
        trust = authority.trust()
        odd = replace(trust.intermediates[0], spki=encode.sequence(encode.algorithm("1.2.3"), encode.bits(b"")))
        trust = replace(trust, intermediates=(odd, *trust.intermediates))
        assert check_list(authority.crl(at=now), trust=trust, at=now, fetched_at=now).signer == trust.intermediates[1]


class TestAnswer:
    @pytest.fixture
    def ask(self, authority: Authority, anna: Holder, now: datetime) -> Callable[..., CheckedAnswer]:
        """Check an answer of the issuer about anna; `fields` are what it says otherwise than usual."""
        issuing = certificate.parse(authority.issuing.certificate)
        identity = parts(parts(parts(parts(ocsp.question(anna.parsed, issuing))[0])[0])[0])[0]
        moment = encode.generalized(now)

        def run(
            *, version: bytes = b"", by: bytes | None = None, asked: bytes = identity, status: bytes = b"\x80\x00",
            count: int = 1, extra: bytes = b"", held: int = 0, kind: str = ocsp.BASIC,
        ) -> CheckedAnswer:  # fmt: skip
            singles = encode.sequence(encode.sequence(asked, status, moment, extra) * count)
            tbs = encode.sequence(version, by or encode.explicit(1, issuing.subject), moment, singles)
            certificates = encode.explicit(0, encode.sequence(anna.certificate * held)) if held else b""
            signer = authority.issuing.private
            basic = encode.sequence(tbs, signer.algorithm, encode.bits(signer.sign(tbs)), certificates)
            body = encode.explicit(0, encode.sequence(encode.oid(kind), encode.octets(basic)))
            fetched = FetchedAnswer(data=encode.sequence(encode.integer(0, ENUMERATED), body), fetched_at=now)
            return ocsp.check(fetched, anna.parsed, issuing, trust=authority.trust(), at=now)

        return run

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"version": encode.explicit(0, encode.integer(1))}, "a version of OCSP"),
            ({"count": 17}, "too many answers"),
            ({"held": 5}, "too many certificates"),
            ({"kind": "1.2.3"}, "another type than basic"),
            ({"by": encode.explicit(2, encode.octets(bytes(20)))}, "neither the issuer"),
            (
                {"extra": encode.explicit(1, encode.sequence(forms.extension("1.2.3", encode.null(), critical=True)))},
                "a critical extension",
            ),
        ],
    )
    def test_is_of_its_form(self, ask, fields: dict[str, object], words: str):
        with pytest.raises(AnswerRefused, match=words):
            ask(**fields)

    def test_may_name_its_responder_by_key_and_its_version(self, ask, authority: Authority):
        key = ocsp.key_bits(authority.issuing.private.spki)
        by = encode.explicit(2, encode.octets(sha1(key, usedforsecurity=False).digest()))
        assert ask(by=by, version=encode.explicit(0, encode.integer(0))).revoked_at is None

    def test_may_revoke_without_a_reason(self, ask, now: datetime):
        found = ask(status=encode.explicit(1, encode.generalized(now)))
        assert (found.revoked_at, found.reason) == (now, None)

    def test_names_the_issuer_by_a_known_digest(self, ask, anna: Holder):
        number = encode.integer(anna.parsed.serial)
        asked = encode.sequence(encode.algorithm("1.2.3"), encode.octets(b""), encode.octets(b""), number)
        with pytest.raises(AnswerRefused, match="another certificate"):
            ask(asked=asked)


class TestKeys:
    def test_of_pss_mask_with_mgf1(self):
        sha256 = encode.algorithm("2.16.840.1.101.3.4.2.1")
        parameters = encode.sequence(
            encode.explicit(0, sha256), encode.explicit(1, encode.algorithm("1.2.840.113549.1.1.9", sha256))
        )
        with pytest.raises(Refused, match="another mask generator") as caught:
            scheme_of(Algorithm(oid=RSA_PSS, parameters=parameters), weak=False)
        assert caught.value.code is Code.ALGORITHM_UNKNOWN

    @pytest.mark.parametrize("algorithm", ["2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"])
    def test_sign_by_algorithms_without_parameters(self, algorithm: str):
        asked = Algorithm(oid=algorithm, parameters=encode.integer(1))
        with pytest.raises(Refused, match="must not have"):
            (scheme_of if algorithm.startswith("1") else hash_of)(asked, weak=False)

    def test_of_pss_sign_with_pss_alone_and_without_restrictions(self):
        """RFC 4055, 1.2 and 3.1; `cryptography` reads such keys and forgets what they must not do."""
        private = cast("rsa.RSAPrivateKey", authority_keys.lend("rsa", 0).key)  # type: ignore[attr-defined]
        bits = parts(authority_keys.lend("rsa", 0).spki)[1]
        key = keys.load(encode.sequence(encode.algorithm(RSA_PSS), bits))
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        for pad, scheme, right in (
            (pss, Scheme(family=Family.RSA, hash=Hash.SHA256, pss=True, salt=32), True),
            (padding.PKCS1v15(), Scheme(family=Family.RSA, hash=Hash.SHA256), False),
        ):
            assert key.verify(scheme, private.sign(b"x", pad, hashes.SHA256()), b"x") is right
        sha512 = encode.explicit(0, encode.algorithm("2.16.840.1.101.3.4.2.3"))
        with pytest.raises(Refused, match="restrictions") as caught:
            keys.load(encode.sequence(encode.algorithm(RSA_PSS, encode.sequence(sha512)), bits))
        assert caught.value.code is Code.KEY_UNKNOWN

    def test_of_dsa_have_parameters_in_range_or_their_issuers(self):
        numbers = encode.sequence(encode.integer(7), encode.integer(11), encode.integer(3))
        written = encode.sequence(encode.algorithm(DSA, numbers), encode.bits(encode.integer(5)))
        with pytest.raises(Refused) as caught:
            keys.load(written, weak=True)
        assert caught.value.code is Code.KEY_MALFORMED
        bare = keys.load(encode.sequence(encode.algorithm(DSA), encode.bits(encode.integer(5))), weak=True)
        assert not bare.verify(Scheme(family=Family.DSA, hash=Hash.SHA256), b"", b"")

    def test_that_are_not_taken_make_no_root(self, authority: Authority):
        root = certificate.parse(authority.root.certificate)
        assert is_root(root)
        odd = encode.sequence(encode.algorithm("1.2.3"), encode.bits(b""))
        assert not is_root(replace(root, spki=odd))


class TestIssuers:
    def test_that_are_malformed_are_not_passed(self, authority: Authority, anna: Holder, now: datetime):
        trust = authority.trust()
        held = certificate.Extension(critical=False, value=encode.sequence())
        odd = replace(trust.intermediates[0], extensions={extensions.POLICY_MAPPINGS: held})
        with pytest.raises(Refused, match="an issuer's certificate: an empty list of mappings") as caught:
            Issuers(replace(trust, intermediates=(odd,))).find(anna.parsed, now)
        assert caught.value.code is Code.CERTIFICATE_MALFORMED

    def test_are_climbed_only_so_far(self, authority: Authority, anna: Holder, now: datetime):
        trust = authority.trust()
        enough, short = (replace(trust, budgets=replace(trust.budgets, path_length=most)) for most in (3, 2))
        assert len(Issuers(enough).find(anna.parsed, now).issuers.certificates) == 2
        with pytest.raises(Refused) as caught:
            Issuers(short).find(anna.parsed, now)
        assert caught.value.code is Code.UNTRUSTED_ISSUER


class TestPinned:
    def test_takes_roots_alone(self, authority: Authority):
        root, issuing = authority.root.certificate, authority.issuing.certificate
        assert [one.certificate.der for one in pinned([root]).anchors] == [root]
        for data, words in (([], "no anchor"), ([issuing], "did not sign itself"), ([b"\x30\x00"], "no certificate")):
            with pytest.raises(TrustRefused, match=words):
                pinned(data)
