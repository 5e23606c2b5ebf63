"""OCSP answers of the test authority, right or wrong (RFC 6960, 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.pki import certificate as certificates
from shared.pki import der, encode
from shared.pki.der import Reader
from shared.pki.ocsp import BASIC, NONCE
from shared.pki.private_keys import PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks: the CertID as it stands, its serial number, and the nonce extension if any."""

    identity: bytes
    serial: int
    nonce: bytes | None


def read_question(data: bytes) -> Asked:
    """Read an OCSPRequest about one certificate. Raises der.Malformed."""
    body = Reader.whole(data).enter()
    identity = body.enter().enter().raw(der.SEQUENCE)
    fields = Reader.whole(identity)
    certificates.read_algorithm(fields)
    fields.octets()
    fields.octets()
    nonce = None
    if (tagged := body.optional(der.explicit(2))) is not None:
        extension = certificates.read_extensions(tagged).get(NONCE)
        nonce = extension.value if extension else None
    return Asked(identity=identity, serial=fields.integer(), nonce=nonce)


def status_good() -> bytes:
    """Write the status good."""
    return b"\x80\x00"


def status_revoked(at: datetime, reason: int | None) -> bytes:
    """Write the status revoked, since when and why."""
    code = b"" if reason is None else encode.explicit(0, encode.integer(reason, der.ENUMERATED))
    return encode.explicit(1, encode.generalized(at), code)


def status_unknown() -> bytes:
    """Write the status unknown."""
    return b"\x82\x00"


def answer(
    *,
    asked: Asked,
    status: bytes,
    this_update: datetime,
    next_update: datetime | None,
    responder_name: bytes,
    signer: PrivateKey,
    certificates: Sequence[bytes] = (),
) -> bytes:
    """Write and sign a successful OCSPResponse with one answer."""
    until = b"" if next_update is None else encode.explicit(0, encode.generalized(next_update))
    single = encode.sequence(asked.identity, status, encode.generalized(this_update), until)
    nonce = b""
    if asked.nonce is not None:
        nonce = encode.explicit(1, encode.sequence(encode.sequence(encode.oid(NONCE), encode.octets(asked.nonce))))
    tbs = encode.sequence(
        encode.explicit(1, responder_name), encode.generalized(this_update), encode.sequence(single), nonce
    )
    held = encode.explicit(0, encode.sequence(*certificates)) if certificates else b""
    basic = encode.sequence(tbs, signer.algorithm, encode.bits(signer.sign(tbs)), held)
    return encode.sequence(
        encode.integer(0, der.ENUMERATED),
        encode.explicit(0, encode.sequence(encode.oid(BASIC), encode.octets(basic))),
    )


def failure(status: int) -> bytes:
    """Write an answer that says why there is none: 1 malformed request, 2 internal error, 6 unauthorized."""
    return encode.sequence(encode.integer(status, der.ENUMERATED))
