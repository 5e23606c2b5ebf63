"""A strict reader of DER (X.690, 10), the outermost gate of condition 2: every foreign byte passes here first.

Lengths are definite and minimal, tags are of one byte, integers are minimal, nothing is left over. Why not a library's
parser: docs/decisions/0010-own-der-reader.md.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 1, 2, 3, 4, 5, 6, 10
UTF8_STRING, PRINTABLE_STRING, TELETEX_STRING, IA5_STRING = 12, 19, 20, 22
UTC_TIME, GENERALIZED_TIME, UNIVERSAL_STRING, BMP_STRING = 23, 24, 28, 30
SEQUENCE, SET = 0x30, 0x31

_LONG_TAG = 0x1F
_TOO_LONG = 5  # bytes of a length: four say 4 GiB, far over any limit here
_SHORT_YEAR = 50  # RFC 5280, 4.1.2.5.1: YY >= 50 means 19YY
_UTC_LENGTH, _GENERALIZED_LENGTH = 13, 15


class Malformed(ValueError):
    """The bytes are not DER, or not of the structure asked for. The text has no foreign data in it."""


def explicit(number: int) -> int:
    """Give the tag of a constructed context-specific field, `[number]`."""
    return 0xA0 | number


def implicit(number: int) -> int:
    """Give the tag of a primitive context-specific field, `[number] IMPLICIT`."""
    return 0x80 | number


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read one header: tag, and where its content starts and stops in `data`. Raises Malformed."""
    if at + 2 > end:
        raise Malformed("the data end inside a header")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise Malformed("a tag of several bytes")
    if length >= 0x80:  # noqa: PLR2004 - the long form
        size = length & 0x7F
        if size == 0:
            raise Malformed("an indefinite length: this is BER, and only DER is read")
        if size >= _TOO_LONG or start + size > end:
            raise Malformed("an absurd length")
        length = int.from_bytes(data[start : start + size], "big")
        if length < 0x80 or data[start] == 0:  # noqa: PLR2004
            raise Malformed("a length that is not minimal")
        start += size
    stop = start + length
    if stop > end:
        raise Malformed("an element longer than what holds it")
    return tag, start, stop


class Reader:
    """Walks the elements of one constructed value, in order. Every method raises Malformed when it is not so."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def more(self) -> bool:
        return self.at < self.end

    def peek(self) -> int:
        """Tell the next tag without taking it; -1 at the end."""
        return self.data[self.at] if self.at < self.end else -1

    def span(self, tag: int | None = None) -> tuple[int, int]:
        """Take an element and say where its content starts and stops; `tag` None takes any."""
        data, at, end = self.data, self.at, self.end
        start = at + 2
        if start <= end and data[at + 1] < 0x80 and data[at] & _LONG_TAG != _LONG_TAG:  # noqa: PLR2004 - the usual form
            found, stop = data[at], start + data[at + 1]
            if stop > end:
                raise Malformed("an element longer than what holds it")
        else:
            found, start, stop = element(data, at, end)
        if tag is not None and found != tag:
            raise Malformed(f"tag {found:#04x} where {tag:#04x} belongs")
        self.at = stop
        return start, stop

    def enter(self, tag: int = SEQUENCE) -> "Reader":
        start, stop = self.span(tag)
        return Reader(self.data, start, stop)

    def optional(self, tag: int) -> "Reader | None":
        """Enter the next element if it has this tag, else take nothing."""
        if self.at >= self.end or self.data[self.at] != tag:
            return None
        return self.enter(tag)

    def raw(self, tag: int | None = None) -> bytes:
        """Take an element whole, header and content."""
        at = self.at
        _, stop = self.span(tag)
        return self.data[at:stop]

    def content(self, tag: int | None = None) -> bytes:
        start, stop = self.span(tag)
        return self.data[start:stop]

    def finish(self) -> None:
        if self.at != self.end:
            raise Malformed("something is left over")

    def integer(self, tag: int = INTEGER) -> int:
        return as_integer(self.content(tag))

    def boolean(self, tag: int = BOOLEAN) -> bool:
        value = self.content(tag)
        if value not in {b"\x00", b"\xff"}:
            raise Malformed("a boolean that is neither 00 nor FF")
        return value == b"\xff"

    def oid(self) -> str:
        return as_oid(self.content(OID))

    def octets(self) -> bytes:
        return self.content(OCTET_STRING)

    def bits(self) -> bytes:
        """Take a BIT STRING of whole bytes."""
        value = self.content(BIT_STRING)
        if not value or value[0] != 0:
            raise Malformed("a bit string that is not of whole bytes")
        return value[1:]

    def named_bits(self, tag: int = BIT_STRING) -> frozenset[int]:
        return as_named_bits(self.content(tag))

    def time(self) -> datetime:
        tag = self.peek()
        return as_time(tag, self.content())

    def rest(self) -> bytes:
        """Give the bytes not yet taken."""
        return self.data[self.at : self.end]

    @classmethod
    def whole(cls, data: bytes, tag: int = SEQUENCE) -> Self:
        """Enter the one element that `data` must be, with nothing after it."""
        found, start, stop = element(data, 0, len(data))
        if found != tag or stop != len(data):
            raise Malformed("not one element of the tag asked for")
        return cls(data, start, stop)


def as_integer(content: bytes) -> int:
    """Read the content of an INTEGER. Raises Malformed."""
    if not content:
        raise Malformed("an empty integer")
    if len(content) > 1 and ((content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)):  # noqa: PLR2004
        raise Malformed("an integer that is not minimal")
    return int.from_bytes(content, "big", signed=True)


@lru_cache(maxsize=2048)
def as_oid(content: bytes) -> str:
    """Write an object identifier with dots. Raises Malformed."""
    if not content or content[-1] & 0x80 or len(content) > 64:  # noqa: PLR2004 - no real one comes near
        raise Malformed("an object identifier that does not end")
    arcs, value, fresh = [], 0, True
    for byte in content:
        if fresh and byte == 0x80:  # noqa: PLR2004
            raise Malformed("an object identifier that is not minimal")
        value = value << 7 | byte & 0x7F
        fresh = byte < 0x80  # noqa: PLR2004
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


@lru_cache(maxsize=256)
def as_named_bits(content: bytes) -> frozenset[int]:
    """Number the bits that are set, 0 the first, as KeyUsage and ReasonFlags count them. Raises Malformed."""
    if not content or content[0] > 7 or len(content) > 16 or (len(content) == 1 and content[0]):  # noqa: PLR2004
        raise Malformed("a bit string of impossible length")
    if len(content) > 1 and content[-1] & ((1 << content[0]) - 1):
        raise Malformed("unused bits that are set")
    return frozenset(8 * i + j for i, byte in enumerate(content[1:]) for j in range(8) if byte & 0x80 >> j)


def as_time(tag: int, content: bytes) -> datetime:
    """Read UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 wants it: seconds, no fraction, `Z`. Raises Malformed."""
    digits, zone = content[:-1], content[-1:]
    if zone != b"Z" or not digits.isdigit():
        raise Malformed("a time not written as digits and Z")
    if tag == UTC_TIME and len(content) == _UTC_LENGTH:
        short = int(digits[:2])
        year, digits = short + (1900 if short >= _SHORT_YEAR else 2000), digits[2:]
    elif tag == GENERALIZED_TIME and len(content) == _GENERALIZED_LENGTH:
        year, digits = int(digits[:4]), digits[4:]
    else:
        raise Malformed("a time of another type or length")
    try:
        return datetime(
            year, int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:8]), int(digits[8:10]), tzinfo=UTC
        )
    except ValueError:
        raise Malformed("a time that does not exist") from None
