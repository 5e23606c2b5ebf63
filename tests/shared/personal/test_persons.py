"""A key per person: sealed, bound to its place, found by a keyed hash, re-wrapped, destroyed; on the real database."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from shared.db import Database
from shared.personal import (
    CiphertextInvalid,
    Iin,
    KeyDestroyed,
    Keyring,
    Person,
    Persons,
    person_keys,
    salted_digest,
)

ANNA, BOLAT = (Iin.parse(value, allow_test=True) for value in ("900101400011", "850101300012"))


@pytest.fixture(scope="module")
async def sample(make_module_database):
    return await make_module_database("sample", package="shared.testing.sample")


@pytest.fixture
async def database(sample):
    made = Database(sample.url)
    async with made.transaction() as session:
        await session.execute(text("DELETE FROM person_keys"))
    yield made
    await made.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.generate()


@pytest.fixture
def persons(keyring) -> Persons:
    return Persons(keyring, service="sample")


@pytest.fixture
def person() -> Person:
    return Person(id=uuid4(), key=b"k" * 32)


class TestPerson:
    def test_opens_what_was_sealed_for_him_in_this_place(self, person):
        assert person.open("t.c:1", person.seal("t.c:1", "Қазақша")) == "Қазақша".encode()
        assert person.open_json("t.c:1", person.seal_json("t.c:1", {"a": [1]})) == {"a": [1]}

    def test_does_not_open_another_place_person_or_key(self, person):
        sealed = person.seal("t.c:1", b"secret")
        others = [
            ("t.c:2", person),
            ("t.c:1", Person(id=uuid4(), key=person.key)),
            ("t.c:1", Person(id=person.id, key=b"x" * 32)),
        ]
        for context, other in others:
            with pytest.raises(CiphertextInvalid):
                other.open(context, sealed)

    def test_does_not_open_changed_bytes(self, person):
        sealed = person.seal("t.c:1", b"secret and long enough")
        changed = [sealed[:-1], b"\x02" + sealed[1:], sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:], b"", b"\x01"]
        for one in changed:
            with pytest.raises(CiphertextInvalid):
                person.open("t.c:1", one)

    def test_seals_the_same_twice_in_different_bytes(self, person):
        assert person.seal("t.c:1", b"x") != person.seal("t.c:1", b"x")

    def test_never_shows_its_key(self, person):
        assert "kkk" not in repr(person)

    def test_salts_digests_that_say_nothing_without_it(self, person):
        salt = person.salt("journal:1")
        assert person.salt("journal:1") == salt != person.salt("journal:2")
        assert salted_digest(salt, b"x") != salted_digest(person.salt("journal:2"), b"x")
        with pytest.raises(ValueError, match="16 bytes"):
            salted_digest(b"short", b"x")


class TestPersons:
    async def test_knows_a_person_again_and_keeps_persons_apart(self, database, persons):
        async with database.transaction() as session:
            first = await persons.ensure(session, ANNA)
            other = await persons.ensure(session, BOLAT)
        async with database.transaction() as session:
            again = await persons.ensure(session, ANNA)
            assert await persons.find(session, ANNA) == again == first != other
            assert await persons.get(session, first.id) == first
            assert await persons.get_many(session, [first.id, other.id, uuid4()]) == {first.id: first, other.id: other}

    async def test_finds_nobody_it_does_not_know(self, database, persons):
        async with database.transaction() as session:
            assert await persons.find(session, ANNA) is None
            with pytest.raises(KeyDestroyed):
                await persons.get(session, uuid4())

    async def test_makes_one_person_of_many_requests_at_once(self, database, persons):
        async def ensure():
            async with database.transaction() as session:
                person = await persons.ensure(session, ANNA)
                await asyncio.sleep(0.01)
                return person.id

        assert len(set(await asyncio.gather(*(ensure() for _ in range(9))))) == 1

    async def test_stores_no_iin(self, database, persons):
        async with database.transaction() as session:
            await persons.ensure(session, ANNA)
            rows = (await session.execute(text("SELECT person_keys::text FROM person_keys"))).scalars().all()
        assert ANNA.value not in str(rows)
        assert ANNA.value.encode().hex() not in str(rows)

    def test_hashes_differently_in_each_service_and_for_each_purpose(self, keyring):
        here, there = Persons(keyring, service="booking"), Persons(keyring, service="lab")
        assert here.lookup(ANNA) != there.lookup(ANNA)
        assert here.keyed_hash("a", "b", "c") != here.keyed_hash("a", "bc") != here.keyed_hash("ab", "c")

    async def test_rewraps_every_key_and_opens_old_data(self, database, keyring, persons):
        async with database.transaction() as session:
            before = [await persons.ensure(session, iin) for iin in (ANNA, BOLAT)]
        sealed = before[0].seal("t.c:1", b"old")
        renewed = keyring.rotated()
        later = Persons(renewed, service="sample")
        async with database.transaction() as session:
            assert await later.rewrap(session, limit=1) == 1
            assert await later.rewrap(session) == 1
            assert await later.rewrap(session) == 0
            assert set((await session.execute(select(person_keys.c.key_name))).scalars()) == {renewed.current}
            assert (await later.find(session, ANNA)).open("t.c:1", sealed) == b"old"
        without_old = Keyring(
            current=renewed.current, keys={renewed.current: renewed.keys[renewed.current]}, lookup=renewed.lookup
        )
        async with database.transaction() as session:
            assert (await Persons(without_old, service="sample").find(session, ANNA)).open("t.c:1", sealed) == b"old"
            with pytest.raises(CiphertextInvalid):
                await persons.find(session, ANNA)

    async def test_destroys_a_key_for_good_and_meets_the_person_anew(self, database, persons):
        async with database.transaction() as session:
            gone = await persons.ensure(session, ANNA)
            await persons.destroy(session, gone.id)
        async with database.transaction() as session:
            with pytest.raises(KeyDestroyed):
                await persons.get(session, gone.id)
            assert await persons.find(session, ANNA) is None
            assert (await persons.ensure(session, ANNA)).id != gone.id
            await persons.rewrap(session)


class TestKeyring:
    def test_is_read_back_from_its_file(self, keyring, tmp_path):
        (tmp_path / "key.json").write_bytes(keyring.rotated().dump())
        loaded = Keyring.load(tmp_path / "key.json")
        assert loaded.lookup == keyring.lookup
        assert len(loaded.keys) == 2

    @pytest.mark.parametrize("content", [
        b"{}", b"[]", b"nonsense",
        b'{"current": "1", "keys": {"1": "AA=="}, "lookup": "AA=="}', b'{"current": "1", "keys": [], "lookup": ""}',
    ])  # fmt: skip
    def test_refuses_a_file_that_is_none(self, tmp_path, content):
        (tmp_path / "key.json").write_bytes(content)
        with pytest.raises(ValueError, match=r".+"):
            Keyring.load(tmp_path / "key.json")

    def test_never_shows_its_keys(self, keyring):
        assert repr(keyring) == "Keyring(current='1')"
