"""GOST keys that sign: for tests and the demo's citizens, who in life sign with NCALayer. Not in constant time."""

import secrets
from typing import Final

from gmpy2 import mpz

from shared.pki import encode, keys
from shared.pki.algorithms import Family, Hash, digest
from shared.pki.der import Reader
from shared.pki.gost import points
from shared.pki.private_keys import KeyUnusable, PrivateKey

_HASHES: Final = {Family.GOST_512: Hash.STREEBOG_512, Family.GOST_256: Hash.GOST_34311}
_PARAMETERS: Final = {
    Family.GOST_512: (keys.GOST_512_KEY, keys.GOST_512_PARAMETERS, "1.2.398.3.10.1.3.3"),
    Family.GOST_256: (keys.GOST_256_KEY, keys.GOST_256_PARAMETERS, "1.2.398.3.10.1.3.1.0"),
}
_FAMILIES: Final = {key: family for family, (key, _, _) in _PARAMETERS.items()}


class GostPrivateKey(PrivateKey):
    """A scalar on the family's curve."""

    __slots__ = ("family", "hash", "scalar")

    def __init__(self, family: Family, scalar: int | None = None) -> None:
        self.family, self.hash = family, _HASHES[family]
        self.scalar = scalar or secrets.randbelow(int(self._curve.q) - 1) + 1

    @property
    def _curve(self) -> points.Curve:
        return points.CURVES[self.size]

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return points.SIZES[self.family.value]

    @property
    def spki(self) -> bytes:
        curve = self._curve
        point = points.multiply(curve, self.scalar, (curve.x, curve.y))
        assert point is not None  # noqa: S101 - the scalar is below the order of the base point
        both = b"".join(int(part).to_bytes(self.size, "little") for part in point)
        return encode.sequence(self._key_algorithm, encode.bits(encode.octets(both)))

    @property
    def _key_algorithm(self) -> bytes:
        key, parameters, hash_ = _PARAMETERS[self.family]
        return encode.algorithm(key, encode.sequence(encode.oid(parameters), encode.oid(hash_)))

    @property
    def pkcs8(self) -> bytes:
        """The key as DER PrivateKeyInfo, the scalar little-endian as in RFC 9548, without a password."""
        scalar = self.scalar.to_bytes(self.size, "little")
        return encode.sequence(encode.integer(0), self._key_algorithm, encode.octets(scalar))

    @classmethod
    def from_pkcs8(cls, data: bytes) -> "GostPrivateKey":
        """Read what `pkcs8` wrote. Raises der.Malformed, and KeyUnusable for a key of another algorithm."""
        info = Reader.whole(data)
        version, algorithm, written = info.integer(), info.enter(), info.octets()
        family = _FAMILIES.get(algorithm.oid())
        if version != 0 or family is None:
            raise KeyUnusable("not a GOST key")
        scalar = int.from_bytes(written, "little")
        if not 0 < scalar < points.CURVES[points.SIZES[family.value]].q:
            raise KeyUnusable("a number that is no key of the curve")
        return cls(family, scalar)

    def sign(self, data: bytes) -> bytes:
        curve = self._curve
        hashed = mpz(int.from_bytes(digest(self.hash, data), "little")) % curve.q or mpz(1)
        while True:
            k = secrets.randbelow(int(curve.q) - 1) + 1
            point = points.multiply(curve, k, (curve.x, curve.y))
            r = point[0] % curve.q if point else mpz(0)
            s = (r * self.scalar + k * hashed) % curve.q
            if r and s:
                return int(r).to_bytes(self.size, "little") + int(s).to_bytes(self.size, "little")
