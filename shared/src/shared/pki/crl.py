"""A revocation list read strictly (RFC 5280, 5.1) into an index that stays small: serial number -> date and reason.

The entries are walked once and judged in form; only their places are kept, sorted, beside the list's own bytes, so that
a million entries cost 12 MB more than the list itself. An entry is taken apart when someone asks for it.
"""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.pki import der, names
from shared.pki.certificate import AUTHORITY_KEY, Algorithm, Extension, read_algorithm, read_extensions
from shared.pki.der import Malformed, Reader
from shared.pki.extensions import DIRECTORY_NAME, GeneralName, general_names, point_name

LIST_NUMBER: Final = "2.5.29.20"
REASON: Final = "2.5.29.21"
INVALIDITY_DATE: Final = "2.5.29.24"
DELTA_INDICATOR: Final = "2.5.29.27"
ISSUING_POINT: Final = "2.5.29.28"
CERTIFICATE_ISSUER: Final = "2.5.29.29"

REASONS: Final = {
    0: "unspecified", 1: "key-compromise", 2: "ca-compromise", 3: "affiliation-changed", 4: "superseded",
    5: "cessation-of-operation", 6: "certificate-hold", 8: "remove-from-crl", 9: "privilege-withdrawn",
    10: "aa-compromise",
}  # fmt: skip
CERTIFICATE_HOLD, REMOVE_FROM_LIST = 6, 8

_KNOWN_IN_LIST: Final = frozenset({LIST_NUMBER, DELTA_INDICATOR, ISSUING_POINT, AUTHORITY_KEY})
_KNOWN_IN_ENTRY: Final = frozenset({REASON, INVALIDITY_DATE, CERTIFICATE_ISSUER})
_KEPT_SHAPES = 4096  # distinct entry extensions remembered; real lists have a handful
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One revoked certificate: since when and why. `reason` is None where the list does not say."""

    at: datetime
    reason: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a list speaks about (5.2.5). The default is a complete list: every certificate of its issuer."""

    full_name: tuple[GeneralName, ...] | None = None
    relative_name: bytes | None = None
    only_users: bool = False
    only_authorities: bool = False
    only_attributes: bool = False
    reasons: frozenset[int] | None = None
    indirect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What the extensions of an entry say."""

    reason: int | None
    issuer: bytes | None
    unknown_critical: bool


_PLAIN: Final = _Shape(reason=None, issuer=None, unknown_critical=False)


class Entries:
    """The index. `find` costs a binary search; iteration is for tests and tools."""

    __slots__ = ("_at", "_data", "_foreign", "_keys", "unknown_critical")

    def __init__(self, data: bytes, start: int, stop: int, *, owner: bytes | None) -> None:
        places, self._foreign, self.unknown_critical = _walk(data, start, stop, owner)
        places.sort()
        self._data = data
        self._keys = array("Q", [place >> 32 for place in places])
        self._at = array("I", [place & 0xFFFFFFFF for place in places])

    def __len__(self) -> int:
        return len(self._keys) + len(self._foreign)

    def find(self, serial: int, issuer: bytes | None = None) -> Entry | None:
        """Find a serial number of the list's own issuer, or of `issuer` (a Name) in an indirect list.

        Raises der.Malformed for an entry of this number whose date does not exist: only its digits were looked at.
        """
        if issuer is not None:
            at = self._foreign.get((names.folded(issuer), serial))
            return None if at is None else _entry(self._after_number(at)[1])
        key = serial & _MASK
        place = bisect_left(self._keys, key)
        found = None
        while place < len(self._keys) and self._keys[place] == key:
            number, reader = self._after_number(self._at[place])
            place += 1
            if number != serial:
                continue
            entry = _entry(reader)
            if found is None or entry.reason != REMOVE_FROM_LIST:
                found = entry  # a number that stands twice is revoked if either says so
        return found

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        for at in (*self._at, *self._foreign.values()):
            number, reader = self._after_number(at)
            yield number, _entry(reader)

    def _after_number(self, at: int) -> tuple[int, Reader]:
        reader = Reader(self._data, at).enter()
        return reader.integer(), reader


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RevocationListData:
    """What a list says; nobody has judged yet who signed it."""

    der: bytes
    sha256: bytes
    span: tuple[int, int]
    algorithm: Algorithm
    signature: bytes
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    number: int | None
    base_number: int | None
    authority_key: bytes | None
    scope: Scope
    unknown_critical: bool
    entries: Entries

    @property
    def tbs(self) -> bytes:
        """Cut out what is signed: a copy as large as the list, so it is not kept."""
        return self.der[self.span[0] : self.span[1]]


def parse(data: bytes) -> RevocationListData:
    """Read a CertificateList of exactly these bytes. Raises der.Malformed."""
    outer = Reader.whole(data)
    start, stop = outer.at, outer.span(der.SEQUENCE)[1]
    algorithm = read_algorithm(outer)
    signature = outer.bits()
    outer.finish()
    reader = Reader(data, start, stop).enter()
    version = reader.integer() if reader.peek() == der.INTEGER else 0
    if not read_algorithm(reader).same(algorithm):
        raise Malformed("the two signature algorithms differ (RFC 5280, 5.1.1.2)")
    issuer = reader.raw(der.SEQUENCE)
    this_update = reader.time()
    next_update = reader.time() if reader.peek() in {der.UTC_TIME, der.GENERALIZED_TIME} else None
    revoked = reader.span() if reader.peek() == der.SEQUENCE else (0, 0)
    extensions: Mapping[str, Extension] = {}
    if (tagged := reader.optional(der.explicit(0))) is not None:
        extensions = read_extensions(tagged)
        tagged.finish()
    reader.finish()
    if version not in {0, 1} or (extensions and version != 1):
        raise Malformed("a list of a version that does not exist, or extensions in the first")
    scope = _scope(extensions.get(ISSUING_POINT))
    entries = Entries(data, *revoked, owner=issuer if scope.indirect else None)
    return RevocationListData(
        der=data, sha256=hashlib.sha256(data).digest(), span=(start, stop), algorithm=algorithm, signature=signature,
        issuer=issuer, this_update=this_update, next_update=next_update,
        number=_number(extensions.get(LIST_NUMBER)), base_number=_number(extensions.get(DELTA_INDICATOR)),
        authority_key=_authority_key(extensions.get(AUTHORITY_KEY)), scope=scope,
        unknown_critical=entries.unknown_critical
        or any(e.critical and o not in _KNOWN_IN_LIST for o, e in extensions.items()),
        entries=entries,
    )  # fmt: skip


def _number(extension: Extension | None) -> int | None:
    if extension is None:
        return None
    reader = Reader(extension.value)
    number = reader.integer()
    reader.finish()
    return number


def _authority_key(extension: Extension | None) -> bytes | None:
    if extension is None:
        return None
    reader = Reader.whole(extension.value)
    return reader.content() if reader.peek() == der.implicit(0) else None


def _scope(extension: Extension | None) -> Scope:
    if extension is None:
        return Scope()
    reader = Reader.whole(extension.value)
    full, relative = point_name(reader.optional(der.explicit(0)))
    flags, reasons = {}, None
    for number in (1, 2, 3, 4, 5):
        if reader.peek() != der.implicit(number):
            continue
        if number == 3:  # noqa: PLR2004 - onlySomeReasons
            reasons = reader.named_bits(der.implicit(3))
        else:
            flags[number] = reader.boolean(der.implicit(number))
    reader.finish()
    return Scope(
        full_name=full,
        relative_name=relative,
        only_users=flags.get(1, False),
        only_authorities=flags.get(2, False),
        reasons=reasons,
        indirect=flags.get(4, False),
        only_attributes=flags.get(5, False),
    )


def _walk(
    data: bytes, at: int, stop: int, owner: bytes | None
) -> tuple[list[int], dict[tuple[names.Folded, int], int], bool]:
    """Judge the form of every entry and note its place: last 64 bits of the serial number, then offset.

    `owner` is the list's issuer when it is indirect: entries after one that names another issuer are that one's.
    """
    places: list[int] = []
    foreign: dict[tuple[names.Folded, int], int] = {}
    shapes: dict[bytes, _Shape] = {}
    unknown, current = False, None
    while at < stop:
        number, rest, end = _cut(data, at, stop)
        if rest < end:
            shape = shapes.get(blob := data[rest:end])
            if shape is None:
                shape = _shape(blob)
                if len(shapes) < _KEPT_SHAPES:
                    shapes[blob] = shape
            unknown = unknown or shape.unknown_critical
            if shape.issuer is not None:
                if owner is None:
                    raise Malformed("an entry of another issuer in a list that is not indirect")
                current = None if names.same(shape.issuer, owner) else names.folded(shape.issuer)
        if current is None:
            places.append((number & _MASK) << 32 | at)
        else:
            foreign.setdefault((current, number), at)
        at = end
    return places, foreign, unknown


def _cut(data: bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Read one entry's serial number; say where its extensions begin and where it ends. The usual form goes fast."""
    if at + 24 < stop and data[at] == der.SEQUENCE and data[at + 2] == der.INTEGER:
        length, size = data[at + 1], data[at + 3]
        when, end = at + 4 + size, at + 2 + length
        if (
            length < 0x80 and 0 < size < 0x40 and when + 15 <= end <= stop  # noqa: PLR2004 - short lengths
            and data[when] == der.UTC_TIME and data[when + 1] == 13  # noqa: PLR2004
            and data[when + 14] == 0x5A and data[when + 2 : when + 14].isdigit()  # noqa: PLR2004 - Z
            and (size == 1 or data[at + 4] != 0 or data[at + 5] > 0x7F) and data[at + 4] != 0xFF  # noqa: PLR2004
        ):  # fmt: skip
            return int.from_bytes(data[at + 4 : when], "big", signed=True), when + 15, end
    reader = Reader(data, at, stop)
    _, end = reader.span(der.SEQUENCE)
    inner = Reader(data, at, end).enter()
    number = inner.integer()
    inner.time()
    return number, inner.at, end


def _entry(reader: Reader) -> Entry:
    date = reader.time()
    shape = _shape(reader.rest()) if reader.more() else _PLAIN
    return Entry(at=date, reason=shape.reason)


def _shape(blob: bytes) -> _Shape:
    reader = Reader(blob)
    extensions = read_extensions(reader)
    reader.finish()
    reason, issuer = None, None
    if (extension := extensions.get(REASON)) is not None:
        value = Reader(extension.value)
        reason = value.integer(der.ENUMERATED)
        value.finish()
        if reason not in REASONS:
            raise Malformed("a reason that does not exist")
    if (extension := extensions.get(CERTIFICATE_ISSUER)) is not None:
        found = [content for kind, content in general_names(Reader.whole(extension.value)) if kind == DIRECTORY_NAME]
        if not found:
            raise Malformed("an issuer of an entry without a directory name")
        issuer = found[0]
    unknown = any(e.critical and oid not in _KNOWN_IN_ENTRY for oid, e in extensions.items())
    return _Shape(reason=reason, issuer=issuer, unknown_critical=unknown)
