"""Journals: numbers without gaps, rows that never change, words that only their keepers read."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.testing.identities import bin_

OTHER_BIN = bin_(number=2)


async def enter(world, number):
    await world.file(world.citizen(number))
    await world.check()


class TestJournal:
    async def test_holds_the_regulations_columns(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.check()
        page = (await world.get("/journals/fitness-register", world.staff("journal_keeper"))).json()
        assert (page["provider"], page["volume"], page["year"]) == (world.staff("clerk").actor.bin, "attachment", 2026)
        (row,) = page["items"]
        assert row["values"] == {"surname": "СЕРІКҚЫЗЫ", "age": 36, "purpose": "work"}
        assert (row["number"], row["application"]["number"]) == (1, filed["number"])

    async def test_is_numbered_without_gaps_also_in_parallel_and_after_a_rollback(self, world, together):
        for number in range(1, 9):
            await world.file(world.citizen(number))
        tasks = (await world.get("/tasks", world.staff("clerk"))).json()["items"]
        for task in tasks:
            await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk"))
        await world.execute(
            "CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'burst'; END $$"
        )
        await world.execute(
            "CREATE TRIGGER burst AFTER INSERT ON journal_rows"
            " FOR EACH ROW WHEN (NEW.number = 3) EXECUTE FUNCTION burst()"
        )
        first = await together(*(world.complete("clerk", task, {"outcome": "checked"}) for task in tasks))
        await world.execute("DROP TRIGGER burst ON journal_rows")
        await world.execute("DROP FUNCTION burst")
        assert {answer.status_code for answer in first} == {200, 500}
        again = [task for task, answer in zip(tasks, first, strict=True) if answer.status_code == 500]
        await together(*(world.complete("clerk", task, {"outcome": "checked"}) for task in again))
        assert [row.number for row in await world.rows("SELECT number FROM journal_rows ORDER BY number")] == list(
            range(1, 9)
        )

    async def test_is_read_page_by_page_and_each_person_shown_is_recorded(self, world):
        for number in range(1, 4):
            await enter(world, number)
        keeper = world.staff("journal_keeper")
        first = (await world.get("/journals/fitness-register?limit=2", keeper)).json()
        rest = (await world.get(f"/journals/fitness-register?limit=2&cursor={first['next_cursor']}", keeper)).json()
        assert [row["number"] for row in first["items"] + rest["items"]] == [1, 2, 3]
        assert rest["next_cursor"] is None
        assert len(await world.rows("SELECT 1 FROM access_records WHERE action = 'journal-read'")) == 3

    async def test_is_the_providers_own(self, world):
        await enter(world, 1)
        other = world.staff("journal_keeper", bin_=OTHER_BIN)
        assert (await world.get("/journals/fitness-register", other)).json()["items"] == []
        assert (
            await world.get(f"/journals/fitness-register?provider={other.actor.bin}", world.staff("clerk"))
        ).status_code == 404

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("unheard-of", 404),
            ("fitness-register?cursor=x", 422),
            ("fitness-register?cursor=9999999999", 422),
            ("fitness-register?year=1", 422),
        ],
    )
    async def test_refuses_a_question_that_makes_no_sense(self, world, path, status):
        assert (await world.get(f"/journals/{path}", world.staff("journal_keeper"))).status_code == status

    async def test_keeps_its_rows_when_the_persons_data_is_destroyed(self, world):
        await enter(world, 1)
        await world.execute("UPDATE person_keys SET wrapped = NULL, lookup = NULL")
        (row,) = (await world.get("/journals/fitness-register", world.staff("journal_keeper"))).json()["items"]
        assert (row["number"], row["values"]) == (1, {})


class TestGrants:
    @pytest.mark.parametrize(
        "table", ["history", "signed_documents", "notices", "journal_rows", "access_records", "chain_links"]
    )
    @pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
    async def test_let_nobody_rewrite_what_happened(self, world, table, deed):
        statement = deed.format(table).replace("id = id", "row_id = row_id" if table == "chain_links" else "id = id")
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with world.database.transaction() as session:
                await session.execute(text(statement))
