"""An X.509 certificate read strictly (RFC 5280, 4.1), with the extensions that every step asks for.

Rarer extensions stay as bytes until `shared.pki.extensions` reads them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.pki import der
from shared.pki.der import Malformed, Reader

KEY_USAGE, BASIC_CONSTRAINTS, POLICIES = "2.5.29.15", "2.5.29.19", "2.5.29.32"
EXTENDED_KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY = "2.5.29.37", "2.5.29.14", "2.5.29.35"

DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_ENCIPHERMENT, KEY_AGREEMENT = 0, 1, 2, 4
KEY_CERT_SIGN, CRL_SIGN = 5, 6

_MAX_EXTENSIONS = 64
_MAX_POLICIES = 64
_MAX_SERIAL = 64  # RFC 5280 says 20 bytes; old public suites carry more


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """An AlgorithmIdentifier. `parameters` is the DER of what follows the type, b"" where nothing does."""

    oid: str
    parameters: bytes

    def same(self, other: "Algorithm") -> bool:
        """Compare, taking NULL and absent parameters for the same (fact 1 of real lists; RFC 4055, 5)."""
        return self.oid == other.oid and (self.parameters or b"\x05\x00") == (other.parameters or b"\x05\x00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension, its value still DER."""

    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """What a certificate says. Nothing in it is true before a path to a pinned root says so.

    `issuer` and `subject` are the DER of names, `spki` that of the key. `key_usage` and the rest are None when absent.
    """

    der: bytes
    sha256: bytes
    tbs: bytes
    algorithm: Algorithm
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    spki: bytes
    extensions: Mapping[str, Extension]
    authority: bool | None
    path_length: int | None
    key_usage: frozenset[int] | None
    extended_key_usage: tuple[str, ...] | None
    policies: tuple[str, ...] | None
    subject_key: bytes | None
    authority_key: bytes | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name; says nothing about who signed."""
        from shared.pki import names  # noqa: PLC0415 - rarely asked

        return names.same(self.issuer, self.subject)

    def allows(self, usage: int) -> bool:
        """Whether the key may be used so: yes when the extension is absent (RFC 5280, 4.2.1.3)."""
        return self.key_usage is None or usage in self.key_usage


def read_algorithm(reader: Reader) -> Algorithm:
    """Take an AlgorithmIdentifier. Raises der.Malformed."""
    return _algorithm(reader.raw(der.SEQUENCE))


@lru_cache(maxsize=256)
def _algorithm(data: bytes) -> Algorithm:
    inner = Reader.whole(data)
    oid = inner.oid()
    parameters = inner.raw() if inner.more() else b""
    inner.finish()
    return Algorithm(oid=oid, parameters=parameters)


def read_extensions(reader: Reader) -> dict[str, Extension]:
    """Take `Extensions`: each type once, at least one. Raises der.Malformed."""
    outer = reader.enter()
    found: dict[str, Extension] = {}
    while outer.more():
        oid, extension = _extension(outer.raw(der.SEQUENCE))
        if oid in found or len(found) >= _MAX_EXTENSIONS:
            raise Malformed("an extension twice, or too many of them")
        found[oid] = extension
    if not found:
        raise Malformed("an empty list of extensions")
    return found


@lru_cache(maxsize=4096)
def _extension(data: bytes) -> tuple[str, Extension]:
    """Read one; an authority writes most of them alike into every certificate."""
    inner = Reader.whole(data)
    oid = inner.oid()
    critical = inner.boolean() if inner.peek() == der.BOOLEAN else False
    value = inner.octets()
    inner.finish()
    return oid, Extension(critical=critical, value=value)


def parse(data: bytes) -> Certificate:
    """Read one certificate of exactly these bytes. Raises der.Malformed."""
    outer = Reader.whole(data)
    tbs = outer.raw(der.SEQUENCE)
    algorithm = read_algorithm(outer)
    signature = outer.bits()
    outer.finish()
    reader = Reader.whole(tbs)
    version = _version(reader)
    serial = _serial(reader)
    if read_algorithm(reader) != algorithm:
        raise Malformed("the two signature algorithms differ (RFC 5280, 4.1.1.2)")
    issuer = reader.raw(der.SEQUENCE)
    validity = reader.enter()
    not_before, not_after = validity.time(), validity.time()
    validity.finish()
    subject = reader.raw(der.SEQUENCE)
    spki = reader.raw(der.SEQUENCE)
    extensions = _tail(reader, version)
    authority, path_length = _basic_constraints(extensions.get(BASIC_CONSTRAINTS))
    return Certificate(
        der=data, sha256=hashlib.sha256(data).digest(), tbs=tbs, algorithm=algorithm, signature=signature,
        serial=serial, issuer=issuer, subject=subject, not_before=not_before, not_after=not_after, spki=spki,
        extensions=extensions, authority=authority, path_length=path_length,
        key_usage=_key_usage(extensions.get(KEY_USAGE)),
        extended_key_usage=_purposes(extensions.get(EXTENDED_KEY_USAGE)),
        policies=_policies(extensions.get(POLICIES)),
        subject_key=_subject_key(extensions.get(SUBJECT_KEY)),
        authority_key=_authority_key(extensions.get(AUTHORITY_KEY)),
    )  # fmt: skip


def _version(reader: Reader) -> int:
    tagged = reader.optional(der.explicit(0))
    if tagged is None:
        return 0
    version = tagged.integer()
    tagged.finish()
    if version not in {1, 2}:
        raise Malformed("a version that does not exist")
    return version


def _serial(reader: Reader) -> int:
    content = reader.content(der.INTEGER)
    if len(content) > _MAX_SERIAL:
        raise Malformed("a serial number of absurd length")
    return der.as_integer(content)


def _tail(reader: Reader, version: int) -> dict[str, Extension]:
    for number in (1, 2):  # unique identifiers, forbidden by RFC 5280, 4.1.2.8 to issuers, not to readers
        if reader.peek() == der.implicit(number):
            if version == 0:
                raise Malformed("a unique identifier in version 1")
            reader.content()
    extensions: dict[str, Extension] = {}
    tagged = reader.optional(der.explicit(3))
    if tagged is not None:
        if version != 2:  # noqa: PLR2004 - version 3
            raise Malformed("extensions in an old version")
        extensions = read_extensions(tagged)
        tagged.finish()
    reader.finish()
    return extensions


@lru_cache(maxsize=256)
def _basic_constraints(extension: Extension | None) -> tuple[bool | None, int | None]:
    if extension is None:
        return None, None
    reader = Reader.whole(extension.value)
    authority = reader.boolean() if reader.peek() == der.BOOLEAN else False
    length = reader.integer() if reader.more() else None
    reader.finish()
    if length is not None and (length < 0 or not authority):
        raise Malformed("a path length that says nothing")
    return authority, length


@lru_cache(maxsize=256)
def _key_usage(extension: Extension | None) -> frozenset[int] | None:
    if extension is None:
        return None
    reader = Reader(extension.value)
    usage = reader.named_bits()
    reader.finish()
    return usage


@lru_cache(maxsize=256)
def _purposes(extension: Extension | None) -> tuple[str, ...] | None:
    if extension is None:
        return None
    reader = Reader.whole(extension.value)
    found: list[str] = []
    while reader.more() and len(found) < _MAX_POLICIES:
        found.append(reader.oid())
    reader.finish()
    if not found:
        raise Malformed("an empty list of purposes")
    return tuple(found)


@lru_cache(maxsize=256)
def _policies(extension: Extension | None) -> tuple[str, ...] | None:
    if extension is None:
        return None
    reader = Reader.whole(extension.value)
    found: list[str] = []
    while reader.more() and len(found) < _MAX_POLICIES:
        inner = reader.enter()
        found.append(inner.oid())
        if inner.more():
            inner.raw(der.SEQUENCE)  # qualifiers are for people
        inner.finish()
    reader.finish()
    if not found or len(set(found)) != len(found):
        raise Malformed("no policy, or one twice (RFC 5280, 4.2.1.4)")
    return tuple(found)


def _subject_key(extension: Extension | None) -> bytes | None:
    if extension is None:
        return None
    reader = Reader(extension.value)
    key = reader.octets()
    reader.finish()
    return key


def _authority_key(extension: Extension | None) -> bytes | None:
    if extension is None:
        return None
    reader = Reader.whole(extension.value)
    key = reader.content(der.implicit(0)) if reader.peek() == der.implicit(0) else None
    for tag in (der.explicit(1), der.implicit(2)):
        if reader.peek() == tag:
            reader.content()
    reader.finish()
    return key
