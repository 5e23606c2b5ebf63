"""Multiples of a point computed beforehand: for the base points, and for the keys of authorities, which recur.

Scalars are cut into signed digits of eight bits. With every digit's multiple of every place at hand, a product is some
sixty additions and no doubling. A table costs about 2 MB and a tenth of a second, once; public data only.
"""

from functools import lru_cache
from typing import Final

from gmpy2 import invert, mpz

from shared.pki.gost import points
from shared.pki.gost.points import INFINITY, Affine, Curve, Jacobian

_WIDTH: Final = 8  # bits of a digit
_HALF, _WHOLE = 1 << _WIDTH - 1, 1 << _WIDTH
_KEPT: Final = 16  # tables at once: two base points, and the authorities of one trust configuration
_ONE: Final = mpz(1)

Table = tuple[tuple[Affine, ...], ...]


@lru_cache(maxsize=_KEPT)
def table(curve: Curve, point: Affine) -> Table:
    """Give row i: 1 to 128 times 256^i·point. Made at the first use and kept."""
    rows: list[list[Jacobian]] = []
    base = point
    for _ in range(curve.q.bit_length() // _WIDTH + 1):
        row: list[Jacobian] = [(*base, _ONE)]
        while len(row) < _HALF:
            row.append(points.add(curve.p, row[-1], base))
        rows.append(row)
        next_base = points.affine(curve.p, points.double(curve.p, row[-1]))
        assert next_base is not None  # noqa: S101 - the order is an odd prime: no such multiple is infinity
        base = next_base
    flat = _all_affine(curve.p, [multiple for row in rows for multiple in row])
    return tuple(tuple(flat[start : start + _HALF]) for start in range(0, len(flat), _HALF))


def add_multiple(curve: Curve, result: Jacobian, scalar: mpz, held: Table) -> Jacobian:
    """Compute result + scalar·P with P's table; 0 <= scalar < q."""
    carry, add, p = 0, points.add, curve.p
    for row, byte in zip(held, int(scalar).to_bytes(len(held), "little"), strict=True):
        digit = byte + carry
        carry = digit > _HALF
        if digit > _HALF:
            digit -= _WHOLE
        if digit > 0:
            result = add(p, result, row[digit - 1])
        elif digit < 0:
            x, y = row[-digit - 1]
            result = add(p, result, (x, p - y))
    return result


def combine(curve: Curve, one: mpz, other: mpz, key: Affine) -> mpz | None:
    """Compute the abscissa of one·P + other·Q with tables for both; None at infinity. For keys that recur."""
    result = add_multiple(curve, INFINITY, one, table(curve, (curve.x, curve.y)))
    end = points.affine(curve.p, add_multiple(curve, result, other, table(curve, key)))
    return end[0] if end else None


def combine_new(curve: Curve, one: mpz, other: mpz, key: Affine) -> mpz | None:
    """Compute the same for a key not met before: a table for the base point alone."""
    result = add_multiple(curve, points.multiple(curve, other, key), one, table(curve, (curve.x, curve.y)))
    end = points.affine(curve.p, result)
    return end[0] if end else None


def _all_affine(p: mpz, found: list[Jacobian]) -> list[Affine]:
    """Divide by every z with one inversion (Montgomery's trick)."""
    products = [_ONE]
    for point in found:
        products.append(products[-1] * point[2] % p)
    inverse, out = invert(products[-1], p), []
    for (x, y, z), before in zip(reversed(found), reversed(products[:-1]), strict=True):
        own = inverse * before % p
        inverse = inverse * z % p
        square = own * own % p
        out.append((x * square % p, y * square % p * own % p))
    return out[::-1]
