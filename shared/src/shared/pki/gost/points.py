"""The verification equation of GOST R 34.10-2015 (ST RK 2012, RFC 7091) on the two curves that Kazakhstan's keys use.

Jacobian coordinates over gmpy2, anywhere that Python runs. `shared.pki.gost.tables` is faster where a point recurs,
`shared.pki.gost.libcrypto` where OpenSSL can be loaded.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from gmpy2 import invert, mpz


class Point(NamedTuple):
    """An affine point; `size` is 64 or 32, the bytes of a coordinate, and names the curve."""

    size: int
    x: int
    y: int


class Curve(NamedTuple):
    """y² = x³ + ax + b over p, a = -3, base point of order q."""

    p: mpz
    b: mpz
    q: mpz
    x: mpz
    y: mpz


TC26_512_A: Final = Curve(  # RFC 7836, A.1: id-tc26-gost-3410-12-512-paramSetA
    p=mpz(2**512 - 569),
    b=mpz(
        "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"
        "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760", 16
    ),
    q=mpz(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275", 16
    ),
    x=mpz(3),
    y=mpz(
        "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
        "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4", 16
    ),
)  # fmt: skip
CRYPTOPRO_256_A: Final = Curve(  # RFC 4357, 11.4: id-GostR3410-2001-CryptoPro-A
    p=mpz(2**256 - 617),
    b=mpz(166),
    q=mpz("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893", 16),
    x=mpz(1),
    y=mpz("8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14", 16),
)
CURVES: Final = {64: TC26_512_A, 32: CRYPTOPRO_256_A}
SIZES: Final = {"gost512": 64, "gost256": 32}

Combine = Callable[[Curve, mpz, mpz, "Affine"], mpz | None]
Jacobian = tuple[mpz, mpz, mpz]
Affine = tuple[mpz, mpz]

_ZERO, _ONE = mpz(0), mpz(1)
INFINITY: Final[Jacobian] = (_ONE, _ONE, _ZERO)
_WINDOW: Final = 32  # odd digits from -31 to 31


class NotOnCurve(ValueError):
    """The coordinates are not a point of the curve: no key."""


def read(size: int, both: bytes) -> Point:
    """Read a public key, x and y little-endian of `size` bytes each. Raises NotOnCurve."""
    curve = CURVES[size]
    x, y = mpz(int.from_bytes(both[:size], "little")), mpz(int.from_bytes(both[size:], "little"))
    if not (x < curve.p and y < curve.p) or (y * y - (x * x * x - 3 * x + curve.b)) % curve.p:
        raise NotOnCurve("a point that is not on the curve")
    return Point(size, int(x), int(y))


def verify(key: Point, digest: bytes, signature: bytes, combined: "Combine | None" = None) -> bool:
    """Judge a signature (r, then s, little-endian) over a digest as its standard writes it.

    `combined` computes the abscissa of one·P + other·Q; the default is the plainest way, which the others must agree
    with.
    """
    curve, size = CURVES[key.size], key.size
    if len(signature) != 2 * size or len(digest) != size:
        return False
    r, s = mpz(int.from_bytes(signature[:size], "little")), mpz(int.from_bytes(signature[size:], "little"))
    if not (0 < r < curve.q and 0 < s < curve.q):
        return False
    inverse = invert(mpz(int.from_bytes(digest, "little")) % curve.q or _ONE, curve.q)
    x = (combined or combine)(curve, s * inverse % curve.q, -r * inverse % curve.q, (mpz(key.x), mpz(key.y)))
    return x is not None and x % curve.q == r


def combine(curve: Curve, one: mpz, other: mpz, key: Affine) -> mpz | None:
    """Compute the abscissa of one·P + other·Q bit by bit (Shamir's trick); None at infinity."""
    p, base = curve.p, (curve.x, curve.y)
    both = affine(p, add(p, (base[0], base[1], _ONE), key))
    table = {"01": key, "10": base, "11": both}
    result, length = INFINITY, max(one.bit_length(), other.bit_length())
    for pair in zip(format(int(one), f"0{length}b"), format(int(other), f"0{length}b"), strict=True):
        result = double(p, result)
        addend = table.get("".join(pair))
        if addend is not None:
            result = add(p, result, addend)
    end = affine(p, result)
    return end[0] if end else None


def multiple(curve: Curve, scalar: mpz, point: Affine) -> Jacobian:
    """Compute scalar·P by signed odd digits of six bits (wNAF): a doubling a bit, an addition every seven."""
    p = curve.p
    twice = affine(p, double(p, (*point, _ONE)))
    odd = [point]  # P, 3P, 5P ... 31P; none is infinity, for the order is a prime far above
    while twice is not None and len(odd) < _WINDOW // 2:
        following = affine(p, add(p, (*odd[-1], _ONE), twice))
        assert following is not None  # noqa: S101
        odd.append(following)
    result = INFINITY
    for digit in reversed(list(_signed_digits(int(scalar)))):
        result = double(p, result)
        if digit > 0:
            result = add(p, result, odd[digit >> 1])
        elif digit < 0:
            x, y = odd[-digit >> 1]
            result = add(p, result, (x, p - y))
    return result


def _signed_digits(scalar: int) -> Iterator[int]:
    """Cut a scalar into digits that are zero or odd, lowest first."""
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & 2 * _WINDOW - 1
            if digit > _WINDOW:
                digit -= 2 * _WINDOW
            scalar -= digit
        yield digit
        scalar >>= 1


def multiply(curve: Curve, scalar: int, point: Affine) -> Affine | None:
    """Compute scalar·P; None at infinity. Not in constant time: for tests and the demo's keys."""
    result = INFINITY
    for bit in format(scalar, "b"):
        result = double(curve.p, result)
        if bit == "1":
            result = add(curve.p, result, point)
    return affine(curve.p, result)


def double(p: mpz, point: Jacobian) -> Jacobian:
    """Compute 2·P."""
    x, y, z = point
    if not z:
        return point
    delta, gamma = z * z % p, y * y % p
    beta, alpha = x * gamma % p, 3 * (x - delta) * (x + delta) % p
    x3 = (alpha * alpha - 8 * beta) % p
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p, ((y + z) ** 2 - gamma - delta) % p


def add(p: mpz, point: Jacobian, addend: Affine) -> Jacobian:
    """Compute P + Q."""
    x, y, z = point
    if not z:
        return addend[0], addend[1], _ONE
    z2 = z * z % p
    h, r = (addend[0] * z2 - x) % p, (addend[1] * z2 * z - y) % p
    if not h:
        return INFINITY if r else double(p, point)
    h2 = h * h % p
    h3, v = h * h2 % p, x * h2 % p
    x3 = (r * r - h3 - 2 * v) % p
    return x3, (r * (v - x3) - y * h3) % p, z * h % p


def affine(p: mpz, point: Jacobian) -> Affine | None:
    """Give x and y; None at infinity."""
    if not point[2]:
        return None
    inverse = invert(point[2], p)
    square = inverse * inverse % p
    return point[0] * square % p, point[1] * square * inverse % p
