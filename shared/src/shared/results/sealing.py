"""The organisation's seal: the second and last signature of a result, PAdES B-B, made by the service itself.

After it the file is not touched again. The key is loaded once; where it lives in a device, the device's signing
function takes its place.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from shared.results import cms
from shared.results.errors import NotPreparedError, NotSignedError, SealingKeyError

_ROOM_BESIDE_CERTIFICATES: Final = 4096
_SMALLEST_RSA: Final = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """An organisation's sealing key: its certificate, the certificates above it without the root, and how to sign.

    `sign` takes bytes and returns a signature of them with SHA-256, as the certificate's key does it: PKCS#1 v1.5 for
    RSA, a DER pair for ECDSA. It is called from worker threads, several at once. Whether the certificate is in force
    and belongs to the provider is `shared.pki`'s to say, before.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    sign: Callable[[bytes], bytes]

    @classmethod
    def from_pkcs12(cls, source: Path | bytes, password: bytes) -> Self:
        """Load key and certificates from a PKCS#12 file or its bytes. Once, at start: it takes a while on purpose.

        Raises:
            SealingKeyError: wrong password, no key, a key that is not the certificate's, or not RSA from 2048 or ECDSA.
        """
        data = source.read_bytes() if isinstance(source, Path) else source
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(data, password)
        except ValueError as wrong:
            raise SealingKeyError("not a PKCS#12 file, or the password is wrong") from wrong
        if key is None or certificate is None:
            raise SealingKeyError("no key with its certificate in it")
        if _public(key.public_key()) != _public(certificate.public_key()):
            raise SealingKeyError("the key is not the certificate's")
        chain = tuple(other for other in others if other.issuer != other.subject)
        return cls(certificate=certificate, chain=chain, sign=_signing(key))


def seal(pdf: bytes, sealer: Sealer, *, at: datetime) -> bytes:
    """Add the field `seal` (`ETSI.CAdES.detached`) over the whole file, in one incremental update.

    `at` is the time that the signature dictionary claims. CPU work: call it in a worker thread, never on an event
    loop's (pyHanko runs one of its own).

    Raises:
        NotSignedError: `pdf` is not signed by the performer, or anything was changed or added since.
    """
    fields = _fields()
    _require_performer(pdf, fields)
    room = _ROOM_BESIDE_CERTIFICATES + sum(len(_der(each)) for each in (sealer.certificate, *sealer.chain))
    waiting, span = fields.reserve(pdf, fields.SEAL, at=at, room=room)
    start, end = span
    digest = hashlib.sha256(waiting[:start])
    digest.update(waiting[end:])
    sealed: bytes = fields.fill(waiting, span, _cades(sealer, digest.digest()))
    return sealed


def _require_performer(pdf: bytes, fields: ModuleType) -> None:
    try:
        start, end = fields.last_span(pdf, (fields.PERFORMER,))
    except NotPreparedError as wrong:
        raise NotSignedError("not a file that ends with the performer's signature") from wrong
    signature = bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii", "replace").replace("\ufffd", "?"))
    if not cms.matches(signature, pdf[:start] + pdf[end:]):
        raise NotSignedError("the performer's signature is absent or of other bytes")


def _cades(sealer: Sealer, digest: bytes) -> bytes:
    from shared.results.cades import OrganisationSigner  # noqa: PLC0415 - pyHanko, see fields

    signer = OrganisationSigner(sealer.sign, _der(sealer.certificate), [_der(each) for each in sealer.chain])
    info: Any = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True))
    der: bytes = info.dump()
    return der


def _signing(key: object) -> Callable[[bytes], bytes]:
    match key:
        case rsa.RSAPrivateKey() if key.key_size >= _SMALLEST_RSA:
            return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePrivateKey():
            return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))
        case _:
            raise SealingKeyError("neither RSA of 2048 bits or more nor ECDSA")


def _public(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _fields() -> ModuleType:
    from shared.results import fields  # noqa: PLC0415 - pyHanko: processes that never sign do not wait for it

    return fields
