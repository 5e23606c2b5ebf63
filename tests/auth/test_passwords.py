"""The rules of passwords, without a database."""

import pytest

from auth.passwords.hashing import Cost, PasswordHashing
from auth.passwords.policy import Owner, weakness
from auth.passwords.service import generate

IIN = "850103400017"
CITIZEN = Owner(kind="citizen", iin=IIN)
STAFF = Owner(kind="staff", iin=IIN)


class TestWeakness:
    @pytest.mark.parametrize(
        ("password", "owner", "expected"),
        [
            ("abc", CITIZEN, "too-short"),
            ("жеті әр", CITIZEN, "too-short"),
            ("сегіз әріп", CITIZEN, None),
            ("сегіз әріп", STAFF, "too-short"),
            ("он екі әріптен көп", STAFF, None),
            ("x" * 257, CITIZEN, "too-long"),
            (IIN, CITIZEN, "is-iin"),
            (f"a{IIN}b", CITIZEN, "is-iin"),
            (IIN[:8], CITIZEN, "is-iin"),
            ("12345678", CITIZEN, "common"),
            ("QWERTYUIOP", CITIZEN, "common"),
            ("йцукенгшщз", CITIZEN, "common"),
            ("password2026!", CITIZEN, "common"),
            ("Пароль123", CITIZEN, "common"),
            ("Administrator1", STAFF, "common"),
            ("abababababab", STAFF, "common"),
            ("890123456789", STAFF, "common"),
            ("correct horse battery", STAFF, None),
        ],
    )
    def test_of(self, password, owner, expected):
        assert weakness(password, owner) == expected


class TestGenerate:
    def test_makes_a_strong_one_each_time(self):
        made = {generate() for _ in range(50)}
        assert len(made) == 50
        assert all(weakness(password, STAFF) is None for password in made)


class TestPasswordHashing:
    async def test_never_lets_an_unknown_account_in(self):
        hashing = PasswordHashing(Cost(memory_kib=1024, rounds=1, workers=1, queue=1))
        assert not await hashing.verify("nobody has this password", None)
        hashing.close()

    async def test_refuses_a_stored_text_that_is_no_hash(self):
        hashing = PasswordHashing(Cost(memory_kib=1024, rounds=1, workers=1, queue=1))
        assert not await hashing.verify("x", "no hash")
        hashing.close()

    async def test_gives_places_back(self):
        hashing = PasswordHashing(Cost(memory_kib=1024, rounds=1, workers=1, queue=0))
        for _ in range(5):
            stored = await hashing.hash("пароль")
        assert await hashing.verify("пароль", stored)
        hashing.close()
