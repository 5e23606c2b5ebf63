"""Verification codes: what stands on a result, and in its QR code, so that anyone can ask whether it is genuine.

A code carries its owner, so that the gateway routes without asking, and 128 random bits, so that nobody finds one by
trying. The digits are Crockford's base 32 (https://www.crockford.com/base32.html), which has no I, L, O or U: people
read codes aloud and type them from paper.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from shared.results.errors import CodeMalformedError

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH: Final = 26
BITS: Final = 128
_OWNER: Final = re.compile("[a-z]{3}")
_SHAPE: Final = re.compile(rf"([a-z]{{3}})-([{ALPHABET}]{{{LENGTH}}})")
_MISREAD: Final = str.maketrans("oil", "011")
_SEPARATORS: Final = re.compile(r"[\s‐-―-]+")
_LONGEST_TYPED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationCode:
    """A code as it is stored and routed: `owner` is the prefix (`bkg`), `code` the whole text in lower case."""

    owner: str
    code: str

    def __str__(self) -> str:
        return self.code


def new_code(owner: str) -> str:
    """Make a code of 128 bits from the system's random source for the service whose prefix is `owner`.

    Raises:
        CodeMalformedError: `owner` is not three lower-case letters.
    """
    if _OWNER.fullmatch(owner) is None:
        raise CodeMalformedError("an owner is three lower-case letters")
    value = secrets.randbits(BITS)
    digits = "".join(ALPHABET[value >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
    return f"{owner}-{digits}"


def parse_code(text: str) -> VerificationCode:
    """Read a code as a person types it: any case, O for 0, I or L for 1, spaces and dashes anywhere.

    Raises:
        CodeMalformedError: it is no code. Whether a well-formed code exists is the owner's to say.
    """
    if len(text) > _LONGEST_TYPED:
        raise CodeMalformedError("longer than any code")
    squeezed = _SEPARATORS.sub("", text).lower()
    owner, digits = squeezed[:3], squeezed[3:].translate(_MISREAD)
    found = _SHAPE.fullmatch(f"{owner}-{digits}")
    if found is None or ALPHABET.index(digits[0]) >= 1 << BITS % 5:
        raise CodeMalformedError("not a verification code")
    return VerificationCode(owner=owner, code=found[0])
