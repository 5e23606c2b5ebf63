"""The faster way to the same equation: OpenSSL's EC_POINT_mul through ctypes, where Python links a libcrypto.

Used only after it has agreed with `shared.pki.gost.points` on a known signature. Public data only.
"""

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from threading import local
from typing import Final

from gmpy2 import mpz

from shared.pki.gost import points
from shared.pki.gost.points import Curve

_NAMES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll", "libcrypto.so.1.1")


class NotThere(RuntimeError):
    """No libcrypto can be loaded, or it lacks what is needed."""


class LibCrypto:
    """One loaded library. What a thread computes with is its own."""

    def __init__(self, names: tuple[str, ...] = _NAMES) -> None:
        self.name, self._lib = _load(names)
        _declare(self._lib)
        self._threads = local()

    def combine(self, curve: Curve, one: mpz, other: mpz, key: points.Affine) -> mpz | None:
        """Compute the abscissa of one·P + other·Q; None at infinity. `key` is known to lie on the curve."""
        lib, held = self._lib, self._of_thread(curve)
        for number, value in zip(held.numbers, (one, other, key[0], key[1]), strict=True):
            data = int(value).to_bytes(held.size, "big")
            lib.BN_bin2bn(data, held.size, number)
        n, m, x, y = held.numbers
        if not (
            lib.EC_POINT_set_affine_coordinates(held.group, held.point, x, y, held.context)
            and lib.EC_POINT_mul(held.group, held.point, n, held.point, m, held.context)
            and lib.EC_POINT_get_affine_coordinates(held.group, held.point, x, None, held.context)
        ):
            return None  # the last of them fails at infinity
        lib.BN_bn2binpad(x, held.buffer, held.size)
        return mpz(int.from_bytes(held.buffer.raw, "big"))

    def _of_thread(self, curve: Curve) -> "_Workspace":
        spaces: dict[int, _Workspace] = self._threads.__dict__.setdefault("spaces", {})
        size = curve.p.bit_length() // 8
        if size not in spaces:
            spaces[size] = _Workspace(self._lib, curve, size)
        return spaces[size]


class _Workspace:
    """Group, point and numbers of one thread and curve; they live as long as the thread."""

    def __init__(self, lib: ctypes.CDLL, curve: Curve, size: int) -> None:
        self.size, self.buffer, self.context = size, ctypes.create_string_buffer(size), lib.BN_CTX_new()
        parts = [int(v).to_bytes(size, "big") for v in (curve.p, curve.p - 3, curve.b, curve.x, curve.y, curve.q)]
        p, a, b, x, y, q = (lib.BN_bin2bn(data, size, None) for data in parts)
        self.group = lib.EC_GROUP_new_curve_GFp(p, a, b, self.context)
        base, self.point = lib.EC_POINT_new(self.group), lib.EC_POINT_new(self.group)
        lib.EC_POINT_set_affine_coordinates(self.group, base, x, y, self.context)
        if not lib.EC_GROUP_set_generator(self.group, base, q, lib.BN_value_one()):
            raise NotThere("libcrypto refuses the curve")
        self.numbers = tuple(lib.BN_new() for _ in range(4))


def _load(names: tuple[str, ...]) -> tuple[str, ctypes.CDLL]:
    for name in names:
        try:
            return name, ctypes.CDLL(name)
        except OSError:
            continue
    raise NotThere("no libcrypto")


def _declare(lib: ctypes.CDLL) -> None:
    pointer = c_void_p
    try:
        for name, result, arguments in (
            ("BN_CTX_new", pointer, ()),
            ("BN_new", pointer, ()),
            ("BN_value_one", pointer, ()),
            ("BN_bin2bn", pointer, (c_char_p, c_int, pointer)),
            ("BN_bn2binpad", c_int, (pointer, c_char_p, c_int)),
            ("EC_GROUP_new_curve_GFp", pointer, (pointer,) * 4),
            ("EC_GROUP_set_generator", c_int, (pointer,) * 4),
            ("EC_POINT_new", pointer, (pointer,)),
            ("EC_POINT_set_affine_coordinates", c_int, (pointer,) * 5),
            ("EC_POINT_get_affine_coordinates", c_int, (pointer,) * 5),
            ("EC_POINT_mul", c_int, (pointer,) * 6),
        ):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError:
        raise NotThere("a libcrypto without the functions needed") from None


class LibGcrypt:
    """Streebog from libgcrypt, where it is: thirty times as fast as Python's."""

    _ALGORITHMS: Final = {256: 309, 512: 310}  # GCRY_MD_STRIBOG256, GCRY_MD_STRIBOG512

    def __init__(self, name: str = "libgcrypt.so.20") -> None:
        try:
            self._lib = ctypes.CDLL(name)
            self._lib.gcry_check_version.restype = c_char_p
            self._lib.gcry_check_version.argtypes = (c_char_p,)
            self._hash = self._lib.gcry_md_hash_buffer
        except (OSError, AttributeError):
            raise NotThere("no libgcrypt") from None
        self._hash.restype, self._hash.argtypes = None, (c_int, c_char_p, c_char_p, c_size_t)
        self.version = (self._lib.gcry_check_version(None) or b"?").decode()

    def streebog(self, data: bytes, bits: int) -> bytes:
        out = ctypes.create_string_buffer(bits // 8)
        self._hash(self._ALGORITHMS[bits], out, data, len(data))
        return out.raw
