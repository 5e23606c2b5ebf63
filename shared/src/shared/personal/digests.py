"""Salted digests: journals and chains hold these in place of personal data, and verify after its key is destroyed."""

from hashlib import sha256


def salted_digest(salt: bytes, data: bytes) -> bytes:
    """Give 32 bytes that commit to `data`, and tell nothing of it without the salt (`Person.salt`).

    The salt must be at least 16 bytes; raises ValueError for less. SHA-256 over the salt's length, the salt, the data.
    """
    if len(salt) < 16:  # noqa: PLR2004  # 128 bits, the least that cannot be guessed
        raise ValueError("a salt has at least 16 bytes")
    return sha256(len(salt).to_bytes(4) + salt + data).digest()
