"""Make a CMS signature as NCALayer does: for `shlyuz sign`, the demo's citizens, and the provider's seal in tests.

RSA and ECDSA through `cryptography`; keys of GOST sign through `shared.pki.gost`, in tests and the demo alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from shared.pki import certificate as certificates
from shared.pki import cms, encode, files, key_files
from shared.pki.algorithms import DIGEST_OIDS, Hash, digest
from shared.pki.private_keys import PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key with its certificate (DER)."""

    private: PrivateKey
    certificate: bytes

    @classmethod
    def from_p12(cls, data: bytes, password: str) -> "SigningKey":
        """Read a PKCS#12 file with an RSA, elliptic-curve or GOST key; the file says which. Raises KeyUnusable."""
        private, certificate = key_files.read(data, password)
        return cls(private=private, certificate=certificate)

    @property
    def certificate_pem(self) -> bytes:
        return files.pem(self.certificate, "CERTIFICATE")

    def p12(self, password: str, name: str = "") -> bytes:
        """Write a PKCS#12 file."""
        return key_files.write(self.private, self.certificate, password, name)


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
