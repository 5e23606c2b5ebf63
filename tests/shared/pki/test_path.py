"""RFC 5280, section 6, where PKITS does not reach: names, networks, hosts, and what the extensions must look like."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from shared.pki import certificate, constraints, der, encode, extensions, names, policies
from shared.pki.codes import Code, Refused
from shared.pki.constraints import Constraints
from shared.pki.extensions import DIRECTORY_NAME, DNS_NAME, IP_NAME, RFC822_NAME, URI_NAME, Subtrees
from shared.pki.issuers import Issuers
from shared.testing import authority_forms as forms
from shared.testing.authority import Authority

RULES = [
    (DNS_NAME, b"host.example.com", b"example.com", True),
    (DNS_NAME, b"EXAMPLE.com", b"example.COM", True),
    (DNS_NAME, b"badexample.com", b"example.com", False),
    (DNS_NAME, b"anything", b"", True),
    (RFC822_NAME, b"anna@example.com", b"anna@example.com", True),
    (RFC822_NAME, b"anna@example.com", b"example.com", True),
    (RFC822_NAME, b"anna@mail.example.com", b"example.com", False),
    (RFC822_NAME, b"anna@mail.example.com", b".example.com", True),
    (RFC822_NAME, b"anna@.example.com", b".example.com", False),
    (URI_NAME, b"http://user@host.example.com:80/path?x#y", b"host.example.com", True),
    (URI_NAME, b"http://host.example.com", b".example.com", True),
    (URI_NAME, b"http://example.com", b".example.com", False),
    (IP_NAME, bytes([10, 1, 2, 3]), bytes([10, 0, 0, 0, 255, 0, 0, 0]), True),
    (IP_NAME, bytes([11, 1, 2, 3]), bytes([10, 0, 0, 0, 255, 0, 0, 0]), False),
    (IP_NAME, bytes(16), bytes([10, 0, 0, 0, 255, 0, 0, 0]), False),
    (IP_NAME, bytes(16), bytes(32), True),
    (
        DIRECTORY_NAME,
        forms.name((names.COUNTRY, "KZ"), (names.COMMON_NAME, "A")),
        forms.name((names.COUNTRY, "KZ")),
        True,
    ),
    (DIRECTORY_NAME, forms.name((names.COUNTRY, "KG")), forms.name((names.COUNTRY, "KZ")), False),
]


class TestNameConstraints:
    @pytest.mark.parametrize(("kind", "name", "base", "inside"), RULES)
    def test_know_what_lies_in_a_subtree(self, kind: int, name: bytes, base: bytes, inside: bool):
        assert constraints.matches((kind, name), (kind, base)) is inside

    @pytest.mark.parametrize(
        "uri", [b"mailto:anna@example.com", b"http:///path", b"http://10.0.0.1/", b"http://[::1]/"]
    )
    def test_refuse_a_uri_without_a_host(self, uri: bytes):
        with pytest.raises(Refused):
            constraints.matches((URI_NAME, uri), (URI_NAME, b"example.com"))

    def test_refuse_names_of_an_unknown_kind(self):
        with pytest.raises(Refused):
            constraints.matches((0, b"x"), (0, b"x"))

    @pytest.mark.parametrize("name", [(DNS_NAME, "ә".encode()), (IP_NAME, b"\x00")])
    def test_refuse_malformed_names(self, name: tuple[int, bytes]):
        with pytest.raises(der.Malformed):
            constraints.matches(name, (name[0], b"example.com"))

    def test_narrow_on_the_way_down(self, authority: Authority, anna_iin: str, now: datetime):
        leaf = authority.citizen(iin=anna_iin, at=now).parsed
        ours = Subtrees(permitted=((DIRECTORY_NAME, leaf.subject),), excluded=())
        other = Subtrees(permitted=((DIRECTORY_NAME, forms.name((names.COUNTRY, "KG"))),), excluded=())
        held = Constraints().narrowed(None).narrowed(ours)
        assert held.check(leaf).comparisons == 1
        with pytest.raises(Refused, match="outside"):
            held.narrowed(other).check(leaf)
        with pytest.raises(Refused, match="must not name"):
            Constraints().narrowed(Subtrees(permitted=None, excluded=((DIRECTORY_NAME, leaf.subject),))).check(leaf)
        with pytest.raises(Refused) as caught:
            Constraints(excluded=((DNS_NAME, b"x"),) * 300_000).check(leaf)
        assert caught.value.code is Code.PATH_BUDGET_SPENT


class TestProgress:
    def test_goes_on_only_with_what_the_issuer_named(self, authority: Authority, anna_iin: str, now: datetime):
        chain = Issuers(authority.trust()).find(authority.citizen(iin=anna_iin, at=now).parsed, now).issuers
        with pytest.raises(Refused, match="do not chain"):
            chain.progress.finish(certificate.parse(authority.root.certificate))

    def test_holds_a_leaf_to_the_policy_that_it_asks_for(self, authority: Authority, now: datetime):
        """6.1.5 (b): a leaf may itself ask for an explicit policy."""
        demand = forms.extension(extensions.POLICY_CONSTRAINTS, encode.sequence(encode.integer(0, 0x80)))
        name, issuers = forms.name((names.COMMON_NAME, "А")), Issuers(authority.trust())
        issuers.find(authority.issue(name, [], at=now).parsed, now)
        with pytest.raises(Refused) as caught:
            issuers.find(authority.issue(name, [demand], at=now).parsed, now)
        assert caught.value.code is Code.POLICIES_REFUSED

    def test_takes_a_policy_that_is_named_beside_any_policy_once(self):
        above = policies.descend(policies.root(), ["1.2.3", "1.2.4"], any_allowed=True)
        below = policies.descend(above, ["1.2.3", policies.ANY], any_allowed=True)
        assert {policy: [one.policy for one in node.parents] for policy, node in below.items()} == {
            "1.2.3": ["1.2.3"], "1.2.4": ["1.2.4"],
        }  # fmt: skip


class TestExtensions:
    def leaf(self, authority: Authority, now: datetime, oid: str, value: bytes) -> certificate.Certificate:
        form = [forms.extension(oid, value)]
        return authority.issue(forms.name((names.COMMON_NAME, "А"), (names.EMAIL, "a@b")), form, at=now).parsed

    @pytest.mark.parametrize(
        ("oid", "value"),
        [
            (extensions.NAME_CONSTRAINTS, encode.sequence()),
            (extensions.NAME_CONSTRAINTS, encode.sequence(encode.explicit(0))),
            (
                extensions.NAME_CONSTRAINTS,
                encode.sequence(encode.explicit(0, encode.sequence(encode.ia5("a", 0x82), encode.integer(1, 0x80)))),
            ),
            (extensions.POLICY_MAPPINGS, encode.sequence()),
            (extensions.POLICY_CONSTRAINTS, encode.sequence()),
            (extensions.POLICY_CONSTRAINTS, encode.sequence(encode.integer(-1, 0x80))),
            (extensions.INHIBIT_ANY_POLICY, encode.integer(-1)),
            (extensions.SUBJECT_NAMES, encode.sequence()),
            (extensions.SUBJECT_NAMES, encode.sequence(encode.null())),
        ],
    )
    def test_refuse_what_says_nothing(self, authority: Authority, now: datetime, oid: str, value: bytes):
        leaf = self.leaf(authority, now, oid, value)
        readers = {
            extensions.NAME_CONSTRAINTS: extensions.name_constraints,
            extensions.POLICY_MAPPINGS: extensions.policy_mappings,
            extensions.POLICY_CONSTRAINTS: extensions.policy_constraints,
            extensions.INHIBIT_ANY_POLICY: extensions.inhibit_any_policy,
            extensions.SUBJECT_NAMES: extensions.subject_names,
        }
        with pytest.raises(der.Malformed):
            readers[oid](leaf)

    def test_are_bounded(self, authority: Authority, now: datetime):
        many = encode.sequence(*[encode.ia5("a", 0x82)] * 1025)
        with pytest.raises(der.Malformed, match="too many"):
            extensions.subject_names(self.leaf(authority, now, extensions.SUBJECT_NAMES, many))

    def test_name_the_addresses_of_a_subject(self, authority: Authority, now: datetime):
        leaf = self.leaf(authority, now, "1.2.3", encode.null())
        assert (RFC822_NAME, b"a@b") in constraints.all_names(leaf)


class TestCertificate:
    def read(self, authority: Authority, now: datetime, extensions_: Sequence[bytes]) -> certificate.Certificate:
        return authority.issue(forms.name((names.COMMON_NAME, "А")), extensions_, at=now).parsed

    @pytest.mark.parametrize(
        "extension",
        [
            forms.extension(certificate.BASIC_CONSTRAINTS, encode.sequence(encode.integer(1))),
            forms.extension(certificate.KEY_USAGE, encode.bits(b"")[:2] + b""),
            forms.extension(certificate.EXTENDED_KEY_USAGE, encode.sequence()),
            forms.extension(certificate.POLICIES, encode.sequence()),
            forms.policies(["1.2.3", "1.2.3"]),
            forms.extension(certificate.SUBJECT_KEY, encode.octets(b"twice")),
        ],
    )
    def test_is_refused_with_a_known_extension_that_is_malformed(self, authority: Authority, now, extension: bytes):
        with pytest.raises(der.Malformed):
            self.read(authority, now, [extension])

    def test_compares_by_its_bytes(self, authority: Authority):
        one = certificate.parse(authority.root.certificate)
        assert one == certificate.parse(authority.root.certificate)
        assert one != authority.root.certificate
        assert len({one, certificate.parse(authority.root.certificate)}) == 1


class TestNames:
    def test_compare_by_meaning(self):
        def written(tag: int, text: bytes) -> bytes:
            value = encode.sequence(encode.oid(names.COMMON_NAME), encode.element(tag, text))
            return encode.sequence(encode.set_of([value]))

        one = written(der.UTF8_STRING, b"Test  Authority ")
        assert names.same(one, written(der.PRINTABLE_STRING, b"test authority"))
        assert names.same(one, written(der.BMP_STRING, "TEST AUTHORITY".encode("utf-16-be")))
        assert not names.same(one, written(der.UTF8_STRING, b"Test Authorities"))
        assert not names.same(one, written(der.BIT_STRING, b"\x00test"))
        assert "004" in names.show(written(der.BIT_STRING, b"\x00@"))

    def test_refuse_text_that_lies(self):
        value = encode.sequence(encode.oid(names.COMMON_NAME), encode.element(der.UTF8_STRING, b"\xff"))
        for broken in (encode.sequence(encode.set_of([value])), encode.sequence(encode.set_of([]))):
            with pytest.raises(der.Malformed):
                names.folded(broken)


class TestPolicies:
    def test_are_bounded_by_their_number_and_not_its_power(self):
        """RFC 9618: the tree of RFC 5280 would have 16^20 leaves here."""
        level = policies.root()
        listed = [f"1.2.{number}" for number in range(16)]
        mappings = [(one, other) for one in listed for other in listed]
        for _ in range(20):
            level = policies.descend(level, listed, any_allowed=True)
            level = policies.rename(level, mappings, allowed=True)
        assert len(level) == 16
        assert policies.acceptable(level, frozenset({"1.2.3"}))
        assert not policies.acceptable(level, frozenset({"1.2.99"}))


class TestDer:
    @pytest.mark.parametrize(
        "data",
        [
            b"\x02\x00", b"\x02\x02\x00\x01", b"\x02\x02\xff\xff", b"\x02\x81\x01\x01", b"\x02\x82\x00\x01\x01",
            b"\x02\x80\x01\x00\x00", b"\x1f\x01\x00", b"\x02\x05\x01", b"\x02", b"",
        ],
    )  # fmt: skip
    def test_refuses_integers_that_are_none(self, data: bytes):
        with pytest.raises(der.Malformed):
            der.Reader(data).integer()

    @pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2a\x86", b"\x01" * 65])
    def test_refuses_object_identifiers_that_are_none(self, content: bytes):
        with pytest.raises(der.Malformed):
            der.as_oid(content)

    @pytest.mark.parametrize(
        "dotted", ["0.9.2342", "1.2.398.3.3.4.1.2.5", "2.5.29.15", "2.999.3", "2.16.840.1.101.3.4"]
    )
    def test_reads_the_object_identifiers_that_it_writes(self, dotted: str):
        assert der.Reader(encode.oid(dotted)).oid() == dotted

    @pytest.mark.parametrize("value", [0, 1, -1, 127, 128, -128, -129, 255, 256, 2**160 - 1, -(2**70)])
    def test_reads_the_integers_that_it_writes(self, value: int):
        assert der.Reader(encode.integer(value)).integer() == value

    @pytest.mark.parametrize("bits", [set(), {0}, {5, 6}, {7}, {8}, {0, 8}, {1, 2, 15}])
    def test_reads_the_bits_that_it_writes(self, bits: set[int]):
        assert der.Reader(encode.named_bits(bits)).named_bits() == bits

    @pytest.mark.parametrize("content", [b"", b"\x08\x00", b"\x01", b"\x01\x01", b"\x00" * 20])
    def test_refuses_bits_that_are_none(self, content: bytes):
        with pytest.raises(der.Malformed):
            der.as_named_bits(content)

    @pytest.mark.parametrize(
        ("tag", "content"),
        [
            (23, b"260101000000"), (23, b"2601010000Z"), (23, b"261301000000Z"), (24, b"20260101000000.5Z"),
            (24, b"260101000000Z"), (23, b"260101000060Z"), (22, b"260101000000Z"), (23, b"26010100000aZ"),
        ],
    )  # fmt: skip
    def test_refuses_times_that_are_none(self, tag: int, content: bytes):
        with pytest.raises(der.Malformed):
            der.as_time(tag, content)

    def test_counts_years_as_the_standard_does(self):
        assert der.as_time(23, b"491231235959Z").year == 2049
        assert der.as_time(23, b"500101000000Z").year == 1950

    def test_refuses_booleans_bits_and_elements_in_the_wrong_place(self):
        for read in (
            lambda: der.Reader(b"\x01\x01\x01").boolean(), lambda: der.Reader(b"\x03\x01\x01").bits(),
            lambda: der.Reader(b"\x04\x00").integer(), lambda: der.Reader.whole(b"\x30\x00\x00"),
            lambda: der.Reader(b"\x04\x00").finish(), lambda: der.Reader(b"\x04\x82\x01").raw(),
        ):  # fmt: skip
            with pytest.raises(der.Malformed):
                read()
