"""Public keys that may verify: RSA, ECDSA on NIST curves, GOST of Kazakhstan; DSA for old public suites alone."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from shared.pki import der
from shared.pki.algorithms import RSA_ENCRYPTION, RSA_PSS, Family, Hash, Scheme, digest
from shared.pki.certificate import Algorithm, read_algorithm
from shared.pki.codes import Code, Refused
from shared.pki.gost import engine, points

EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
DSA_KEY: Final = "1.2.840.10040.4.1"
GOST_512_KEY: Final = "1.2.398.3.10.1.1.2.2"
GOST_512_PARAMETERS: Final = "1.2.398.3.10.1.1.2.2.1"
GOST_256_KEY: Final = "1.2.398.3.10.1.1.1.1"
GOST_256_PARAMETERS: Final = "1.2.398.3.10.1.1.1.1.1"

_MIN_RSA, _MAX_RSA = 2048, 8192  # bits; above, one verification costs more than all the rest
_MAX_EXPONENT = 64  # bits, as OpenSSL
_BEFORE_TABLES = 8  # uses of an authority's GOST key: a root that verifies one certificate never pays for its tables
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

_HASHES: Final[dict[Hash, hashes.HashAlgorithm]] = {
    Hash.MD5: hashes.MD5(),  # noqa: S303 - refused before, unless the profile is for old suites
    Hash.SHA1: hashes.SHA1(),  # noqa: S303
    Hash.SHA256: hashes.SHA256(),
    Hash.SHA384: hashes.SHA384(),
    Hash.SHA512: hashes.SHA512(),
}
_PKCS1: Final = padding.PKCS1v15()
_ECDSA: Final[dict[Hash, ec.ECDSA]] = {
    hash_: ec.ECDSA(algorithm) for hash_, algorithm in _HASHES.items() if hash_ is not Hash.MD5
}


class PublicKey(ABC):
    """A key that verifies. `label` names kind and size for people: `RSA-2048`, `GOST-512`."""

    __slots__ = ()
    family: Family
    label: str

    @abstractmethod
    def verify(self, scheme: Scheme, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` over `message` is this key's. False also for a scheme of another family."""

    def recurring(self) -> "PublicKey":
        """Give the same key as an authority's, of which many verifications are to be expected."""
        return self


class RsaKey(PublicKey):
    """RSA with PKCS#1 v1.5 and PSS; a key whose own algorithm is PSS signs with that alone (RFC 4055, 1.2)."""

    __slots__ = ("family", "key", "label", "only_pss")

    def __init__(self, key: rsa.RSAPublicKey, *, only_pss: bool = False) -> None:
        self.key, self.family, self.label, self.only_pss = key, Family.RSA, f"RSA-{key.key_size}", only_pss

    def verify(self, scheme: Scheme, signature: bytes, message: bytes) -> bool:
        algorithm = _HASHES.get(scheme.hash)
        if scheme.family is not Family.RSA or algorithm is None or (self.only_pss and not scheme.pss):
            return False
        pad: padding.AsymmetricPadding = _PKCS1
        if scheme.pss:
            pad = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=scheme.salt)
        try:
            self.key.verify(signature, message, pad, algorithm)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            return False
        return True


class EcKey(PublicKey):
    """ECDSA on P-256, P-384, P-521."""

    __slots__ = ("family", "key", "label")

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self.key, self.family, self.label = key, Family.EC, f"EC-{key.key_size}"

    def verify(self, scheme: Scheme, signature: bytes, message: bytes) -> bool:
        algorithm = _ECDSA.get(scheme.hash)
        if scheme.family is not Family.EC or algorithm is None:
            return False
        try:
            self.key.verify(signature, message, algorithm)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DsaParameters:
    """p, q and g, which a certificate may leave to its issuer (RFC 5280, 6.1.4 (e); PKITS 4.1.5)."""

    p: int
    q: int
    g: int


class DsaKey(PublicKey):
    """DSA by its definition (FIPS 186-4, 4.7); profile rfc5280 alone comes here."""

    __slots__ = ("family", "label", "parameters", "y")

    def __init__(self, y: int, parameters: DsaParameters | None) -> None:
        self.y, self.parameters, self.family, self.label = y, parameters, Family.DSA, "DSA"

    def inheriting(self, issuer: PublicKey) -> "DsaKey":
        """Give the same key with the issuer's parameters, if it has none of its own."""
        if self.parameters is None and isinstance(issuer, DsaKey):
            return DsaKey(self.y, issuer.parameters)
        return self

    def verify(self, scheme: Scheme, signature: bytes, message: bytes) -> bool:
        if scheme.family is not Family.DSA or self.parameters is None:
            return False
        domain = self.parameters
        try:
            reader = der.Reader.whole(signature)
            r, s = reader.integer(), reader.integer()
            reader.finish()
        except der.Malformed:
            return False
        if not (0 < r < domain.q and 0 < s < domain.q and 1 < self.y < domain.p):
            return False
        whole = digest(scheme.hash, message)
        hashed = int.from_bytes(whole[: domain.q.bit_length() // 8], "big")
        inverse = pow(s, -1, domain.q)
        one = pow(domain.g, hashed * inverse % domain.q, domain.p)
        other = pow(self.y, r * inverse % domain.q, domain.p)
        return one * other % domain.p % domain.q == r


class GostKey(PublicKey):
    """GOST R 34.10-2015 of Kazakhstan: x and y little-endian, signature r and s little-endian one after the other."""

    __slots__ = ("_left", "family", "label", "point")

    def __init__(self, family: Family, point: points.Point, *, recurring: bool = False) -> None:
        self.point, self.family = point, family
        self._left = _BEFORE_TABLES if recurring else None
        self.label = "GOST-512" if family is Family.GOST_512 else "GOST-256"

    def verify(self, scheme: Scheme, signature: bytes, message: bytes) -> bool:
        if scheme.family is not self.family:
            return False
        if self._left:  # two threads that count at once are harmless: the table comes one use sooner or later
            self._left -= 1
        return engine.verify(self.point, digest(scheme.hash, message), signature, recurring=self._left == 0)

    def recurring(self) -> "GostKey":
        return GostKey(self.family, self.point, recurring=True)


@lru_cache(maxsize=1024)
def load(spki: bytes, *, weak: bool = False) -> PublicKey:
    """Read a SubjectPublicKeyInfo. Raises Refused: key-unknown, key-malformed, rsa-key-too-short, dsa-refused."""
    try:
        reader = der.Reader.whole(spki)
        algorithm = read_algorithm(reader)
        bits = reader.bits()
        reader.finish()
        return _load(spki, algorithm, bits, weak=weak)
    except UnsupportedAlgorithm:
        raise Refused(Code.KEY_UNKNOWN, "a key of a kind that is not verified here") from None
    except (der.Malformed, ValueError) as fault:
        detail = str(fault) if isinstance(fault, der.Malformed) else "not a key of its algorithm"
        raise Refused(Code.KEY_MALFORMED, detail) from None


def _load(spki: bytes, algorithm: Algorithm, bits: bytes, *, weak: bool) -> PublicKey:
    match algorithm.oid:
        case oid if oid == RSA_ENCRYPTION:
            return _rsa(spki, weak=weak)
        case oid if oid == RSA_PSS and algorithm.parameters:
            raise Refused(Code.KEY_UNKNOWN, "an RSA key with restrictions that are not verified here")
        case oid if oid == RSA_PSS:
            return _rsa(spki, weak=weak, only_pss=True)
        case oid if oid == EC_PUBLIC_KEY:
            return _ec(spki)
        case oid if oid == GOST_512_KEY:
            return _gost(Family.GOST_512, GOST_512_PARAMETERS, algorithm.parameters, bits)
        case oid if oid == GOST_256_KEY:
            return _gost(Family.GOST_256, GOST_256_PARAMETERS, algorithm.parameters, bits)
        case oid if oid == DSA_KEY and not weak:
            raise Refused(Code.DSA_REFUSED, "DSA keys are not accepted")
        case oid if oid == DSA_KEY:
            return DsaKey(_only_integer(bits), _dsa_parameters(algorithm.parameters))
    raise Refused(Code.KEY_UNKNOWN, f"key algorithm {algorithm.oid} is not one that is verified here")


def _rsa(spki: bytes, *, weak: bool, only_pss: bool = False) -> RsaKey:
    key = cast("rsa.RSAPublicKey", load_der_public_key(spki))  # the algorithm says so already
    if key.key_size < _MIN_RSA and not weak:
        raise Refused(Code.RSA_KEY_TOO_SHORT, f"an RSA key of {key.key_size} bits; {_MIN_RSA} are the least")
    if key.key_size > _MAX_RSA or key.public_numbers().e.bit_length() > _MAX_EXPONENT:
        raise Refused(Code.KEY_UNKNOWN, f"an RSA key of more than {_MAX_RSA} bits or with a huge exponent")
    return RsaKey(key, only_pss=only_pss)


def _ec(spki: bytes) -> EcKey:
    key = load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _CURVES):
        raise Refused(Code.KEY_UNKNOWN, "an elliptic curve other than P-256, P-384 and P-521")
    return EcKey(key)


def _gost(family: Family, known: str, parameters: bytes, bits: bytes) -> GostKey:
    if der.Reader.whole(parameters).oid() != known:
        raise Refused(Code.KEY_UNKNOWN, "a GOST key on another curve than the authority's")
    size = points.SIZES[family.value]
    inner = der.Reader(bits)
    both = inner.octets()
    inner.finish()
    if len(both) != 2 * size:
        raise der.Malformed("a GOST key of another size")
    return GostKey(family, points.read(size, both))


def _only_integer(bits: bytes) -> int:
    reader = der.Reader(bits)
    value = reader.integer()
    reader.finish()
    return value


def _dsa_parameters(parameters: bytes) -> DsaParameters | None:
    if parameters in {b"", b"\x05\x00"}:
        return None
    reader = der.Reader.whole(parameters)
    p, q, g = reader.integer(), reader.integer(), reader.integer()
    reader.finish()
    if not (1 < q < p and 1 < g < p and p.bit_length() <= 4096):  # noqa: PLR2004 - bits; larger ones are slow
        raise der.Malformed("DSA parameters out of range")
    return DsaParameters(p=p, q=q, g=g)
