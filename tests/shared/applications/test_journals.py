"""Journals: numbers without gaps, rows that never change, words that only their keepers read."""

import csv
import io

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.applications.journals.table import as_csv
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


class TestCsv:
    PATH = "/journals/fitness-register.csv"

    async def test_has_the_decrees_columns_in_kazakh(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.check()
        answer = await world.get(self.PATH, world.staff("journal_keeper"))
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        head, row = csv.reader(io.StringIO(answer.text))
        assert head == ["№", "Жазылған уақыты", "Тегі", "Жасы", "Мақсаты", "Өтініш нөмірі", "Түзетілген жазба", "Түзету себебі"]  # fmt: skip  # noqa: E501
        assert row == ["1", "16.03.2026 10:00", "СЕРІКҚЫЗЫ", "36", "work", filed["number"], "", ""]

    async def test_goes_on_after_a_row_without_titles_and_records_each_person_shown(self, world):
        for number in range(1, 4):
            await enter(world, number)
        keeper = world.staff("journal_keeper")
        first = await world.get(f"{self.PATH}?limit=2", keeper)
        rest = await world.get(f"{self.PATH}?limit=2&cursor={first.headers['x-next-cursor']}", keeper)
        assert [line[0] for line in csv.reader(io.StringIO(first.text + rest.text))] == ["№", "1", "2", "3"]
        assert "x-next-cursor" not in rest.headers
        assert len(await world.rows("SELECT 1 FROM access_records WHERE action = 'journal-read'")) == 3

    @pytest.mark.parametrize("words", ["=1+1", " =1+1", "+7", "-1", "@sum", "\t=1", "\uff1d1", "a\n=b"])
    async def test_lets_no_cell_become_a_formula(self, words):
        ((cell,),) = csv.reader(io.StringIO(as_csv([[words]]).decode(), newline=""))
        assert cell == words if words[0] == "a" else cell == f"'{words}"

    async def test_is_for_keepers_of_that_provider(self, world):
        other = world.staff("journal_keeper", bin_=OTHER_BIN)
        await enter(world, 1)
        assert len((await world.get(self.PATH, other)).text.splitlines()) == 1
        assert (await world.get("/journals/unheard-of.csv", other)).status_code == 404


class TestCorrection:
    PATH = "/journals/fitness-register/rows/1/corrections?year=2026"
    BODY = {"values": {"age": 35}, "reason": "Жасы қате жазылған"}  # noqa: RUF012 - never changed

    async def test_is_a_new_row_that_refers_to_the_old_which_stays(self, world):
        await enter(world, 1)
        keeper = world.staff("journal_keeper")
        answer = await world.post(self.PATH, keeper, self.BODY)
        assert answer.status_code == 201, answer.text
        old, new = (await world.get("/journals/fitness-register", keeper)).json()["items"]
        assert (old["values"]["age"], old["corrects"], old["reason"]) == (36, None, None)
        assert (new["values"], new["reason"]) == ({**old["values"], "age": 35}, "Жасы қате жазылған")
        assert (new["corrects"], new["number"], new["id"]) == (old["id"], 2, answer.json()["id"])
        lines = list(csv.reader(io.StringIO((await world.get(TestCsv.PATH, keeper)).text)))
        assert lines[2][3] == "35"
        assert lines[2][-2:] == ["1", "Жасы қате жазылған"]
        assert len(await world.rows("SELECT 1 FROM access_records WHERE action = 'journal-corrected'")) == 1

    async def test_is_answered_alike_when_it_is_sent_again_under_its_key(self, world, together):
        await enter(world, 1)
        keeper, key = world.staff("journal_keeper"), {"headers": {"Idempotency-Key": "k"}}
        answers = await together(*(world.post(self.PATH, keeper, self.BODY, **key) for _ in range(4)))
        assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
        assert len(await world.rows("SELECT 1 FROM journal_rows WHERE corrects IS NOT NULL")) == 1
        other = await world.post(self.PATH, keeper, {**self.BODY, "reason": "another"}, **key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        other = await world.post(self.PATH.replace("rows/1", "rows/2"), keeper, self.BODY, **key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")

    async def test_is_made_once_also_by_two_at_once(self, world, together):
        await enter(world, 1)
        keeper = world.staff("journal_keeper")
        answers = await together(*(world.post(self.PATH, keeper, self.BODY) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        refused = next(answer for answer in answers if answer.status_code == 409).json()
        assert (refused["code"], refused["number"], refused["year"]) == ("journal-row-corrected", 2, 2026)
        assert "No. 2" in refused["detail"]
        again = await world.post(self.PATH.replace("rows/1", "rows/2"), keeper, self.BODY)
        assert (again.status_code, again.json()["number"]) == (201, 3)

    @pytest.mark.parametrize(
        ("role", "change", "status"),
        [
            ("supervisor", {}, 403),
            ("journal_keeper", {"values": {"weight": 90}}, 422),
            ("journal_keeper", {"values": {}}, 422),
            ("journal_keeper", {"reason": ""}, 422),
        ],
    )
    async def test_refuses_who_or_what_does_not_fit(self, world, role, change, status):
        await enter(world, 1)
        answer = await world.post(self.PATH, world.staff(role), {**self.BODY, **change})
        assert answer.status_code == status, answer.text

    async def test_knows_no_row_of_another_provider_or_year(self, world):
        await enter(world, 1)
        other = world.staff("journal_keeper", bin_=OTHER_BIN)
        assert (await world.post(self.PATH, other, self.BODY)).status_code == 404
        past = self.PATH.replace("2026", "2025")
        assert (await world.post(past, world.staff("journal_keeper"), self.BODY)).status_code == 404


class TestPdf:
    PATH = "/journals/fitness-register.pdf"

    async def test_has_the_decrees_columns_and_every_row(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.check()
        answer = await world.get(self.PATH, world.staff("journal_keeper"))
        assert answer.headers["content-type"] == "application/pdf"
        words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for expected in ("Тіркеу журналы", "Тегі", "Фамилия", "СЕРІКҚЫЗЫ", filed["number"], "2026"):
            assert expected in words
        assert len(await world.rows("SELECT 1 FROM access_records WHERE action = 'journal-read'")) == 1

    async def test_is_refused_for_more_rows_than_a_pdf_holds_and_nobody_was_shown(self, world, monkeypatch):
        monkeypatch.setattr("shared.applications.journals.endpoints.MOST_ROWS", 1)
        await enter(world, 1)
        await enter(world, 2)
        answer = await world.get(self.PATH, world.staff("journal_keeper"))
        assert (answer.status_code, answer.json()["code"]) == (422, "journal-too-long")
        assert "1 rows" in answer.json()["detail"]
        assert not await world.rows("SELECT 1 FROM access_records WHERE action = 'journal-read'")
