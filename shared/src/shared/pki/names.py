"""Distinguished names: read for the signer's facts, compared by RFC 5280, 7.1 for chains and constraints.

A name is kept as its DER. Equal bytes are equal names; only when bytes differ are they folded (case, spaces, type).
"""

import unicodedata
from functools import lru_cache

from shared.pki import der

COMMON_NAME, SURNAME, SERIAL_NUMBER, COUNTRY = "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6"
ORGANISATION, UNIT, GIVEN_NAME, EMAIL = "2.5.4.10", "2.5.4.11", "2.5.4.42", "1.2.840.113549.1.9.1"

EMPTY = b"\x30\x00"

_ENCODINGS = {
    der.UTF8_STRING: "utf-8",
    der.PRINTABLE_STRING: "ascii",
    der.IA5_STRING: "ascii",
    der.TELETEX_STRING: "latin-1",
    der.BMP_STRING: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
}

Part = tuple[str, str | bytes]
"""Type and folded text of an attribute; bytes where it is no text, which then compare as they stand."""
Folded = tuple[frozenset[Part], ...]


def read(name: bytes) -> tuple[tuple[tuple[str, int, bytes], ...], ...]:
    """Take a Name apart: relative names of (type, tag, content). Raises der.Malformed."""
    relatives = []
    reader = der.Reader.whole(name)
    while reader.more():
        relative, attributes = reader.enter(der.SET), []
        while relative.more():
            attribute = relative.enter()
            kind, tag = attribute.oid(), attribute.peek()
            attributes.append((kind, tag, attribute.content()))
            attribute.finish()
        if not attributes:
            raise der.Malformed("a relative name without attributes")
        relatives.append(tuple(attributes))
    return tuple(relatives)


def text(tag: int, content: bytes) -> str | None:
    """Decode a directory string; None when the type is no text. Raises der.Malformed for a wrong encoding."""
    encoding = _ENCODINGS.get(tag)
    if encoding is None:
        return None
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise der.Malformed("text in another encoding than it says") from None


def values(name: bytes, kind: str) -> tuple[str, ...]:
    """List the texts of one attribute type, in the order of the name. Raises der.Malformed."""
    found = (text(tag, content) for relative in read(name) for type_, tag, content in relative if type_ == kind)
    return tuple(value for value in found if value is not None)


@lru_cache(maxsize=4096)
def folded(name: bytes) -> Folded:
    """Fold a Name for comparison (RFC 5280, 7.1; RFC 4518 in so far as text can tell). Raises der.Malformed."""
    return tuple(frozenset((kind, _fold(tag, content)) for kind, tag, content in relative) for relative in read(name))


def _fold(tag: int, content: bytes) -> str | bytes:
    decoded = text(tag, content)
    if decoded is None:
        return bytes((tag,)) + content
    return " ".join(unicodedata.normalize("NFKC", decoded).casefold().split())


def same(one: bytes, other: bytes) -> bool:
    """Tell whether two names are equal. Raises der.Malformed."""
    return one == other or folded(one) == folded(other)


def within(name: bytes, base: bytes) -> bool:
    """Tell whether `name` lies in the subtree of `base` (RFC 5280, 4.2.1.10). Raises der.Malformed."""
    root = folded(base)
    return folded(name)[: len(root)] == root


@lru_cache(maxsize=256)
def show(name: bytes) -> str:
    """Write a name for people, as `CN=…, C=KZ`; never of a subject in a log. Raises der.Malformed."""
    short = {COMMON_NAME: "CN", COUNTRY: "C", ORGANISATION: "O", UNIT: "OU", SURNAME: "SN", GIVEN_NAME: "G"}
    return ", ".join(
        f"{short.get(kind, kind)}={text(tag, content) or content.hex()}"
        for relative in read(name)
        for kind, tag, content in relative
    )
