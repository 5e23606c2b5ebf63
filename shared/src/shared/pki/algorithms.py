"""Which digests and signature algorithms exist for condition 2, and which of them the profile refuses.

Weak ones (SHA-1, MD5, DSA) are read only where `weak` says so: profile rfc5280, for old public suites, never a gateway.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.pki import der
from shared.pki.certificate import Algorithm, read_algorithm
from shared.pki.codes import Code, Refused
from shared.pki.gost import digests, engine


class Hash(StrEnum):
    """A digest by the name that hashlib, or the standard of Kazakhstan, gives it."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"
    STREEBOG_256 = "streebog256"  # GOST R 34.11-2015
    STREEBOG_512 = "streebog512"
    GOST_34311 = "gost34311"  # GOST 34.311-95


class Family(StrEnum):
    """What a key is made of."""

    RSA = "rsa"
    EC = "ec"
    DSA = "dsa"
    GOST_512 = "gost512"
    GOST_256 = "gost256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How a signature is made: kind of key, digest, and RSA's padding. `salt` in bytes is PSS's."""

    family: Family
    hash: Hash
    pss: bool = False
    salt: int = 0


DIGESTS: Final = {
    "1.2.840.113549.2.5": Hash.MD5,
    "1.3.14.3.2.26": Hash.SHA1,
    "2.16.840.1.101.3.4.2.1": Hash.SHA256,
    "2.16.840.1.101.3.4.2.2": Hash.SHA384,
    "2.16.840.1.101.3.4.2.3": Hash.SHA512,
    "1.2.398.3.10.1.3.1": Hash.GOST_34311,
    "1.2.398.3.10.1.3.2": Hash.STREEBOG_256,
    "1.2.398.3.10.1.3.3": Hash.STREEBOG_512,
}
DIGEST_OIDS: Final = {hash_: oid for oid, hash_ in DIGESTS.items()}

RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
RSA_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"

SIGNATURES: Final = {
    "1.2.840.113549.1.1.4": Scheme(family=Family.RSA, hash=Hash.MD5),
    "1.2.840.113549.1.1.5": Scheme(family=Family.RSA, hash=Hash.SHA1),
    "1.2.840.113549.1.1.11": Scheme(family=Family.RSA, hash=Hash.SHA256),
    "1.2.840.113549.1.1.12": Scheme(family=Family.RSA, hash=Hash.SHA384),
    "1.2.840.113549.1.1.13": Scheme(family=Family.RSA, hash=Hash.SHA512),
    "1.2.840.10045.4.1": Scheme(family=Family.EC, hash=Hash.SHA1),
    "1.2.840.10045.4.3.2": Scheme(family=Family.EC, hash=Hash.SHA256),
    "1.2.840.10045.4.3.3": Scheme(family=Family.EC, hash=Hash.SHA384),
    "1.2.840.10045.4.3.4": Scheme(family=Family.EC, hash=Hash.SHA512),
    "1.2.840.10040.4.3": Scheme(family=Family.DSA, hash=Hash.SHA1),
    "2.16.840.1.101.3.4.3.2": Scheme(family=Family.DSA, hash=Hash.SHA256),
    "1.2.398.3.10.1.1.1.2": Scheme(family=Family.GOST_256, hash=Hash.GOST_34311),
    "1.2.398.3.10.1.1.2.3.2": Scheme(family=Family.GOST_512, hash=Hash.STREEBOG_512),
}
SIGNATURE_OIDS: Final = {(scheme.family, scheme.hash): oid for oid, scheme in SIGNATURES.items()}

_PLAIN: dict[Hash, Callable[[bytes], bytes]] = {
    Hash.STREEBOG_256: lambda data: engine.streebog(data, 256),
    Hash.STREEBOG_512: lambda data: engine.streebog(data, 512),
    Hash.GOST_34311: digests.gost34311,
}
_WITHOUT_PARAMETERS = (b"", b"\x05\x00")


def digest(hash_: Hash, data: bytes) -> bytes:
    """Compute a digest; some are carried by Python alone and cost 0.1 ms for 64 bytes."""
    plain = _PLAIN.get(hash_)
    if plain is not None:
        return plain(data)
    return hashlib.new(hash_.value, data, usedforsecurity=False).digest()


def hash_of(algorithm: Algorithm, *, weak: bool) -> Hash:
    """Name the digest of an AlgorithmIdentifier. Raises Refused: algorithm-unknown, sha1-refused, md5-refused."""
    found = DIGESTS.get(algorithm.oid)
    if found is None:
        raise Refused(Code.ALGORITHM_UNKNOWN, f"digest algorithm {algorithm.oid} is not one that is verified here")
    _refuse_parameters(algorithm)
    if not weak:
        _refuse_weak(found)
    return found


def scheme_of(algorithm: Algorithm, *, weak: bool) -> Scheme:
    """Name the scheme of a signature AlgorithmIdentifier.

    Raises Refused: algorithm-unknown, sha1-refused, md5-refused, dsa-refused.
    """
    if algorithm.oid == RSA_PSS:
        scheme = _pss(algorithm.parameters)
    else:
        found = SIGNATURES.get(algorithm.oid)
        if found is None:
            raise Refused(
                Code.ALGORITHM_UNKNOWN, f"signature algorithm {algorithm.oid} is not one that is verified here"
            )
        _refuse_parameters(algorithm)
        scheme = found
    if not weak:
        if scheme.family is Family.DSA:
            raise Refused(Code.DSA_REFUSED, "DSA signatures are not accepted")
        _refuse_weak(scheme.hash)
    return scheme


def _refuse_parameters(algorithm: Algorithm) -> None:
    """Allow none or NULL (RFC 5754, 2 and 3): what else they might change is not known here."""
    if algorithm.parameters not in _WITHOUT_PARAMETERS:
        raise Refused(Code.ALGORITHM_UNKNOWN, f"algorithm {algorithm.oid} has parameters, which it must not have")


def _refuse_weak(hash_: Hash) -> None:
    if hash_ is Hash.SHA1:
        raise Refused(Code.SHA1_REFUSED, "SHA-1 is not accepted")
    if hash_ is Hash.MD5:
        raise Refused(Code.MD5_REFUSED, "MD5 is not accepted")


def _pss(parameters: bytes) -> Scheme:
    """Read RSASSA-PSS-params (RFC 4055, 3.1): MGF1 with the same digest, trailer field 1."""
    try:
        reader = der.Reader.whole(parameters)
        hash_, mask, salt = Hash.SHA1, Hash.SHA1, 20
        if (tagged := reader.optional(der.explicit(0))) is not None:
            hash_ = hash_of(read_algorithm(tagged), weak=True)
            tagged.finish()
        if (tagged := reader.optional(der.explicit(1))) is not None:
            generator = read_algorithm(tagged)
            tagged.finish()
            inner = der.Reader(generator.parameters)
            mask = hash_of(read_algorithm(inner), weak=True)
            inner.finish()
            if generator.oid != _MGF1:
                raise der.Malformed("another mask generator than MGF1")
        if (tagged := reader.optional(der.explicit(2))) is not None:
            salt = tagged.integer()
            tagged.finish()
        if (tagged := reader.optional(der.explicit(3))) is not None:
            if tagged.integer() != 1:
                raise der.Malformed("another trailer field than 1")
            tagged.finish()
        reader.finish()
    except der.Malformed as fault:
        raise Refused(Code.ALGORITHM_UNKNOWN, f"PSS parameters: {fault}") from None
    if mask is not hash_ or not 0 <= salt <= 128:  # noqa: PLR2004 - bytes; a digest has 64 at most
        raise Refused(Code.ALGORITHM_UNKNOWN, "PSS parameters with two digests or an absurd salt")
    return Scheme(family=Family.RSA, hash=hash_, pss=True, salt=salt)
