"""Keys for the test authority: made, kept in files, and lent again, since an RSA key costs a tenth of a second."""

from functools import cache
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared.pki.algorithms import Family
from shared.pki.gost_signing import GostPrivateKey
from shared.pki.private_keys import EcPrivateKey, PrivateKey, RsaPrivateKey, private_key

ALGORITHMS: Final = ("rsa", "ecdsa", "gost", "gost256")
_GOST: Final = {"gost": Family.GOST_512, "gost256": Family.GOST_256}
_PREFIX: Final = "gost "
_LENT: Final = 4


def make(algorithm: str, bits: int = 2048) -> PrivateKey:
    """Make a fresh key; `bits` is RSA's."""
    if algorithm == "rsa":
        return RsaPrivateKey(rsa.generate_private_key(65537, bits))
    if algorithm == "ecdsa":
        return EcPrivateKey(ec.generate_private_key(ec.SECP256R1()))
    return GostPrivateKey(_GOST[algorithm])


def lend(algorithm: str, number: int) -> PrivateKey:
    """Give one of a few keys that the whole process shares: two people may get the same one, which no test minds."""
    return _lent(algorithm, number % _LENT)


@cache
def _lent(algorithm: str, _number: int) -> PrivateKey:
    return make(algorithm)


def write(key: PrivateKey) -> bytes:
    """Write a key without a password: it is worth nothing outside a test."""
    if isinstance(key, GostPrivateKey):
        return f"{_PREFIX}{key.family.value} {key.scalar:x}\n".encode()
    assert isinstance(key, RsaPrivateKey | EcPrivateKey)  # noqa: S101 - the only others that `make` makes
    return key.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read(data: bytes) -> PrivateKey:
    """Read what `write` wrote."""
    if data.startswith(_PREFIX.encode()):
        _, family, scalar = data.decode().split()
        return GostPrivateKey(Family(family), int(scalar, 16))
    return private_key(serialization.load_pem_private_key(data, None))
