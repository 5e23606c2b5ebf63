"""CMS SignedData (RFC 5652) as NCALayer and openssl make it, read strictly: steps 1 to 3 of condition 2 stand on this.

Reading judges structure alone; what is in it is judged by `shared.pki.verifier`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.pki import der
from shared.pki.certificate import Algorithm, read_algorithm
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed, Reader

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
DATA: Final = "1.2.840.113549.1.7.1"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
TIME_STAMP_TOKEN: Final = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an object identifier

_MAX_ATTRIBUTES = 32
_MAX_ALGORITHMS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """What one signer says. Either issuer and serial, or `subject_key`, names the certificate.

    `signed_attributes` is their DER as a SET, the very bytes that are signed; None when there are none.
    """

    issuer: bytes | None
    serial: int | None
    subject_key: bytes | None
    digest_algorithm: Algorithm
    signed_attributes: bytes | None
    attributes: Mapping[str, bytes]
    signature_algorithm: Algorithm
    signature: bytes
    unsigned: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A SignedData. `content` is None when detached; `certificates` are DER, not yet read."""

    digest_algorithms: tuple[Algorithm, ...]
    content_type: str
    content: bytes | None
    certificates: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]


def parse(data: bytes, *, max_certificates: int) -> SignedMessage:
    """Read a ContentInfo with a SignedData. Raises Refused with the codes of steps 1 to 3."""
    try:
        outer = Reader.whole(data)
        content_type = outer.oid()
        if content_type != SIGNED_DATA:
            raise Refused(Code.SIGNATURE_NOT_CMS, f"content type {content_type} is not SignedData")
        inner = outer.enter(der.explicit(0))
        outer.finish()
        body = inner.enter()
        inner.finish()
        return _signed_data(body, max_certificates)
    except Malformed as fault:
        raise Refused(Code.SIGNATURE_MALFORMED, f"not a CMS SignedData: {fault}") from None


def _signed_data(body: Reader, max_certificates: int) -> SignedMessage:
    if body.integer() not in {1, 3, 4, 5}:
        raise Malformed("a version of SignedData that does not exist")
    digest_algorithms = _algorithms(body.enter(der.SET))
    encapsulated = body.enter()
    content_type, content = encapsulated.oid(), None
    if (tagged := encapsulated.optional(der.explicit(0))) is not None:
        content = tagged.octets()
        tagged.finish()
    encapsulated.finish()
    certificates = _certificates(body.optional(der.explicit(0)), max_certificates)
    if body.peek() == der.explicit(1):
        body.content()  # lists that the message carries: what is trusted comes from the trust configuration
    signers = _signers(body.enter(der.SET))
    body.finish()
    return SignedMessage(
        digest_algorithms=digest_algorithms,
        content_type=content_type,
        content=content,
        certificates=certificates,
        signers=signers,
    )


def _algorithms(reader: Reader) -> tuple[Algorithm, ...]:
    found = []
    while reader.more():
        found.append(read_algorithm(reader))
        if len(found) > _MAX_ALGORITHMS:
            raise Malformed("too many digest algorithms")
    return tuple(found)


def _certificates(reader: Reader | None, most: int) -> tuple[bytes, ...]:
    found: list[bytes] = []
    while reader is not None and reader.more():
        if reader.peek() != der.SEQUENCE:
            reader.raw()  # attribute certificates and other formats sign nothing here
            continue
        found.append(reader.raw(der.SEQUENCE))
        if len(found) > most:
            raise Refused(Code.TOO_MANY_CERTIFICATES, f"more than {most} certificates in the message")
    return tuple(found)


def _signers(reader: Reader) -> tuple[SignerInfo, ...]:
    if not reader.more():
        raise Refused(Code.NO_SIGNER, "the message has no signer")
    first = _signer(reader.enter())
    if reader.more():
        raise Refused(Code.SEVERAL_SIGNERS, "the message has more than one signer")
    return (first,)


def _signer(reader: Reader) -> SignerInfo:
    version = reader.integer()
    issuer = serial = subject_key = None
    if version == 1:
        sid = reader.enter()
        issuer, serial = sid.raw(der.SEQUENCE), sid.integer()
        sid.finish()
    elif version == 3:  # noqa: PLR2004 - RFC 5652, 5.3: by subject key identifier
        subject_key = reader.content(der.implicit(0))
    else:
        raise Malformed("a version of SignerInfo that does not exist")
    digest_algorithm = read_algorithm(reader)
    signed, attributes = None, {}
    if reader.peek() == der.explicit(0):
        signed = b"\x31" + reader.raw()[1:]
        attributes = _attributes(signed)
    signature_algorithm = read_algorithm(reader)
    signature = reader.octets()
    unsigned = {}
    if reader.peek() == der.explicit(1):
        unsigned = _read_attributes(b"\x31" + reader.raw()[1:], ordered=False)
    reader.finish()
    return SignerInfo(
        issuer=issuer, serial=serial, subject_key=subject_key, digest_algorithm=digest_algorithm,
        signed_attributes=signed, attributes=attributes, signature_algorithm=signature_algorithm,
        signature=signature, unsigned=unsigned,
    )  # fmt: skip


def _attributes(signed: bytes) -> dict[str, bytes]:
    try:
        return _read_attributes(signed, ordered=True)
    except Malformed as fault:
        raise Refused(Code.ATTRIBUTES_MALFORMED, f"signed attributes: {fault}") from None


def _read_attributes(data: bytes, *, ordered: bool) -> dict[str, bytes]:
    """Give each attribute's SET OF values by type. Signed ones stand in DER's order (RFC 5652, 5.3), each type once."""
    found: dict[str, bytes] = {}
    reader, last = Reader.whole(data, der.SET), b""
    while reader.more():
        whole = reader.raw(der.SEQUENCE)
        if ordered and whole < last:
            raise Refused(Code.ATTRIBUTES_NOT_DER, "the signed attributes are not in the order of DER")
        last, inner = whole, Reader.whole(whole)
        kind, values = inner.oid(), inner.raw(der.SET)
        inner.finish()
        if (kind in found and ordered) or len(found) >= _MAX_ATTRIBUTES:
            raise Malformed("an attribute twice, or too many")
        found.setdefault(kind, values)
    if not found:
        raise Malformed("an empty set of attributes")
    return found


def only_value(values: bytes) -> Reader:
    """Enter a SET OF that must hold one value, standing before it. Raises Malformed."""
    reader = Reader.whole(values, der.SET)
    count = Reader(reader.data, reader.at, reader.end)
    count.raw()
    count.finish()
    return reader


def signing_time(info: SignerInfo) -> datetime | None:
    """Give the signer's claim of when he signed; never a ground. Raises Refused: attributes-malformed."""
    values = info.attributes.get(SIGNING_TIME)
    if values is None:
        return None
    try:
        return only_value(values).time()
    except Malformed as fault:
        raise Refused(Code.ATTRIBUTES_MALFORMED, f"signing time: {fault}") from None
