"""Readies a CMS made elsewhere for its place in a PDF: DER, detached, one signer, over these very bytes.

NCALayer answers with an enveloping CMS or a detached one, in BER as often as in DER. A PDF wants DER (ISO 32000-1,
12.8.3.3.1) and a detached one (`adbe.pkcs7.detached`); signed attributes and certificates stay as they were, octet for
octet, because signatures are over them. Who signed, and whether the signature is good, is `shared.pki`'s to say.
"""

import hashlib
from typing import Any, Final

from asn1crypto import cms, core, parser
from asn1crypto import tsp as _tsp  # noqa: F401 - it names attributes, before the first of any is looked up

from shared.results.errors import ForeignSignatureError, MalformedSignatureError

_DIGESTS: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_COLLECTIONS: Final = frozenset({core.Sequence.tag, core.Set.tag})
_KEPT_PARTS: Final = ("version", "digest_algorithms", "certificates", "crls", "signer_infos")


def detached(signature: bytes, content: bytes) -> bytes:
    """Return `signature` as DER without content, having compared it with `content`.

    The message digest is compared where it is SHA-2; for other algorithms (GOST) the caller's verification stands
    alone. Verifying the signature is the caller's duty in every case.

    Raises:
        MalformedSignatureError, ForeignSignatureError
    """
    signed = _signed_data(signature)
    carried = signed["encap_content_info"]["content"].native
    if carried is not None and carried != content:
        raise ForeignSignatureError("it envelops other content")
    _compare_digest(_only_signer(signed), content)
    return _der(signed, signature)


def matches(signature: bytes, content: bytes) -> bool:
    """Whether the CMS, padded with zeros as in a PDF or not, names the digest of `content` (GOST is not compared)."""
    try:
        _compare_digest(_only_signer(_signed_data(signature, padded=True)), content)
    except (ForeignSignatureError, MalformedSignatureError):
        return False
    return True


def _signed_data(signature: bytes, *, padded: bool = False) -> Any:
    try:
        info = cms.ContentInfo.load(signature, strict=not padded)
        if info["content_type"].native != "signed_data":
            raise MalformedSignatureError("not SignedData")
        return _parsed(info["content"])
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as wrong:
        raise MalformedSignatureError("not readable as CMS") from wrong


def _parsed(signed: Any) -> Any:
    """Read the parts that are asked for later, so that what is wrong with them is known now."""
    _ = signed["encap_content_info"].native, signed["digest_algorithms"].native
    for signer in signed["signer_infos"]:
        _ = [signer[part].native for part in ("digest_algorithm", "signed_attrs", "signature_algorithm", "signature")]
    _ = [choice.chosen.native for choice in signed["certificates"]]
    return signed


def _only_signer(signed: Any) -> Any:
    if len(signed["signer_infos"]) != 1:
        raise MalformedSignatureError("not exactly one signer")
    return signed["signer_infos"][0]


def _compare_digest(signer: Any, content: bytes) -> None:
    found = [
        attribute["values"].native
        for attribute in signer["signed_attrs"]
        if attribute["type"].native == "message_digest"
    ]
    if len(found) != 1 or len(found[0]) != 1:
        raise MalformedSignatureError("not exactly one message digest among the signed attributes")
    digest = _DIGESTS.get(signer["digest_algorithm"]["algorithm"].native)
    if digest is not None and digest(content).digest() != found[0][0]:
        raise ForeignSignatureError("its message digest is that of other bytes")


def _der(signed: Any, original: bytes) -> bytes:
    carried = signed["encap_content_info"]["content"].native is not None
    attributes = [attribute.dump() for attribute in _only_signer(signed)["signed_attrs"]]
    well_written = _is_der(original) and attributes == sorted(attributes)
    if not carried and well_written:
        return original
    parts = {name: signed[name] for name in _KEPT_PARTS if not isinstance(signed[name], core.Void)}
    bare = cms.SignedData(parts | {"encap_content_info": {"content_type": "data"}})
    # Forced, asn1crypto writes each part anew for every level above it: a quarter of a second that DER does not need.
    der: bytes = cms.ContentInfo({"content_type": "signed_data", "content": bare}).dump(force=not well_written)
    if _kept(_signed_data(der)) != _kept(signed):
        raise MalformedSignatureError("cannot be written as DER without changing what is signed")
    return der


def _is_der(data: bytes) -> bool:
    """Whether every length is definite and as short as can be, and no string is in pieces (X.690, 10.1 and 10.2)."""
    while data:
        class_, constructed, tag, header, content, trailer = parser.parse(data)
        written = header + content + trailer
        if parser.emit(class_, constructed, tag, content) != written:
            return False
        if constructed and not (class_ or tag in _COLLECTIONS):
            return False
        if constructed and not _is_der(content):
            return False
        data = data[len(written) :]
    return True


def _kept(signed: Any) -> tuple[bytes, ...]:
    """The parts that signatures are over, and the signature itself."""
    signer = _only_signer(signed)
    certificates = [choice.chosen.untag().dump() for choice in signed["certificates"]]
    return (signer["signed_attrs"].untag().dump(), signer["signature"].native, *certificates)
