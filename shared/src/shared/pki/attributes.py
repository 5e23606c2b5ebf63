"""Step 3 of condition 2: do the signed attributes belong to this content, this certificate and these algorithms."""

import hashlib
import hmac

from shared.pki import cms, der
from shared.pki.algorithms import RSA_ENCRYPTION, Family, Hash, Scheme, digest, hash_of, scheme_of
from shared.pki.certificate import Certificate, read_algorithm
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed, Reader

_SHA256 = "2.16.840.1.101.3.4.2.1"


def choose_scheme(message: cms.SignedMessage, info: cms.SignerInfo, *, weak: bool) -> Scheme:
    """Name how the signer signed. The digest named beside the content must be the signature's own.

    Raises Refused: algorithm-unknown, algorithm-mismatch, sha1-refused, md5-refused, dsa-refused.
    """
    hash_ = hash_of(info.digest_algorithm, weak=weak)
    if all(listed.oid != info.digest_algorithm.oid for listed in message.digest_algorithms):
        raise Refused(Code.ALGORITHM_MISMATCH, "the message does not list the signer's digest algorithm")
    if info.signature_algorithm.oid == RSA_ENCRYPTION:  # RFC 3370, 3.2: the digest is named beside it
        return Scheme(family=Family.RSA, hash=hash_)
    scheme = scheme_of(info.signature_algorithm, weak=weak)
    if scheme.hash is not hash_:
        raise Refused(Code.ALGORITHM_MISMATCH, "digest and signature algorithm name different digests")
    return scheme


def signed_bytes(info: cms.SignerInfo, content_type: str, content: bytes, hash_: Hash, signer: Certificate) -> bytes:
    """Give what the signature must be over, having compared every attribute that says something about it.

    Raises Refused with the codes of step 3.
    """
    if info.signed_attributes is None:
        return _without_attributes(content_type, content)
    try:
        _check_content_type(info, content_type)
        _check_digest(info, content, hash_)
        _check_certificate(info, signer)
        _check_protection(info)
    except Malformed as fault:
        raise Refused(Code.ATTRIBUTES_MALFORMED, f"signed attributes: {fault}") from None
    return info.signed_attributes


def _without_attributes(content_type: str, content: bytes) -> bytes:
    """Allow none over plain data, unless the content is itself a set of attributes: that is someone's signature
    with attributes, offered as one without (RFC 5652, 5.3 and security considerations of RFC 8933).
    """
    if content_type != cms.DATA or content[:1] == b"\x31":
        raise Refused(Code.ATTRIBUTES_MISSING, "a message of this kind needs signed attributes")
    return content


def _check_content_type(info: cms.SignerInfo, content_type: str) -> None:
    values = info.attributes.get(cms.CONTENT_TYPE)
    if values is None:
        raise Refused(Code.ATTRIBUTES_MISSING, "the signed attributes lack the content type")
    if cms.only_value(values).oid() != content_type:
        raise Refused(Code.CONTENT_TYPE_MISMATCH, "the signed content type is not the content's")


def _check_digest(info: cms.SignerInfo, content: bytes, hash_: Hash) -> None:
    values = info.attributes.get(cms.MESSAGE_DIGEST)
    if values is None:
        raise Refused(Code.ATTRIBUTES_MISSING, "the signed attributes lack the message digest")
    if not hmac.compare_digest(cms.only_value(values).octets(), digest(hash_, content)):
        raise Refused(Code.DIGEST_MISMATCH, "the document is not the one that was signed")


def _check_certificate(info: cms.SignerInfo, signer: Certificate) -> None:
    """Compare ESSCertIDv2 (RFC 5035, 3) or ESSCertID (RFC 2634, 5.4): the first names the signer's certificate."""
    for kind, default in ((cms.SIGNING_CERTIFICATE_V2, _SHA256), (cms.SIGNING_CERTIFICATE, "")):
        values = info.attributes.get(kind)
        if values is None:
            continue
        identifier = cms.only_value(values).enter().enter().enter()
        expected = _certificate_digest(identifier, default, signer)
        if not hmac.compare_digest(identifier.octets(), expected):
            raise Refused(Code.SIGNING_CERTIFICATE_MISMATCH, "the signed attributes name another certificate")
        if identifier.more():
            _check_issuer_and_serial(identifier.enter(), signer)
        identifier.finish()


def _certificate_digest(identifier: Reader, default: str, signer: Certificate) -> bytes:
    if not default:
        return hashlib.sha1(signer.der, usedforsecurity=False).digest()
    if identifier.peek() == der.SEQUENCE:
        return digest(hash_of(read_algorithm(identifier), weak=False), signer.der)
    return signer.sha256


def _check_issuer_and_serial(reader: Reader, signer: Certificate) -> None:
    general_names, serial = reader.enter(), reader.integer()
    reader.finish()
    tagged = general_names.enter(der.explicit(4))
    if tagged.raw(der.SEQUENCE) != signer.issuer or serial != signer.serial:
        raise Refused(Code.SIGNING_CERTIFICATE_MISMATCH, "the signed attributes name another issuer or serial number")


def _check_protection(info: cms.SignerInfo) -> None:
    """Compare CMSAlgorithmProtection (RFC 6211, 3) with the algorithms outside the signature."""
    values = info.attributes.get(cms.ALGORITHM_PROTECTION)
    if values is None:
        return
    reader = cms.only_value(values).enter()
    listed = read_algorithm(reader)
    tagged = Reader.whole(b"\x30" + reader.raw(der.explicit(1))[1:])
    oid = tagged.oid()
    if listed.oid != info.digest_algorithm.oid or oid != info.signature_algorithm.oid:
        raise Refused(Code.ALGORITHM_MISMATCH, "the protected algorithms are not those of the signature")
