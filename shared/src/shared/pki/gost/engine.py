"""What carries GOST in this process: chosen once at start, the fastest that agrees with Python on known values.

Python and gmpy2 are always there. `describe` says what was chosen; `shlyuz doctor` prints it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from gmpy2 import mpz

from shared.pki.gost import digests, points, tables
from shared.pki.gost.libcrypto import LibCrypto, LibGcrypt, NotThere

Combine = Callable[[points.Curve, mpz, mpz, points.Affine], mpz | None]
Streebog = Callable[[bytes, int], bytes]

_TRIAL: Final = b"012345678901234567890123456789012345678901234567890123456789012"  # RFC 6986, 10.1
_SCALARS: Final = (mpz(0x1234567890ABCDEF << 300 | 7), mpz(0xFEDCBA9876543210 << 100 | 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The chosen functions and what they are called."""

    combine: Combine
    streebog: Streebog
    curves_by: str
    digest_by: str


@cache
def chosen() -> Engine:
    """Choose once a process; later calls give the same."""
    combine, curves_by = _curves()
    streebog, digest_by = _digest()
    return Engine(combine=combine, streebog=streebog, curves_by=curves_by, digest_by=digest_by)


def describe() -> dict[str, str]:
    """Say for people what carries GOST's curves and digest here."""
    engine = chosen()
    return {
        "gost curves": f"{engine.curves_by}; authorities' keys by tables",
        "streebog": engine.digest_by,
        "gost 34.311-95": "Python",
    }


def _curves() -> tuple[Combine, str]:
    try:
        library = LibCrypto()
        if all(_agrees(library.combine, curve) for curve in points.CURVES.values()):
            return library.combine, f"{library.name}, EC_POINT_mul"
    except NotThere:
        pass
    return tables.combine_new, "Python with gmpy2"


def _agrees(combine: Combine, curve: points.Curve) -> bool:
    base = (curve.x, curve.y)
    one, other = (scalar % curve.q for scalar in _SCALARS)
    return combine(curve, one, other, base) == points.combine(curve, one, other, base)


def _digest() -> tuple[Streebog, str]:
    try:
        library = LibGcrypt()
        if all(library.streebog(_TRIAL, bits) == digests.streebog(_TRIAL, bits) for bits in (256, 512)):
            return library.streebog, f"libgcrypt {library.version}"
    except NotThere:
        pass
    return digests.streebog, "Python"


def streebog(data: bytes, bits: int) -> bytes:
    """Compute Streebog with what was chosen."""
    return chosen().streebog(data, bits)


def verify(key: points.Point, digest: bytes, signature: bytes, *, recurring: bool = False) -> bool:
    """Judge a GOST signature with what was chosen; a key that recurs, an authority's, by a table of its own."""
    return points.verify(key, digest, signature, tables.combine if recurring else chosen().combine)
