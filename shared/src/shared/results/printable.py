"""Makes any text safe to print on a result: people's names and complaints come from outside, as they like.

The page is PDF/A, in which every glyph must exist, and it is signed, so what it shows must be what it says: characters
that reorder or hide text (bidirectional controls, zero width, soft hyphen) and controls are taken out, and a character
that no embedded font has becomes U+FFFD, which is seen by the performer before signing. Nothing here needs to know
typst's markup: the texts travel as JSON and are never source.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

SHOWN: Final = (
    (0x20, 0x7E),
    (0xA0, 0x2AF),  # Latin-1, Latin Extended A and B, IPA
    (0x300, 0x36F),  # combining marks
    (0x384, 0x3CE),  # Greek
    (0x400, 0x477),  # Cyrillic
    (0x48C, 0x4F9),  # Cyrillic of Kazakhstan and its neighbours
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2037),
    (0x2039, 0x203E),
    (0x2070, 0x209C),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2195),
    (0x2212, 0x2212),
    (0xFFFD, 0xFFFD),
)
"""Ranges of code points that the fonts inside typst's wheel show; a test proves it, glyph by glyph."""

_LONG_RUN: Final = re.compile(r"\S{28}(?=\S)")
_BREAK_HERE: Final = "\N{ZERO WIDTH SPACE}"
_SPACES: Final = frozenset({"Zs", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return `text` composed (NFC), as one paragraph, of characters that the page can show and a reader can see.

    A run of more than 28 characters without a space may break there, so that no text leaves the page.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(map(_shown, composed))
    return _LONG_RUN.sub(rf"\g<0>{_BREAK_HERE}", " ".join(kept.split()))


def printable_data(value: object) -> object:
    """Return JSON-like `value` with every text in it made printable; keys are the form's own names and stay.

    Raises:
        TypeError: something in it is not a JSON value. Dates are formatted by who knows the provider's zone.
    """
    match value:
        case str():
            return printable(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): printable_data(member) for key, member in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [printable_data(member) for member in value]
        case _:
            raise TypeError(f"not a JSON value: {type(value).__name__}")


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\n\v\f\r\x85" or category in _SPACES:
        return " "
    if category in {"Cc", "Cf"}:
        return ""
    code = ord(character)
    return character if any(first <= code <= last for first, last in SHOWN) and category[0] != "C" else REPLACEMENT
