"""Certificates and lists written from their fields, right or wrong: a test may ask for any field as it likes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.pki import certificate as certificates
from shared.pki import crl, encode, extensions, names
from shared.pki.certificate import CRL_SIGN, KEY_CERT_SIGN
from shared.pki.private_keys import PrivateKey

_PRINTABLE = {names.COUNTRY, names.SERIAL_NUMBER}
_ACCESS, _OCSP, _ISSUERS = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
_URI = 0x86


def name(*attributes: tuple[str, str]) -> bytes:
    """Write a Name of one attribute a step, as the NCA does: UTF-8, but country and serial number printable."""
    return encode.sequence(
        *(encode.set_of([encode.sequence(encode.oid(kind), _text(kind, value))]) for kind, value in attributes)
    )


def _text(kind: str, value: str) -> bytes:
    return encode.printable(value) if kind in _PRINTABLE else encode.utf8(value)


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """Write an Extension around a DER value."""
    return encode.sequence(encode.oid(oid), encode.boolean(value=True) if critical else b"", encode.octets(value))


def authority_extensions(*, path_length: int | None = None) -> list[bytes]:
    """Basic constraints and key usage of an authority."""
    limit = b"" if path_length is None else encode.integer(path_length)
    return [
        extension(certificates.BASIC_CONSTRAINTS, encode.sequence(encode.boolean(value=True), limit), critical=True),
        extension(certificates.KEY_USAGE, encode.named_bits({KEY_CERT_SIGN, CRL_SIGN}), critical=True),
    ]


def key_identifiers(subject: bytes, issuer: bytes | None) -> list[bytes]:
    """Subject's and authority's key identifier."""
    found = [extension(certificates.SUBJECT_KEY, encode.octets(subject))]
    if issuer is not None:
        found.append(extension(certificates.AUTHORITY_KEY, encode.sequence(encode.element(0x80, issuer))))
    return found


def purposes(oids: Iterable[str]) -> bytes:
    """Write an extended key usage."""
    return extension(certificates.EXTENDED_KEY_USAGE, encode.sequence(*map(encode.oid, oids)))


def policies(oids: Iterable[str]) -> bytes:
    """Write certificate policies without qualifiers."""
    return extension(certificates.POLICIES, encode.sequence(*(encode.sequence(encode.oid(oid)) for oid in oids)))


def distribution_points(url: str, *, freshest: bool = False) -> bytes:
    """Say where the list lies, or with `freshest` the delta."""
    point = encode.sequence(encode.explicit(0, encode.explicit(0, encode.ia5(url, _URI))))
    return extension(extensions.FRESHEST_LIST if freshest else extensions.DISTRIBUTION_POINTS, encode.sequence(point))


def information_access(responder: str) -> bytes:
    """Say where the responder is."""
    access = encode.sequence(encode.oid(_OCSP), encode.ia5(responder, _URI))
    return extension(_ACCESS, encode.sequence(access))


def certificate(
    *,
    subject: bytes,
    issuer: bytes,
    serial: int,
    spki: bytes,
    not_before: datetime,
    not_after: datetime,
    extensions: Sequence[bytes],
    signer: PrivateKey,
) -> bytes:
    """Write and sign a certificate, version 3 when there are extensions, else 1."""
    tbs = encode.sequence(
        encode.explicit(0, encode.integer(2)) if extensions else b"",
        encode.integer(serial),
        signer.algorithm,
        issuer,
        encode.sequence(encode.time(not_before), encode.time(not_after)),
        subject,
        spki,
        encode.explicit(3, encode.sequence(*extensions)) if extensions else b"",
    )
    return signed(tbs, signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """One entry of a list."""

    serial: int
    at: datetime
    reason: int | None = None


def revocation_list(
    *,
    issuer: bytes,
    entries: Iterable[Revoked],
    this_update: datetime,
    next_update: datetime | None,
    extensions: Sequence[bytes],
    signer: PrivateKey,
) -> bytes:
    """Write and sign a list, version 2."""
    written = [_entry(entry) for entry in entries]
    tbs = encode.sequence(
        encode.integer(1),
        signer.algorithm,
        issuer,
        encode.time(this_update),
        encode.time(next_update) if next_update else b"",
        encode.sequence(*written) if written else b"",
        encode.explicit(0, encode.sequence(*extensions)) if extensions else b"",
    )
    return signed(tbs, signer)


def _entry(entry: Revoked) -> bytes:
    return encode.sequence(encode.integer(entry.serial), _since(entry.at, entry.reason))


@lru_cache(maxsize=1024)
def _since(at: datetime, reason: int | None) -> bytes:
    """Write date and reason once for the many entries of a long list that share them."""
    if reason is None:
        return encode.time(at)
    return encode.time(at) + encode.sequence(extension(crl.REASON, encode.integer(reason, 10)))


def list_extensions(*, number: int, authority_key: bytes, base: int | None = None) -> list[bytes]:
    """List number, authority's key, and for a delta its base."""
    found = [
        extension(crl.LIST_NUMBER, encode.integer(number)),
        extension(certificates.AUTHORITY_KEY, encode.sequence(encode.element(0x80, authority_key))),
    ]
    if base is not None:
        found.append(extension(crl.DELTA_INDICATOR, encode.integer(base), critical=True))
    return found


def signed(tbs: bytes, signer: PrivateKey) -> bytes:
    """Put data to be signed, algorithm and signature together, as certificates and lists are."""
    return encode.sequence(tbs, signer.algorithm, encode.bits(signer.sign(tbs)))
