"""The code on the slip of an anonymous test (zhambyl hiv-test 1). It is handed out once and kept nowhere.

What is kept is a slow hash (scrypt, RFC 7914) salted with a secret of the service, by which a slip finds its test:
neither the database nor a copy of it gives a code, and whoever has both database and secret has 80 bits to try.
"""

from hashlib import scrypt

from lab import digits

DIGITS = 16
"""80 random bits."""
_COST, _BLOCK, _LANES = 2**14, 8, 1
"""16 MiB and some 50 ms a try; a change needs new slips, so it comes with a column that says by which cost."""


def new_slip() -> str:
    """Make the code of a slip."""
    return digits.make(DIGITS)


def read_slip(typed: str) -> str:
    """Read it as typed from the slip; raises CodeMistyped."""
    return digits.read(typed, DIGITS)


def printed(code: str) -> str:
    """Write it as the slip has it, in groups of four."""
    return digits.grouped(code, 4)


def slip_hash(code: str, salt: bytes) -> bytes:
    """Hash a code that was read; it takes long on purpose, so call it in a worker thread."""
    return scrypt(code.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)
