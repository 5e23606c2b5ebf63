"""GOST against its standards, against libgcrypt where it is, and the ways of carrying it against one another."""

import secrets
from random import Random

import pytest
from gmpy2 import invert, mpz

from shared.pki import keys
from shared.pki.algorithms import Family, Hash, Scheme, digest
from shared.pki.codes import Code, Refused
from shared.pki.gost import digests, engine, libcrypto, points, tables
from shared.pki.gost_signing import GostPrivateKey

M1 = b"012345678901234567890123456789012345678901234567890123456789012"


class TestStreebog:
    def test_of_the_standards_first_example(self):
        """RFC 6986, 10.1, whose vectors are written from the last byte."""
        assert digests.streebog(M1, 512)[::-1].hex() == (
            "486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00"
            "fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b"
        )
        assert digests.streebog(M1, 256)[::-1].hex() == (
            "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d"
        )

    @pytest.mark.parametrize("length", [0, 1, 31, 63, 64, 65, 127, 128, 1000])
    def test_is_the_same_by_every_way(self, length: int):
        data = Random(length).randbytes(length)
        for bits in (256, 512):
            assert engine.streebog(data, bits) == digests.streebog(data, bits)


class TestGost34311:
    def test_of_known_messages(self):
        """Test parameters; RFC 5831, 7.3.1 writes the first one from the last byte."""
        assert digests.gost34311(b"This is message, length=32 bytes").hex() == (
            "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa"
        )
        assert digests.gost34311(b"").hex() == "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d"


@pytest.mark.parametrize(
    ("family", "hash_"), [(Family.GOST_512, Hash.STREEBOG_512), (Family.GOST_256, Hash.GOST_34311)]
)
class TestSignature:
    def test_holds_by_every_way_and_breaks_with_any_bit(self, family: Family, hash_: Hash):
        private = GostPrivateKey(family)
        public, scheme = keys.load(private.spki), Scheme(family=family, hash=hash_)
        signature = private.sign(b"form")
        assert isinstance(public, keys.GostKey)
        assert public.verify(scheme, signature, b"form")
        hashed = digest(hash_, b"form")
        assert points.verify(public.point, hashed, signature)
        for bit in range(0, 8 * len(signature), 97):
            broken = bytearray(signature)
            broken[bit // 8] ^= 1 << bit % 8
            assert not public.verify(scheme, bytes(broken), b"form")

    def test_is_refused_out_of_range(self, family: Family, hash_: Hash):
        public, scheme = keys.load(GostPrivateKey(family).spki), Scheme(family=family, hash=hash_)
        size = points.SIZES[family.value]
        order = int(points.CURVES[size].q).to_bytes(size, "little")
        for signature in (b"", bytes(2 * size), b"\xff" * 2 * size, order + order, bytes(2 * size - 1)):
            assert not public.verify(scheme, signature, b"form")
        assert not public.verify(Scheme(family=Family.RSA, hash=Hash.SHA256), bytes(2 * size), b"form")

    def test_adds_points_right_where_they_meet(self, family: Family, hash_: Hash):
        """Doubling, the opposite point, infinity: where a hurried formula goes wrong."""
        curve = points.CURVES[points.SIZES[family.value]]
        base = (curve.x, curve.y)
        opposite = (curve.x, curve.p - curve.y)
        ways = (engine.chosen().combine, tables.combine, tables.combine_new)
        for one, other, key in ((1, 1, base), (1, 1, opposite), (5, 7, opposite), (1, curve.q - 1, base), (0, 3, base)):
            expected = points.combine(curve, points.mpz(one), points.mpz(other), key)
            for way in ways:
                assert way(curve, points.mpz(one), points.mpz(other), key) == expected
        assert points.combine(curve, points.mpz(1), points.mpz(1), opposite) is None

    def test_is_the_same_by_tables(self, family: Family, hash_: Hash):
        curve, chance = points.CURVES[points.SIZES[family.value]], Random(34)
        key = points.multiply(curve, chance.getrandbits(200) + 2, (curve.x, curve.y))
        assert key is not None
        edges = (0, 1, 127, 128, 129, 255, 256, 0x8080, 0xFFFF, curve.q // 2, curve.q - 1)
        scalars = [points.mpz(chance.randrange(int(curve.q))) for _ in range(6)] + [points.mpz(edge) for edge in edges]
        for one, other in zip(scalars, reversed(scalars), strict=True):
            expected = points.combine(curve, one, other, key)
            assert tables.combine(curve, one, other, key) == expected
            assert tables.combine_new(curve, one, other, key) == expected

    def test_of_an_authority_goes_over_to_tables(self, family: Family, hash_: Hash):
        private = GostPrivateKey(family)
        public, scheme = keys.load(private.spki).recurring(), Scheme(family=family, hash=hash_)
        signature = private.sign(b"form")
        tables.table(curve := points.CURVES[private.size], (curve.x, curve.y))
        made = tables.table.cache_info().misses
        for _ in range(10):
            assert public.verify(scheme, signature, b"form")
            assert not public.verify(scheme, signature, b"another")
        assert tables.table.cache_info().misses == made + 1

    def test_needs_a_key_on_the_curve(self, family: Family, hash_: Hash):
        spki = bytearray(GostPrivateKey(family).spki)
        spki[-1] ^= 1
        with pytest.raises(Refused) as caught:
            keys.load(bytes(spki))
        assert caught.value.code is Code.KEY_MALFORMED


def chosen(curve: points.Curve, one: mpz, other: mpz, key: points.Affine) -> mpz | None:
    return engine.chosen().combine(curve, one, other, key)


def available() -> list[libcrypto.LibCrypto]:
    try:
        return [libcrypto.LibCrypto()]
    except libcrypto.NotThere:
        return []


class TestEngine:
    def test_says_what_carries_it(self):
        assert set(engine.describe()) == {"gost curves", "streebog", "gost 34.311-95"}

    def test_goes_on_with_python_alone(self, monkeypatch: pytest.MonkeyPatch):
        def absent(*_: object) -> None:
            raise libcrypto.NotThere

        monkeypatch.setattr(engine, "LibCrypto", absent)
        monkeypatch.setattr(engine, "LibGcrypt", absent)
        assert engine._curves() == (tables.combine_new, "Python with gmpy2")
        assert engine._digest() == (digests.streebog, "Python")

    def test_takes_no_library_that_is_not_there_or_not_right(self, monkeypatch: pytest.MonkeyPatch):
        with pytest.raises(libcrypto.NotThere):
            libcrypto.LibCrypto(("libnowhere.so",))
        with pytest.raises(libcrypto.NotThere):
            libcrypto.LibCrypto(("libc.so.6",))
        with pytest.raises(libcrypto.NotThere):
            libcrypto.LibGcrypt("libnowhere.so")

        class Wrong:
            name = version = "wrong"

            def combine(self, *_: object) -> None:
                return None

            def streebog(self, *_: object) -> bytes:
                return b""

        monkeypatch.setattr(engine, "LibCrypto", Wrong)
        monkeypatch.setattr(engine, "LibGcrypt", Wrong)
        assert engine._curves()[1] == "Python with gmpy2"
        assert engine._digest()[1] == "Python"

    @pytest.mark.parametrize(
        "combine", [points.combine, tables.combine, tables.combine_new, chosen], ids=["bits", "tables", "new", "chosen"]
    )
    def test_knows_infinity_by_every_way(self, combine: engine.Combine):
        for curve in points.CURVES.values():
            base = (curve.x, curve.y)
            assert combine(curve, mpz(1), curve.q - 1, base) is None
            assert combine(curve, mpz(1), mpz(1), base) == points.combine(curve, mpz(1), mpz(1), base)

    def test_has_nothing_for_what_libcrypto_refuses(self):
        """A point beside the curve, and a curve without an order; without the library there is nothing to ask."""
        curve = points.TC26_512_A
        nothing = curve._replace(q=mpz(0))
        for library in available():
            assert library.combine(curve, mpz(1), mpz(1), (mpz(1), mpz(1))) is None
            with pytest.raises(libcrypto.NotThere, match="refuses the curve"):
                libcrypto.LibCrypto().combine(nothing, mpz(1), mpz(1), (curve.x, curve.y))


class TestSigning:
    def test_takes_another_number_when_one_gives_nothing(self, monkeypatch: pytest.MonkeyPatch):
        """GOST R 34.10-2012, 6.1, step 5: s must not be zero. The key is chosen so that it is for k = 5."""
        curve, data = points.CRYPTOPRO_256_A, b"form"
        hashed = mpz(int.from_bytes(digest(Hash.GOST_34311, data), "little")) % curve.q
        point = points.multiply(curve, 5, (curve.x, curve.y))
        assert point is not None
        scalar = -5 * hashed * invert(point[0] % curve.q, curve.q) % curve.q
        private = GostPrivateKey(Family.GOST_256, int(scalar))
        numbers = iter((4, 6))  # one is added to each
        monkeypatch.setattr(secrets, "randbelow", lambda _: next(numbers))
        signature = private.sign(data)
        assert next(numbers, None) is None
        scheme = Scheme(family=Family.GOST_256, hash=Hash.GOST_34311)
        assert keys.load(private.spki).verify(scheme, signature, data)
