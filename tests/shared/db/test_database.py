"""Transactions, roles, ids and migrations, on the real PostgreSQL."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database, DatabaseAway, after_commit, metadata, new_id, parse_public_id, public_id, violated
from shared.db.migrations import current, head, is_current, upgrade
from shared.errors import NotFound
from shared.testing import drift
from shared.testing.sample.rooms import metadata as sample_metadata

SAMPLE = "shared.testing.sample"
SHARED_TABLES = ("outbox", "outbox_lanes", "outbox_offsets", "inbox", "dead_letters", "person_keys", "answers")


@pytest.fixture(scope="module")
async def sample(make_module_database):
    return await make_module_database("sample", package=SAMPLE)


@pytest.fixture
async def database(sample) -> AsyncIterator[Database]:
    made = Database(sample.url, application="test")
    yield made
    await made.close()


async def count(session: AsyncSession) -> int:
    return (await session.execute(text("SELECT count(*) FROM rooms"))).scalar_one()


TAKE = text("INSERT INTO rooms VALUES (gen_random_uuid(), :number, 'g', now())")


class TestTransaction:
    async def test_commits_at_the_end_and_then_runs_its_hooks_once(self, database):
        ran = []

        def hook() -> None:
            ran.append(1)

        async with database.transaction() as session:
            before = await count(session)
            await session.execute(TAKE, {"number": 1})
            after_commit(session, hook)
            after_commit(session, hook)
            assert ran == []
        assert ran == [1]
        async with database.transaction() as session:
            assert await count(session) == before + 1

    async def test_rolls_back_on_an_error_and_runs_no_hook(self, database):
        ran = []
        with pytest.raises(RuntimeError):  # noqa: PT012  # the block is the transaction
            async with database.transaction() as session:
                await session.execute(TAKE, {"number": 2})
                after_commit(session, lambda: ran.append(1))
                raise RuntimeError
        async with database.transaction() as session:
            taken = (await session.execute(text("SELECT 1 FROM rooms WHERE number = 2"))).scalar()
        assert (taken, ran) == (None, [])

    async def test_names_the_constraint_that_was_broken(self, database):
        with pytest.raises(IntegrityError) as caught:  # noqa: PT012  # as above
            async with database.transaction() as session:
                await session.execute(TAKE, {"number": 3})
                await session.execute(TAKE, {"number": 3})
        assert violated(caught.value) == "uq_rooms_number"

    async def test_says_that_the_database_is_away_when_nobody_listens(self):
        database = Database("postgresql://nobody:x@127.0.0.1:1/none")
        with pytest.raises(DatabaseAway) as caught:
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
        assert caught.value.headers["Retry-After"] == "1"
        with pytest.raises(DatabaseAway):
            await database.ping()
        await database.close()

    async def test_says_that_the_database_is_away_when_it_takes_the_connection_and_says_nothing(self):
        """So does one that is too busy to greet in time."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgresql://x:y@127.0.0.1:{silent.getsockname()[1]}/none"
            database = Database(url, connect_timeout=timedelta(seconds=0.2))
            with pytest.raises(DatabaseAway):
                async with database.transaction() as session:
                    await session.execute(text("SELECT 1"))
            await database.close()

    async def test_says_that_the_database_is_away_when_it_hangs_up(self, database, postgres):
        admin = Database(postgres.admin_url)
        with pytest.raises(DatabaseAway):  # noqa: PT012  # as above
            async with database.transaction() as session:
                pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                async with admin.transaction() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                await session.execute(text("SELECT 1"))
        await admin.close()
        await database.ping()

    async def test_says_that_the_database_is_away_when_no_connection_comes_free(self, sample):
        database = Database(sample.url, pool_size=1)
        database.engine.pool._timeout = 0.05
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            with pytest.raises(DatabaseAway):
                await database.now()
        await database.close()

    async def test_ends_a_statement_that_takes_too_long(self, sample):
        database = Database(sample.url, statement_timeout=timedelta(milliseconds=50))
        with pytest.raises(DBAPIError):
            async with database.transaction() as session:
                await session.execute(text("SELECT pg_sleep(5)"))
        await database.close()

    async def test_tells_time_in_utc(self, database):
        assert (await database.now()).utcoffset() == timedelta(0)


class TestGrants:
    async def test_let_the_application_add_to_an_append_only_table_and_nothing_else(self, database):
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO entries VALUES (gen_random_uuid(), gen_random_uuid())"))
        for statement in ("UPDATE entries SET room_id = id", "DELETE FROM entries", "TRUNCATE entries"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction() as session:
                    await session.execute(text(statement))

    async def test_let_the_application_make_no_table(self, database):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction() as session:
                await session.execute(text("CREATE TABLE mine (id int)"))


class TestMigrations:
    async def test_leave_the_database_as_the_code_declares_it(self, sample):
        declared = [*SHARED_TABLES, *sample_metadata.tables]
        assert await drift(sample.owner_url, metadata, sample_metadata, tables=declared) == []

    async def test_can_be_run_again(self, sample, database):
        await upgrade(SAMPLE, sample.owner_url, app_role="sample")
        assert await is_current(database, SAMPLE)
        assert await current(database) == head(SAMPLE) == "0001"

    async def test_are_missed_in_an_empty_database(self, postgres):
        database = Database(postgres.admin_url)
        assert await current(database) is None
        assert not await is_current(database, SAMPLE)
        await database.close()


class TestPublicId:
    def test_carries_its_owner_and_is_read_back(self):
        value = new_id()
        assert value.version == 7
        assert parse_public_id("bkg", public_id("bkg", value)) == value

    @pytest.mark.parametrize(
        "text", ["", "bkg", "bkg-", "bkg-xyz", "att-" + "0" * 32, "bkg-" + "A" * 32, "bkg-" + "0" * 33]
    )
    def test_is_not_found_when_it_is_no_id_of_this_owner(self, text):
        with pytest.raises(NotFound):
            parse_public_id("bkg", text)
