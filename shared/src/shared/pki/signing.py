"""Make a CMS signature as NCALayer does: for `shlyuz sign`, the demo's citizens, and the provider's seal in tests.

RSA and ECDSA through `cryptography`; keys of GOST sign through `shared.pki.gost`, in tests and the demo alone.
"""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate

from shared.pki import certificate as certificates
from shared.pki import cms, encode, files
from shared.pki.algorithms import DIGEST_OIDS, SIGNATURE_OIDS, Family, Hash, digest

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key with its certificate (DER)."""

    private: PrivateKey
    certificate: bytes

    @classmethod
    def from_p12(cls, data: bytes, password: str) -> "SigningKey":
        """Read a PKCS#12 file with an RSA or elliptic-curve key. Raises KeyUnusable."""
        try:
            key, held, _ = pkcs12.load_key_and_certificates(data, password.encode())
        except ValueError:
            raise KeyUnusable("not a PKCS#12 file, or another password") from None
        if key is None or held is None:
            raise KeyUnusable("the file lacks a key or its certificate")
        return cls(private=private_key(key), certificate=held.public_bytes(serialization.Encoding.DER))

    @property
    def certificate_pem(self) -> bytes:
        return files.pem(self.certificate, "CERTIFICATE")

    def p12(self, password: str, name: str = "") -> bytes:
        """Write a PKCS#12 file. Raises KeyUnusable for a GOST key, which the format's libraries do not know."""
        if not isinstance(self.private, RsaPrivateKey | EcPrivateKey):
            raise KeyUnusable("only RSA and elliptic-curve keys go into PKCS#12 files")
        return pkcs12.serialize_key_and_certificates(
            name.encode() or None,
            self.private.key,
            load_der_x509_certificate(self.certificate),
            None,
            serialization.BestAvailableEncryption(password.encode()),
        )


def sign(document: bytes, key: SigningKey, *, at: datetime, detached: bool = True) -> bytes:
    """Sign bytes: CMS SignedData (DER) with content type, signing time, digest and signingCertificateV2.

    `at` is an aware UTC instant, written as the signer's claim. Enveloping (`detached=False`) carries the document.
    """
    held = certificates.parse(key.certificate)
    hash_ = key.private.hash
    attributes = encode.set_of(
        [
            attribute(cms.CONTENT_TYPE, encode.oid(cms.DATA)),
            attribute(cms.SIGNING_TIME, encode.time(at)),
            attribute(cms.MESSAGE_DIGEST, encode.octets(digest(hash_, document))),
            attribute(cms.SIGNING_CERTIFICATE_V2, _certificate_identifier(key.certificate)),
        ]
    )
    signer = encode.sequence(
        encode.integer(1),
        encode.sequence(held.issuer, encode.integer(held.serial)),
        digest_algorithm(hash_),
        b"\xa0" + attributes[1:],
        key.private.algorithm,
        encode.octets(key.private.sign(attributes)),
    )
    content = encode.sequence(encode.oid(cms.DATA), b"" if detached else encode.explicit(0, encode.octets(document)))
    return envelope(
        encode.integer(1),
        encode.set_of([digest_algorithm(hash_)]),
        content,
        encode.explicit(0, key.certificate),
        encode.set_of([signer]),
    )


def envelope(*parts: bytes) -> bytes:
    """Wrap the fields of a SignedData into a ContentInfo."""
    return encode.sequence(encode.oid(cms.SIGNED_DATA), encode.explicit(0, encode.sequence(*parts)))


def attribute(kind: str, value: bytes) -> bytes:
    """Write an Attribute with one value."""
    return encode.sequence(encode.oid(kind), encode.element(0x31, value))


def digest_algorithm(hash_: Hash) -> bytes:
    """Write the AlgorithmIdentifier of a digest."""
    return encode.algorithm(DIGEST_OIDS[hash_], encode.null())


def _certificate_identifier(certificate: bytes) -> bytes:
    identifier = encode.sequence(encode.octets(hashlib.sha256(certificate).digest()))
    return encode.sequence(encode.sequence(identifier))
