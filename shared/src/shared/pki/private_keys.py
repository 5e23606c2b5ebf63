"""Private keys that sign with one scheme: RSA and elliptic curves here, GOST's in `shared.pki.gost_signing`."""

from abc import ABC, abstractmethod
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from shared.pki import encode
from shared.pki.algorithms import SIGNATURE_OIDS, Family, Hash

_RSA_HASH: Final = Hash.SHA256
_CURVE_HASHES: Final = {"secp256r1": Hash.SHA256, "secp384r1": Hash.SHA384, "secp521r1": Hash.SHA512}
_HASHES: Final[dict[Hash, hashes.HashAlgorithm]] = {
    Hash.SHA256: hashes.SHA256(),
    Hash.SHA384: hashes.SHA384(),
    Hash.SHA512: hashes.SHA512(),
}


class KeyUnusable(ValueError):
    """The file holds no key that can sign here, or the password is wrong."""


class PrivateKey(ABC):
    """A key that signs with one scheme."""

    __slots__ = ()

    family: Family
    hash: Hash

    @property
    @abstractmethod
    def spki(self) -> bytes:
        """The public key as DER SubjectPublicKeyInfo."""

    @abstractmethod
    def sign(self, data: bytes) -> bytes: ...

    @property
    def algorithm(self) -> bytes:
        """The signature AlgorithmIdentifier as DER."""
        oid = SIGNATURE_OIDS[self.family, self.hash]
        return encode.algorithm(oid, b"" if self.family is Family.EC else encode.null())


class RsaPrivateKey(PrivateKey):
    """RSA, PKCS#1 v1.5, SHA-256."""

    __slots__ = ("family", "hash", "key")

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key, self.family, self.hash = key, Family.RSA, _RSA_HASH

    @property
    def spki(self) -> bytes:
        return _spki(self.key)

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), _HASHES[self.hash])


class EcPrivateKey(PrivateKey):
    """ECDSA on a NIST curve, with the digest of its size."""

    __slots__ = ("family", "hash", "key")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        if key.curve.name not in _CURVE_HASHES:
            raise KeyUnusable("a curve that condition 2 does not know")
        self.key, self.family, self.hash = key, Family.EC, _CURVE_HASHES[key.curve.name]

    @property
    def spki(self) -> bytes:
        return _spki(self.key)

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(_HASHES[self.hash]))


def _spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_key(key: object) -> PrivateKey:
    """Wrap a key of `cryptography`. Raises KeyUnusable."""
    if isinstance(key, rsa.RSAPrivateKey):
        return RsaPrivateKey(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return EcPrivateKey(key)
    raise KeyUnusable("neither an RSA nor an elliptic-curve key")
