"""The voluntary anonymous test: nobody is named, and a slip alone opens the result (zhambyl hiv-test 1; how: ours)."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from lab.settings import Settings
from lab.slips.codes import new_slip
from lab.slips.service import Retention
from shared.personal import KeyDestroyed

from .test_confidential import text_of, wrong


class TestTheWalk:
    async def test_ends_with_a_certificate_that_names_nobody(self, lab):
        receipt = await lab.walk(await lab.unnamed())
        opened = (await lab.open_slip(receipt["slip"])).json()
        assert (opened["application"], opened["state"]) == (receipt["id"], "in_progress")
        task = await lab.claim("responsible_employee")
        assert (task["id"], task["patient"]) == (opened["task"], None)
        page = await lab.get(f"/tasks/{task['id']}/result", lab.staff("responsible_employee"))
        assert "отрицательный" in text_of(page.content)
        assert receipt["number"] in text_of(page.content)
        done = await lab.complete(
            "responsible_employee", task, (await lab.prepare("responsible_employee", task, "handed-over")).json()
        )
        assert done.json()["application"]["state"] == "issued"

    async def test_keeps_no_person_who_could_be_looked_up(self, lab):
        await lab.walk(await lab.unnamed())
        assert [row.lookup for row in await lab.rows("SELECT lookup FROM person_keys")] == [None]

    async def test_takes_no_name_where_nobody_is_to_be_known(self, lab):
        named = await lab.visit(variant="anonymous", fields={})
        assert wrong(named) == (422, "invalid-request")
        assert await lab.rows("SELECT id FROM applications") == []

    async def test_needs_a_name_in_the_confidential_test(self, lab):
        refused = await lab.unnamed(variant="confidential", fields={"phone": "+77011234567"})
        assert refused.json()["errors"][0]["pointer"] == "/applicant"
        assert await lab.rows("SELECT id FROM person_keys") == []

    async def test_has_dates_alone_in_the_journal_whoever_adds_to_it(self, lab):
        """An annulment and a keeper's correction come later, and are rows of the same test."""
        receipt = await lab.walk(await lab.unnamed())
        await lab.open_slip(receipt["slip"])
        await lab.carry_out("responsible_employee", "handed-over")
        lab.later(hours=1)
        annulled = await lab.post(
            f"/results/{receipt['id']}/annulment", lab.staff("management"), {"reason": "error-in-document"}
        )
        assert annulled.status_code == 200, annulled.text
        corrected = await lab.call(
            "POST", "/journals/applications/rows/2/corrections", lab.staff("journal_keeper"), params={"year": 2026},
            json={"values": {"filed_at": "06.04.2026"}, "reason": "Қате жазылған"},
        )  # fmt: skip
        assert corrected.status_code == 201, corrected.text
        rows = await lab.rows("SELECT at, recorded_at FROM journal_rows")
        assert len(rows) == 3
        assert {at.astimezone(ZoneInfo("Asia/Almaty")).time() for row in rows for at in row} == {time()}


class TestASlip:
    async def test_is_kept_only_as_a_hash(self, lab):
        receipt = (await lab.unnamed()).json()
        code = receipt["slip"].replace("-", "")
        for (table,) in await lab.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            for row in await lab.rows(f"SELECT t::text AS words FROM {table} t"):  # noqa: S608  # our tables
                assert code not in row.words
                assert receipt["slip"] not in row.words

    async def test_that_nobody_has_opens_nothing(self, lab):
        await lab.unnamed()
        assert wrong(await lab.open_slip(new_slip())) == (404, "slip-unknown")

    async def test_opens_nothing_elsewhere(self, lab):
        receipt = (await lab.unnamed()).json()
        assert wrong(await lab.open_slip(receipt["slip"], at="elsewhere")) == (404, "slip-unknown")
        assert wrong(await lab.open_slip(receipt["slip"], "management")) == (403, "wrong-role")

    async def test_cannot_be_guessed_for_long(self, lab):
        receipt = (await lab.unnamed()).json()
        for _ in range(10):
            await lab.open_slip("0" * 17)
        assert wrong(await lab.open_slip(receipt["slip"])) == (429, "too-many-requests")
        lab.later(minutes=2)
        assert (await lab.open_slip(receipt["slip"])).status_code == 200

    async def test_is_needed_to_hand_the_result_over(self, lab):
        """Whoever finds the task in the list learns nothing by it, and a supervisor cannot give it away either."""
        receipt = await lab.walk(await lab.unnamed())
        person = lab.staff("responsible_employee")
        (listed,) = (await lab.get("/tasks", person)).json()["items"]
        assert wrong(await lab.post(f"/tasks/{listed['id']}/claim", person)) == (403, "slip-needed")
        assert wrong(await lab.get(f"/tasks/{listed['id']}/result", person)) == (409, "task-not-claimed")
        await lab.open_slip(receipt["slip"])
        assert (await lab.post(f"/tasks/{listed['id']}/claim", person)).status_code == 200

    async def test_names_no_task_before_the_handing_over(self, lab):
        receipt = (await lab.unnamed()).json()
        assert (await lab.open_slip(receipt["slip"])).json()["task"] is None


class TestRetention:
    async def test_ends_for_a_result_that_nobody_comes_for(self, lab):
        receipt = await lab.walk(await lab.unnamed(), "positive")
        settings = Settings(env="development")
        retention = Retention(
            database=lab.platform.database, persons=lab.office.persons, settings=settings, clock=lab.clock
        )
        person = lab.staff("responsible_employee")
        (listed,) = (await lab.get("/tasks", person)).json()["items"]
        lab.later(days=settings.anonymous_retention // timedelta(days=1) + 1)
        assert await retention.run_once() == 1
        assert wrong(await lab.get(f"/tasks/{listed['id']}", person)) == (404, "not-found")
        assert await retention.run_once() == 0
        assert wrong(await lab.open_slip(receipt["slip"])) == (404, "slip-unknown")
        assert (await lab.get("/tasks", lab.staff("responsible_employee"))).json()["items"] == []
        assert [row.wrapped for row in await lab.rows("SELECT wrapped FROM person_keys")] == [None]
        times = await lab.rows(
            "SELECT opened_at AS at FROM tasks UNION ALL SELECT closed_at FROM tasks "
            "UNION ALL SELECT changed_at FROM applications UNION ALL SELECT received_at FROM samples"
        )
        assert {row.at.astimezone(ZoneInfo("Asia/Almaty")).time() for row in times if row.at} == {time()}

    async def test_destroys_the_key_of_the_test_when_its_time_is_over(self, lab):
        receipt = await lab.walk(await lab.unnamed())
        await lab.open_slip(receipt["slip"])
        await lab.carry_out("responsible_employee", "handed-over")
        office, settings = lab.office, Settings(env="development")
        retention = Retention(
            database=lab.platform.database, persons=office.persons, settings=settings, clock=lab.clock
        )
        lab.later(days=settings.anonymous_retention // timedelta(days=1) - 1)
        assert await retention.run_once() == 0
        lab.later(days=2)
        assert await retention.run_once() == 1
        assert wrong(await lab.open_slip(receipt["slip"])) == (404, "slip-unknown")
        ((person,),) = await lab.rows("SELECT id FROM person_keys")
        async with lab.platform.database.transaction() as session:
            with pytest.raises(KeyDestroyed):
                await office.persons.get(session, person)
