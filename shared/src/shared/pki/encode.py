"""A writer of DER, as small as its uses: signatures, OCSP questions, and what the test authority issues."""

from collections.abc import Iterable
from datetime import datetime

from shared.pki import der

_LAST_UTC_YEAR = 2050  # RFC 5280, 4.1.2.5: GeneralizedTime from then on


def element(tag: int, *contents: bytes) -> bytes:
    """Write one element that holds the contents one after another."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:  # noqa: PLR2004 - the short form
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*contents: bytes) -> bytes:
    """Write a SEQUENCE."""
    return element(der.SEQUENCE, *contents)


def set_of(contents: Iterable[bytes], tag: int = der.SET) -> bytes:
    """Write a SET OF in DER's order (X.690, 11.6)."""
    return element(tag, *sorted(contents))


def explicit(number: int, *contents: bytes) -> bytes:
    """Write a field under a constructed context tag."""
    return element(der.explicit(number), *contents)


def integer(value: int, tag: int = der.INTEGER) -> bytes:
    """Write an INTEGER, or with `tag` an ENUMERATED."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return element(tag, value.to_bytes(size, "big", signed=True))


def boolean(value: bool) -> bytes:  # noqa: FBT001 - the value itself
    """Write a BOOLEAN."""
    return element(der.BOOLEAN, b"\xff" if value else b"\x00")


def octets(content: bytes) -> bytes:
    """Write an OCTET STRING."""
    return element(der.OCTET_STRING, content)


def bits(content: bytes) -> bytes:
    """Write a BIT STRING of whole bytes."""
    return element(der.BIT_STRING, b"\x00", content)


def named_bits(numbers: Iterable[int]) -> bytes:
    """Write a BIT STRING of named bits, without trailing zeros (X.690, 11.2.2)."""
    wanted = set(numbers)
    if not wanted:
        return element(der.BIT_STRING, b"\x00")
    size = max(wanted) // 8 + 1
    value = sum(1 << (8 * size - 1 - number) for number in wanted)
    return element(der.BIT_STRING, bytes((8 * size - 1 - max(wanted),)), value.to_bytes(size, "big"))


def null() -> bytes:
    """Write NULL."""
    return b"\x05\x00"


def oid(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER given with dots."""
    first, second, *others = map(int, dotted.split("."))
    content = bytearray()
    for arc in (40 * first + second, *others):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return element(der.OID, bytes(content))


def utf8(text: str) -> bytes:
    """Write a UTF8String."""
    return element(der.UTF8_STRING, text.encode())


def printable(text: str) -> bytes:
    """Write a PrintableString."""
    return element(der.PRINTABLE_STRING, text.encode("ascii"))


def ia5(text: str, tag: int = der.IA5_STRING) -> bytes:
    """Write an IA5String, or with `tag` a field of that form."""
    return element(tag, text.encode("ascii"))


def time(at: datetime) -> bytes:
    """Write an instant (aware, UTC) as certificates do: UTCTime before 2050, then GeneralizedTime."""
    if at.year < _LAST_UTC_YEAR:
        return element(der.UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode())
    return generalized(at)


def generalized(at: datetime) -> bytes:
    """Write an instant as GeneralizedTime, as OCSP does always."""
    return element(der.GENERALIZED_TIME, f"{at.year:04d}{at:%m%d%H%M%S}Z".encode())


def algorithm(dotted: str, parameters: bytes = b"") -> bytes:
    """Write an AlgorithmIdentifier; `parameters` are DER."""
    return sequence(oid(dotted), parameters)
