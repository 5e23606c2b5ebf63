"""Codes that people read from a label or a slip and type: Crockford's base 32 with a check character at the end.

The alphabet (https://www.crockford.com/base32.html) has no I, L, O or U. The check character is that of a hybrid system
of ISO/IEC 7064 with 32 characters (MOD 33,32): every single misread character is found, and nearly every swap of two.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS_A_DIGIT = 5
_MISREAD = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s‐-―-]+")
_LONGEST_TYPED = 64
_BASE = len(ALPHABET)


class CodeMistyped(ValueError):
    """It is no such code: too long or short, a character that codes do not have, or the check does not fit."""


def make(length: int) -> str:
    """Make a code of `length` random digits (five bits each, from the system) and its check character."""
    digits = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return digits + check_character(digits)


def read(typed: str, length: int) -> str:
    """Read a code as people type it: any case, O for 0, I or L for 1, spaces and dashes anywhere.

    Raises CodeMistyped. Whether there is such a code is not asked.
    """
    if len(typed) > _LONGEST_TYPED:
        raise CodeMistyped
    code = _BETWEEN.sub("", typed).upper().translate(_MISREAD)
    if len(code) != length + 1 or not set(code) <= set(ALPHABET) or check_character(code[:-1]) != code[-1]:
        raise CodeMistyped
    return code


def check_character(digits: str) -> str:
    """Compute the character that follows the digits."""
    carried = _BASE
    for digit in digits:
        carried = (carried + ALPHABET.index(digit)) % _BASE or _BASE
        carried = carried * 2 % (_BASE + 1)
    return ALPHABET[(1 - carried) % _BASE]


def grouped(code: str, size: int) -> str:
    """Write a code in groups, as it is printed."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))
