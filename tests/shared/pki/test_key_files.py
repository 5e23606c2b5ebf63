"""Key files of every kind of key: what is written is read again, and everything else is refused in plain words."""

import subprocess
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from shared.pki import encode, key_files
from shared.pki.algorithms import Family
from shared.pki.gost_signing import GostPrivateKey
from shared.pki.private_keys import KeyUnusable
from shared.pki.signing import SigningKey
from shared.testing.authority import Authority, Holder

PASSWORD = "құпия сөз 7"


@pytest.fixture(scope="module")
def gost_holder(now: datetime, anna_iin: str) -> Holder:
    return Authority.create(at=now, algorithm="gost").citizen(iin=anna_iin, at=now)


class TestAKeyFile:
    @pytest.mark.parametrize("password", [PASSWORD, "p" * 200])
    def test_is_read_as_it_was_written(self, each_authority: Authority, anna_iin: str, now: datetime, password: str):
        holder = each_authority.citizen(iin=anna_iin, at=now)
        again = SigningKey.from_p12(holder.key.p12(password, "Анна"), password)
        assert (again.private.spki, again.certificate) == (holder.key.private.spki, holder.certificate)

    def test_tells_its_kind_by_itself(self, each_authority: Authority, anna_iin: str, now: datetime):
        holder = each_authority.citizen(iin=anna_iin, at=now)
        families = {"rsa": Family.RSA, "ecdsa": Family.EC, "gost": Family.GOST_512, "gost256": Family.GOST_256}
        family = families[each_authority.algorithm]
        assert SigningKey.from_p12(holder.p12(PASSWORD), PASSWORD).private.family is family

    def test_is_refused_with_another_password(self, each_authority: Authority, anna_iin: str, now: datetime):
        data = each_authority.citizen(iin=anna_iin, at=now).p12(PASSWORD)
        for wrong in ("", PASSWORD.upper(), f"{PASSWORD} "):
            with pytest.raises(KeyUnusable, match="another password"):
                SigningKey.from_p12(data, wrong)


class TestAGostKeyFile:
    def test_shows_neither_key_nor_the_same_twice(self, gost_holder: Holder):
        one, other = gost_holder.p12(PASSWORD), gost_holder.p12(PASSWORD)
        assert gost_holder.key.private.scalar.to_bytes(64, "little") not in one
        assert one != other

    def test_is_refused_when_anything_in_it_was_changed(self, gost_holder: Holder):
        data, random = gost_holder.p12(PASSWORD), Random(5)
        for _ in range(200):
            changed = bytearray(data)
            changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
            try:
                read = SigningKey.from_p12(bytes(changed), PASSWORD)
            except KeyUnusable:
                continue
            assert (read.private.spki, read.certificate) == (gost_holder.key.private.spki, gost_holder.certificate)

    def test_is_refused_when_it_ends_early(self, gost_holder: Holder):
        data = gost_holder.p12(PASSWORD)
        for end in range(0, len(data), 37):
            with pytest.raises(KeyUnusable):
                SigningKey.from_p12(data[:end], PASSWORD)

    @pytest.mark.parametrize("missing", ["_KEY_BAG", "_CERTIFICATE_BAG"])
    def test_is_refused_without_key_or_certificate(self, gost_holder: Holder, monkeypatch, missing: str):
        with monkeypatch.context() as patch:
            patch.setattr(key_files, missing, "1.2.840.113549.1.12.10.1.5")
            data = gost_holder.p12(PASSWORD)
        with pytest.raises(KeyUnusable, match="lacks a key or its certificate"):
            SigningKey.from_p12(data, PASSWORD)

    def test_is_opened_by_openssl_as_far_as_that_knows_the_key(self, gost_holder: Holder, tmp_path: Path):
        """The file's form, its MAC and its certificate; of the key it says that it does not know the algorithm."""
        (tmp_path / "anna.p12").write_bytes(gost_holder.p12("secret"))
        command = ["openssl", "pkcs12", "-in", str(tmp_path / "anna.p12"), "-info", "-nokeys", "-passin"]
        opened = subprocess.run([*command, "pass:secret"], capture_output=True, text=True, check=True)
        assert gost_holder.key.certificate_pem.decode() in opened.stdout
        assert "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC" in opened.stderr
        refused = subprocess.run([*command, "pass:other"], capture_output=True, text=True, check=False)
        assert "Mac verify error" in refused.stderr


class TestAGostKeyWithoutPassword:
    def test_is_read_as_it_was_written(self):
        key = GostPrivateKey(Family.GOST_512)
        assert GostPrivateKey.from_pkcs8(key.pkcs8).scalar == key.scalar

    @pytest.mark.parametrize("scalar", [b"", b"\0" * 64, b"\xff" * 64])
    def test_is_refused_when_the_number_is_no_key(self, scalar: bytes):
        form = encode.sequence(encode.integer(0), encode.algorithm("1.2.398.3.10.1.1.2.2"), encode.octets(scalar))
        with pytest.raises(KeyUnusable):
            GostPrivateKey.from_pkcs8(form)

    def test_is_refused_when_it_is_of_another_algorithm(self):
        with pytest.raises(KeyUnusable, match="not a GOST key"):
            GostPrivateKey.from_pkcs8(
                encode.sequence(encode.integer(0), encode.algorithm("1.2.3"), encode.octets(b"1"))
            )
