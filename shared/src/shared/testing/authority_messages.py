"""CMS messages in any form, right or wrong: what a client must not send, and what an attacker would.

`shared.pki.signing.sign` makes the right one; here every field can be another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.pki import certificate as certificates
from shared.pki import cms, der, encode
from shared.pki.algorithms import digest
from shared.pki.signing import SigningKey, attribute, digest_algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerForm:
    """How one SignerInfo is to be. None takes the right value.

    `attributes` are DER attributes in the order given (`ordered` sorts them as DER wants); () leaves them out.
    """

    key: SigningKey
    attributes: Sequence[bytes] | None = None
    ordered: bool = True
    digest_algorithm: bytes | None = None
    signature_algorithm: bytes | None = None
    signature: bytes | None = None
    by_subject_key: bool = False
    unsigned: Sequence[bytes] = ()
    version: int | None = None

    def write(self, document: bytes, at: datetime) -> bytes:
        held = certificates.parse(self.key.certificate)
        given = usual_attributes(document, self.key, at) if self.attributes is None else list(self.attributes)
        signed = b""
        if given:
            signed = encode.set_of(given) if self.ordered else encode.element(der.SET, *given)
        identity = encode.sequence(held.issuer, encode.integer(held.serial))
        if self.by_subject_key:
            identity = encode.element(der.implicit(0), held.subject_key or b"")
        version = self.version or (3 if self.by_subject_key else 1)
        return encode.sequence(
            encode.integer(version),
            identity,
            self.digest_algorithm or digest_algorithm(self.key.private.hash),
            b"\xa0" + signed[1:] if signed else b"",
            self.signature_algorithm or self.key.private.algorithm,
            encode.octets(self.signature or self.key.private.sign(signed or document)),
            encode.explicit(1, *self.unsigned) if self.unsigned else b"",
        )


def usual_attributes(document: bytes, key: SigningKey, at: datetime) -> list[bytes]:
    """Content type, signing time and digest, as the older clients send them."""
    return [
        attribute(cms.CONTENT_TYPE, encode.oid(cms.DATA)),
        attribute(cms.SIGNING_TIME, encode.time(at)),
        attribute(cms.MESSAGE_DIGEST, encode.octets(digest(key.private.hash, document))),
    ]


def message(
    document: bytes,
    signers: Sequence[SignerForm],
    *,
    at: datetime,
    certificates: Sequence[bytes] | None = None,
    content: bytes | None = None,
    content_type: str = cms.DATA,
    algorithms: Sequence[bytes] | None = None,
    version: int = 1,
) -> bytes:
    """Write a ContentInfo with these signers. `content` makes it enveloping; `certificates` None takes the signers'."""
    held = [form.key.certificate for form in signers] if certificates is None else certificates
    listed = [digest_algorithm(form.key.private.hash) for form in signers] if algorithms is None else algorithms
    carried = b"" if content is None else encode.explicit(0, encode.octets(content))
    body = encode.sequence(
        encode.integer(version),
        encode.set_of(listed),
        encode.sequence(encode.oid(content_type), carried),
        encode.explicit(0, *held) if held else b"",
        encode.set_of([form.write(document, at) for form in signers]),
    )
    return encode.sequence(encode.oid(cms.SIGNED_DATA), encode.explicit(0, body))
