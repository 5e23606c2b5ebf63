"""Streebog (GOST R 34.11-2012, RFC 6986) and the older GOST 34.311-95 (RFC 5831, test parameters) in Python alone.

Streebog works on eight tables of 256, built once from the standard's matrix and substitution; the older digest on four.
"""

from collections.abc import Sequence
from functools import cache
from struct import Struct
from typing import Final

_PI: Final = bytes.fromhex(
    "fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1f918655ae25cef21811c3c428b018e4f"
    "058402aee36a8fa0060bed987fd4d31feb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d87"
    "15a19629107b9ac7f391786f9d9eb2b13275193dff358a7e6d54c680c3bd0d57dff524a93ea843c9d779d6f67c22b903"
    "e00fecde7a94b0bcdce828504e330a4aa79760731e0062441ab83882649f2641ad454692275e552f8ca3a57d69d5953b"
    "0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561207167a42d2b095bcb9b25d0bee56c52"
    "59a674d2e6f4b4c0d166afc2394b63b6"
)
_MATRIX: Final = bytes.fromhex(
    "8e20faa72ba0b47047107ddd9b505a38ad08b0e0c3282d1cd8045870ef14980e6c022c38f90a4c073601161cf205268d"
    "1b8e0b0e798c13c883478b07b2468764a011d380818e8f405086e740ce47c9202843fd2067adea1014aff010bdd87508"
    "0ad97808d06cb40405e23c0468365a028c711e02341b2d0146b60f011a83988e90dab52a387ae76f486dd4151c3dfdb9"
    "24b86a840e90f0d2125c354207487869092e94218d243cba8a174a9ec8121e5d4585254f64090fa0accc9ca9328a8950"
    "9d4df05d5f661451c0a878a0a1330aa660543c50de970553302a1e286fc58ca718150f14b9ec46dd0c84890ad27623e0"
    "0642ca05693b9f700321658cba93c13886275df09ce8aaa8439da0784e745554afc0503c273aa42ad960281e9d1d5215"
    "e230140fc080298471180a8960409a42b60c05ca30204d215b068c651810a89e456c34887a3805b9ac361a443d1c8cd2"
    "561b0d22900e46692b838811480723ba9bcf4486248d9f5dc3e9224312c8c1a0effa11af0964ee50f97d86d98a327728"
    "e4fa2054a80b329c727d102a548b194e39b008152acb82279258048415eb419d492c024284fbaec0aa16012142f35760"
    "550b8e9e21f7a530a48b474f9ef5dc1870a6a56e2440598e3853dc371220a2471ca76e95091051ad0edd37c48a08a6d8"
    "07e095624504536c8d70c431ac02a736c83862965601dd1b641c314b2b8ee083"
)
_ROUNDS: Final = bytes.fromhex(
    "b1085bda1ecadae9ebcb2f81c0657c1f2f6a76432e45d016714eb88d7585c4fc4b7ce09192676901a2422a08a460d315"
    "05767436cc744d23dd806559f2a645076fa3b58aa99d2f1a4fe39d460f70b5d7f3feea720a232b9861d55e0f16b50131"
    "9ab5176b12d699585cb561c2db0aa7ca55dda21bd7cbcd56e679047021b19bb7f574dcac2bce2fc70a39fc286a3d8435"
    "06f15e5f529c1f8bf2ea7514b1297b7bd3e20fe490359eb1c1c93a376062db09c2b6f443867adb31991e96f50aba0ab2"
    "ef1fdfb3e81566d2f948e1a05d71e4dd488e857e335c3c7d9d721cad685e353fa9d72c82ed03d675d8b71333935203be"
    "3453eaa193e837f1220cbebc84e3d12e4bea6bacad4747999a3f410c6ca923637f151c1f1686104a359e35d7800fffbd"
    "bfcd1747253af5a3dfff00b723271a167a56a27ea9ea63f5601758fd7c6cfe57ae4faeae1d3ad3d96fa4c33b7a3039c0"
    "2d66c4f95142a46c187f9ab49af08ec6cffaa6b71c9ab7b40af21f66c2bec6b6bf71c57236904f35fa68407a46647d6e"
    "f4c70e16eeaac5ec51ac86febf240954399ec6c7e6bf87c9d3473e33197a93c90992abc52d822c3706476983284a0504"
    "3517454ca23c4af38886564d3a14d4939b1f5b424d93c9a703e7aa020c6e41414eb7f8719c36de1e89b4443b4ddbc49a"
    "f4892bcb929b069069d18d2bd1a5c42f36acc2355951a8d9a47f0dd4bf02e71e378f5a541631229b944c9ad8ec165fde"
    "3a7d3a1b258942243cd955b7e00d0984800a440bdbb2ceb17b2b8a9aa6079c540e38dc92cb1f2a607261445183235adb"
    "abbedea680056f52382ae548b2e4f3f38941e71cff8a78db1fffe18a1b3361039fe76702af69334b7a1e6c303b7652f4"
    "3698fad1153bb6c374b4c7fb98459ced7bcd9ed0efc889fb3002c6cd635afe94d8fa6bbbebab07612001802114846679"
    "8a1d71efea48b9caefbacd1d7d476e98dea2594ac06fd85d6bcaa4cd81f32d1b378ee767f11631bad21380b00449b17a"
    "cda43c32bcdf1d77f82012d430219f9b5d80ef9d1891cc86e71da4aa88e12852faf417d5d9b21b9948bc924af11bd720"
)
_BLOCK: Final = 64
_WORDS: Final = Struct("<8Q")
_WHOLE: Final = (1 << 512) - 1

Words = tuple[int, ...]


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """Build for each byte of a word what substitution and matrix make of each value (RFC 6986, 6.2 to 6.4)."""
    rows = [int.from_bytes(_MATRIX[at : at + 8], "big") for at in range(0, 512, 8)]
    tables = []
    for place in range(8):
        table = []
        for value in range(256):
            word, substituted = 0, _PI[value]
            for bit in range(8):
                if substituted >> bit & 1:
                    word ^= rows[63 - (8 * place + bit)]
            table.append(word)
        tables.append(tuple(table))
    return tuple(tables)


@cache
def _round_keys() -> tuple[Words, ...]:
    return tuple(_WORDS.unpack(_ROUNDS[at : at + _BLOCK][::-1]) for at in range(0, 12 * _BLOCK, _BLOCK))


def _transform(state: bytes) -> Words:
    """Substitute, transpose and multiply (LPS): word i is made of the i-th byte of each word. Unrolled: this is all."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _tables()
    (
        a00, a01, a02, a03, a04, a05, a06, a07,
        a10, a11, a12, a13, a14, a15, a16, a17,
        a20, a21, a22, a23, a24, a25, a26, a27,
        a30, a31, a32, a33, a34, a35, a36, a37,
        a40, a41, a42, a43, a44, a45, a46, a47,
        a50, a51, a52, a53, a54, a55, a56, a57,
        a60, a61, a62, a63, a64, a65, a66, a67,
        a70, a71, a72, a73, a74, a75, a76, a77,
    ) = state  # fmt: skip
    return (
        t0[a00] ^ t1[a10] ^ t2[a20] ^ t3[a30] ^ t4[a40] ^ t5[a50] ^ t6[a60] ^ t7[a70],
        t0[a01] ^ t1[a11] ^ t2[a21] ^ t3[a31] ^ t4[a41] ^ t5[a51] ^ t6[a61] ^ t7[a71],
        t0[a02] ^ t1[a12] ^ t2[a22] ^ t3[a32] ^ t4[a42] ^ t5[a52] ^ t6[a62] ^ t7[a72],
        t0[a03] ^ t1[a13] ^ t2[a23] ^ t3[a33] ^ t4[a43] ^ t5[a53] ^ t6[a63] ^ t7[a73],
        t0[a04] ^ t1[a14] ^ t2[a24] ^ t3[a34] ^ t4[a44] ^ t5[a54] ^ t6[a64] ^ t7[a74],
        t0[a05] ^ t1[a15] ^ t2[a25] ^ t3[a35] ^ t4[a45] ^ t5[a55] ^ t6[a65] ^ t7[a75],
        t0[a06] ^ t1[a16] ^ t2[a26] ^ t3[a36] ^ t4[a46] ^ t5[a56] ^ t6[a66] ^ t7[a76],
        t0[a07] ^ t1[a17] ^ t2[a27] ^ t3[a37] ^ t4[a47] ^ t5[a57] ^ t6[a67] ^ t7[a77],
    )  # fmt: skip


def _compress(chain: int, block: int, count: int) -> int:
    """One step of compression (RFC 6986, 8)."""
    transform, pack, unpack = _transform, _WORDS.pack, int.from_bytes
    key = transform((chain ^ count).to_bytes(_BLOCK, "little"))
    state = block
    for constants in _round_keys():
        number = unpack(pack(*key), "little")
        state = unpack(pack(*transform((number ^ state).to_bytes(_BLOCK, "little"))), "little")
        key = transform(pack(*[one ^ other for one, other in zip(key, constants, strict=True)]))
    return unpack(pack(*key), "little") ^ state ^ chain ^ block


def streebog(data: bytes, bits: int) -> bytes:
    """Compute Streebog of 512 or 256 bits, the least byte of the standard's vector first, as libraries write it."""
    chain = 0 if bits == 512 else int.from_bytes(b"\x01" * _BLOCK, "little")  # noqa: PLR2004
    count, total, end = 0, 0, len(data) // _BLOCK * _BLOCK
    for at in range(0, end, _BLOCK):
        block = int.from_bytes(data[at : at + _BLOCK], "little")
        chain = _compress(chain, block, count)
        count, total = count + 512, total + block & _WHOLE
    block = int.from_bytes(data[end:] + b"\x01", "little")
    chain = _compress(chain, block, count)
    count, total = count + 8 * (len(data) - end), total + block & _WHOLE
    chain = _compress(_compress(chain, count, 0), total, 0)
    return chain.to_bytes(_BLOCK, "little")[-(bits // 8) :]


# ------------------------------------------------------------------------------------------------ GOST 34.311-95
_BOXES: Final = (  # RFC 4357, 11.2: id-GostR3411-94-TestParamSet; the first row takes the lowest four bits
    "4A92D80E6B1C7F53", "EB4C6DFA23810759", "581DA342EFC7609B", "7DA1089FE46CB253",
    "6C715FD84A9E03B2", "4BA0721D36859CFE", "DB413F590AE7682C", "1FD057A4923E6B8C",
)  # fmt: skip
_STEP: Final = 32
_HALF: Final = (1 << 32) - 1
_THIRD_CONSTANT: Final = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00  # RFC 5831, 5.1


@cache
def _substitutions() -> tuple[tuple[int, ...], ...]:
    """Build for each byte of a half block what two boxes and the rotation by eleven make of it."""
    rows = [[int(digit, 16) for digit in row] for row in _BOXES]
    tables = []
    for byte in range(4):
        low, high = rows[2 * byte], rows[2 * byte + 1]
        words = ((low[value & 15] | high[value >> 4] << 4) << 8 * byte for value in range(256))
        tables.append(tuple((word << 11 | word >> 21) & _HALF for word in words))
    return tuple(tables)


def _encrypt(key: int, block: int) -> int:
    """GOST 28147-89 of one block, simple replacement (RFC 5830, 5)."""
    s0, s1, s2, s3 = _substitutions()
    keys = [key >> 32 * at & _HALF for at in range(8)]
    one, two = block & _HALF, block >> 32
    for part in (*keys, *keys, *keys, *reversed(keys)):
        mixed = one + part & _HALF
        one, two = two ^ s0[mixed & 255] ^ s1[mixed >> 8 & 255] ^ s2[mixed >> 16 & 255] ^ s3[mixed >> 24], one
    return one << 32 | two


def _permute(word: int) -> int:
    """P of the key generation (RFC 5831, 5.1): byte i + 4k goes where byte 8i + k was."""
    data = word.to_bytes(_STEP, "little")
    return int.from_bytes(bytes(data[8 * (at & 3) + (at >> 2)] for at in range(_STEP)), "little")


def _shift(word: int) -> int:
    """A of the key generation: (x1 xor x2, x4, x3, x2) of four words of 64 bits."""
    low = (word ^ word >> 64) & (1 << 64) - 1
    return word >> 64 | low << 192


def _keys(chain: int, block: int) -> Sequence[int]:
    keys = [_permute(chain ^ block)]
    for turn in (2, 3, 4):
        chain = _shift(chain) ^ (_THIRD_CONSTANT if turn == 3 else 0)  # noqa: PLR2004 - the third alone has one
        block = _shift(_shift(block))
        keys.append(_permute(chain ^ block))
    return keys


def _mix(word: int, times: int) -> int:
    """Psi (RFC 5831, 5.3): shift by sixteen bits, the six named words fed back."""
    for _ in range(times):
        feedback = word ^ word >> 16 ^ word >> 32 ^ word >> 48 ^ word >> 192 ^ word >> 240
        word = word >> 16 | (feedback & 0xFFFF) << 240
    return word


def _step(chain: int, block: int) -> int:
    mask = (1 << 64) - 1
    encrypted = 0
    for at, key in enumerate(_keys(chain, block)):
        encrypted |= _encrypt(key, chain >> 64 * at & mask) << 64 * at
    return _mix(chain ^ _mix(block ^ _mix(encrypted, 12), 1), 61)


def gost34311(data: bytes) -> bytes:
    """Compute GOST 34.311-95 with the test substitution and a start of zeros, as the NCA's older keys do."""
    chain = total = 0
    for at in range(0, len(data), _STEP):
        block = int.from_bytes(data[at : at + _STEP], "little")
        chain, total = _step(chain, block), total + block & (1 << 256) - 1
    return _step(_step(chain, 8 * len(data)), total).to_bytes(_STEP, "little")
