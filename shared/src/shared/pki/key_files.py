"""Key files (PKCS#12, RFC 7292): `cryptography` reads and writes those with RSA and elliptic-curve keys.

It knows no GOST keys, so a file of one is written here: the key as RFC 9548 has it, but under the password's AES, as in
any modern file, and not under GOST's ciphers. A file is told by what is in it. GOST: for tests and the demo alone.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate

from shared.pki import cms, der, encode
from shared.pki.der import Malformed, Reader
from shared.pki.gost_signing import GostPrivateKey
from shared.pki.private_keys import EcPrivateKey, KeyUnusable, PrivateKey, RsaPrivateKey, private_key

_KEY_BAG, _CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.2", "1.2.840.113549.1.12.10.1.3"
_X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME, _LOCAL_KEY_ID = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
_PBES2, _PBKDF2, _HMAC_SHA256 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.2.840.113549.2.9"
_AES_256_CBC, _SHA256 = "2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.2.1"
_VERSION: Final = 3
_ROUNDS, _MAC_ROUNDS, _MOST_ROUNDS = 20_000, 2_048, 1_000_000
_SALT, _KEY_BYTES, _BLOCK = 16, 32, 128  # bytes, bytes, bits
_MAC_KEY, _HASH_BLOCK = 3, 64  # RFC 7292, B.3 and B.2
_WRONG = "not a key file, or another password"


def read(data: bytes, password: str) -> tuple[PrivateKey, bytes]:
    """Give the key and its certificate (DER). Raises KeyUnusable."""
    try:
        key, held, _ = pkcs12.load_key_and_certificates(data, password.encode())
    except (ValueError, UnsupportedAlgorithm):
        return _read_gost(data, password)
    if key is None or held is None:
        raise KeyUnusable("the file lacks a key or its certificate")
    return private_key(key), held.public_bytes(serialization.Encoding.DER)


def write(key: PrivateKey, certificate: bytes, password: str, name: str = "") -> bytes:
    """Write a file; `name` is what programs show for it."""
    if isinstance(key, GostPrivateKey):
        return _write_gost(key, certificate, password, name)
    assert isinstance(key, RsaPrivateKey | EcPrivateKey)  # noqa: S101 - there are no others
    return pkcs12.serialize_key_and_certificates(
        name.encode() or None,
        key.key,
        load_der_x509_certificate(certificate),
        None,
        serialization.BestAvailableEncryption(password.encode()),
    )


# ---------------------------------------------------------------------------------------------------------------- GOST
def _write_gost(key: GostPrivateKey, certificate: bytes, password: str, name: str) -> bytes:
    identifier = encode.octets(hashlib.sha256(certificate).digest()[:20])
    attributes = [_attribute(_LOCAL_KEY_ID, identifier)]
    if name:
        attributes.append(_attribute(_FRIENDLY_NAME, encode.element(der.BMP_STRING, name.encode("utf-16-be"))))
    held = encode.sequence(encode.oid(_X509_CERTIFICATE), encode.explicit(0, encode.octets(certificate)))
    bags = encode.sequence(
        _bag(_CERTIFICATE_BAG, held, attributes), _bag(_KEY_BAG, _shrouded(key.pkcs8, password), attributes)
    )
    safe = encode.sequence(_data(bags))
    return encode.sequence(encode.integer(_VERSION), _data(safe), _Mac.over(safe, password).der)


def _read_gost(data: bytes, password: str) -> tuple[PrivateKey, bytes]:
    try:
        file = Reader.whole(data)
        if file.integer() != _VERSION:
            raise KeyUnusable(_WRONG)
        safe = _data_in(file.enter())
        if not _Mac.read(file.enter()).holds(safe, password):
            raise KeyUnusable(_WRONG)
        bags = _bags(safe)
        if not {_KEY_BAG, _CERTIFICATE_BAG} <= bags.keys():
            raise KeyUnusable("the file lacks a key or its certificate")
        key = GostPrivateKey.from_pkcs8(_opened(bags[_KEY_BAG], password))
        return key, _certificate_in(bags[_CERTIFICATE_BAG])
    except Malformed:
        raise KeyUnusable(_WRONG) from None


def _data(content: bytes) -> bytes:
    return encode.sequence(encode.oid(cms.DATA), encode.explicit(0, encode.octets(content)))


def _data_in(content: Reader) -> bytes:
    if content.oid() != cms.DATA:
        raise Malformed("content that is encrypted or signed as a whole")
    return content.enter(der.explicit(0)).octets()


def _attribute(kind: str, value: bytes) -> bytes:
    return encode.sequence(encode.oid(kind), encode.set_of([value]))


def _bag(kind: str, value: bytes, attributes: list[bytes]) -> bytes:
    return encode.sequence(encode.oid(kind), encode.explicit(0, value), encode.set_of(attributes))


def _bags(safe: bytes) -> dict[str, bytes]:
    """Give each kind's last bag: a person's file has one key and one certificate."""
    contents, found = Reader.whole(safe), dict[str, bytes]()
    while contents.more():
        bags = Reader.whole(_data_in(contents.enter()))
        while bags.more():
            bag = bags.enter()
            kind = bag.oid()
            found[kind] = bag.enter(der.explicit(0)).raw()
    return found


def _certificate_in(bag: bytes) -> bytes:
    held = Reader.whole(bag)
    if held.oid() != _X509_CERTIFICATE:
        raise Malformed("a certificate of another kind")
    return held.enter(der.explicit(0)).octets()


def _shrouded(secret: bytes, password: str) -> bytes:
    """Encrypt with PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, then AES-256 in CBC mode."""
    salt, vector = secrets.token_bytes(_SALT), secrets.token_bytes(_SALT)
    derivation = encode.algorithm(
        _PBKDF2,
        encode.sequence(encode.octets(salt), encode.integer(_ROUNDS), encode.algorithm(_HMAC_SHA256, encode.null())),
    )
    scheme = encode.algorithm(_AES_256_CBC, encode.octets(vector))
    padder = padding.PKCS7(_BLOCK).padder()
    encryptor = _cipher(password, salt, _ROUNDS, vector).encryptor()
    sealed = encryptor.update(padder.update(secret) + padder.finalize()) + encryptor.finalize()
    return encode.sequence(encode.algorithm(_PBES2, encode.sequence(derivation, scheme)), encode.octets(sealed))


def _opened(bag: bytes, password: str) -> bytes:
    sealed = Reader.whole(bag)
    scheme = sealed.enter()
    if scheme.oid() != _PBES2:
        raise Malformed("an encryption that is not PBES2")
    both = scheme.enter()
    derivation, cipher = both.enter(), both.enter()
    if derivation.oid() != _PBKDF2 or cipher.oid() != _AES_256_CBC:
        raise Malformed("an encryption that is not PBKDF2 with AES-256")
    inputs = derivation.enter()
    salt, rounds, function = inputs.octets(), _checked(inputs.integer()), inputs.enter()
    vector = cipher.octets()
    if function.oid() != _HMAC_SHA256 or len(vector) != _SALT:
        raise Malformed("an encryption that is not HMAC-SHA-256 with AES-256")
    decryptor, unpadder = _cipher(password, salt, rounds, vector).decryptor(), padding.PKCS7(_BLOCK).unpadder()
    try:
        padded = decryptor.update(sealed.octets()) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise Malformed("no whole blocks") from None


def _cipher(password: str, salt: bytes, rounds: int, vector: bytes) -> Cipher[modes.CBC]:
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds, _KEY_BYTES)
    return Cipher(algorithms.AES256(key), modes.CBC(vector))


def _checked(rounds: int) -> int:
    if not 0 < rounds <= _MOST_ROUNDS:
        raise Malformed("an absurd count of rounds")
    return rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mac:
    """The password's word for the whole file: HMAC-SHA-256 under a key by RFC 7292, appendix B."""

    salt: bytes
    rounds: int
    value: bytes

    @classmethod
    def over(cls, safe: bytes, password: str) -> Self:
        salt = secrets.token_bytes(_SALT)
        return cls(salt=salt, rounds=_MAC_ROUNDS, value=_mac(safe, password, salt, _MAC_ROUNDS))

    @classmethod
    def read(cls, written: Reader) -> Self:
        digest = written.enter()
        if digest.enter().oid() != _SHA256:
            raise Malformed("a MAC that is not HMAC-SHA-256")
        value, salt = digest.octets(), written.octets()
        return cls(salt=salt, rounds=_checked(written.integer()) if written.more() else 1, value=value)

    @property
    def der(self) -> bytes:
        digest = encode.sequence(encode.algorithm(_SHA256, encode.null()), encode.octets(self.value))
        return encode.sequence(digest, encode.octets(self.salt), encode.integer(self.rounds))

    def holds(self, safe: bytes, password: str) -> bool:
        return hmac.compare_digest(self.value, _mac(safe, password, self.salt, self.rounds))


def _mac(safe: bytes, password: str, salt: bytes, rounds: int) -> bytes:
    """Derive the key in one block, since SHA-256 gives as much as the MAC needs."""
    secret = password.encode("utf-16-be") + b"\0\0"
    key = bytes([_MAC_KEY]) * _HASH_BLOCK + _repeated(salt) + _repeated(secret)
    for _ in range(rounds):
        key = hashlib.sha256(key).digest()
    return hmac.digest(key, safe, "sha256")


def _repeated(text: bytes) -> bytes:
    """Fill whole blocks with the text over and over; nothing stays nothing."""
    length = -(-len(text) // _HASH_BLOCK) * _HASH_BLOCK
    return (text * (length // len(text) + 1))[:length] if text else b""
