"""A time stamp that a client put beside the signature (RFC 3161; CAdES): kept, trusted only from a pinned authority.

It is never a ground of condition 2: validity and revocation are judged at the gateway's receipt.
"""

import hmac
import re
from datetime import UTC, datetime
from typing import Final

from shared.pki import attributes, certificate, cms, keys
from shared.pki.algorithms import digest, hash_of, scheme_of
from shared.pki.certificate import Certificate, read_algorithm
from shared.pki.codes import Refused
from shared.pki.der import GENERALIZED_TIME, Malformed, Reader
from shared.pki.stamp import TimeStamp
from shared.pki.trust import Trust

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"

_MOST_CERTIFICATES = 4
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,6}))?Z")


def read(info: cms.SignerInfo, trust: Trust) -> TimeStamp | None:
    """Read the token beside a signature; None when there is none. Never raises: a bad token is an untrusted one."""
    values = info.unsigned.get(cms.TIME_STAMP_TOKEN)
    if values is None:
        return None
    at = None
    try:
        token = cms.parse(cms.only_value(values).raw(), max_certificates=_MOST_CERTIFICATES)
        at, imprint_algorithm, imprint = _statement(token)
        hash_ = hash_of(imprint_algorithm, weak=False)
        fits = hmac.compare_digest(imprint, digest(hash_, info.signature))
        return TimeStamp(at=at, trusted=fits and _signed(token, at, trust))
    except (Malformed, Refused):
        return TimeStamp(at=at, trusted=False)


def _statement(token: cms.SignedMessage) -> tuple[datetime, certificate.Algorithm, bytes]:
    if token.content_type != TST_INFO or token.content is None:
        raise Malformed("a token without its statement")
    reader = Reader.whole(token.content)
    if reader.integer() != 1:
        raise Malformed("a version of the statement that does not exist")
    reader.oid()
    imprint = reader.enter()
    algorithm, hashed = read_algorithm(imprint), imprint.octets()
    imprint.finish()
    reader.integer()
    return _time(reader.content(GENERALIZED_TIME)), algorithm, hashed


def _time(content: bytes) -> datetime:
    """Read a time that may have a fraction (RFC 3161, 2.4.2)."""
    found = _TIME.fullmatch(content)
    if found is None:
        raise Malformed("a time of another form")
    try:
        whole = datetime.strptime(found.group(1).decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise Malformed("a time that does not exist") from None
    return whole.replace(microsecond=int((found.group(2) or b"0").ljust(6, b"0")))


def _signed(token: cms.SignedMessage, at: datetime, trust: Trust) -> bool:
    """Judge the token's own signature, by a pinned certificate or one that a pinned authority issued for stamping."""
    info = token.signers[0]
    for data in (*token.certificates, *(pinned.der for pinned in trust.timestamps)):
        held = certificate.parse(data)
        if held.serial != info.serial or held.issuer != info.issuer:
            continue
        scheme = attributes.choose_scheme(token, info, weak=False)
        signed = attributes.signed_bytes(info, TST_INFO, token.content or b"", scheme.hash, held)
        return _pinned(held, at, trust) and keys.load(held.spki).verify(scheme, info.signature, signed)
    return False


def _pinned(held: Certificate, at: datetime, trust: Trust) -> bool:
    if held.extended_key_usage != (TIME_STAMPING,) or not held.not_before <= at <= held.not_after:
        return False
    return any(held == pinned or _issued(pinned, held) for pinned in trust.timestamps)


def _issued(pinned: Certificate, held: Certificate) -> bool:
    if pinned.subject != held.issuer or pinned.authority is not True:
        return False
    return keys.load(pinned.spki).verify(scheme_of(held.algorithm, weak=False), held.signature, held.tbs)
