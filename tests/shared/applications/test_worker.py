"""What the worker does by the clock, and what it learns from others."""

from datetime import timedelta

import pytest

from shared.applications.chaining import Chainer, verify_chain
from shared.applications.providers.repository import find, keep
from shared.applications.sweeps import Sweeps
from shared.testing.identities import bin_

BIN = bin_(number=1)


@pytest.fixture
def sweeps(world):
    return Sweeps(world.office, world.database, world.clock)


@pytest.fixture
def chainer(world):
    return Chainer(world.database, world.clock)


async def verified(world):
    async with world.owner.transaction() as session:
        return await verify_chain(session)


class TestOverdue:
    async def test_is_raised_once(self, world, sweeps, later):
        await world.file(world.citizen(1))
        assert await sweeps.raise_overdue() == 0
        later(minutes=31)
        assert await sweeps.raise_overdue() == 1
        assert await sweeps.raise_overdue() == 0
        assert (await world.events()).count("step-overdue") == 1

    async def test_is_raised_once_by_several_workers(self, world, sweeps, later, together):
        for number in range(1, 6):
            await world.file(world.citizen(number))
        later(minutes=31)
        assert sum(await together(*(sweeps.raise_overdue() for _ in range(4)))) == 5
        assert (await world.events()).count("step-overdue") == 5

    async def test_is_not_raised_for_what_is_done(self, world, sweeps, later):
        await world.file(world.citizen(1))
        await world.check()
        later(minutes=31)
        assert await sweeps.raise_overdue() == 0


class TestEndedClaims:
    async def test_free_the_task_and_are_told_once(self, world, sweeps, later):
        await world.file(world.citizen(1))
        task = await world.task("clerk")
        assert await sweeps.free_claims() == 0
        later(minutes=30)
        assert await sweeps.free_claims() == 1
        assert await sweeps.free_claims() == 0
        assert (await world.events())[-2:] == ["step-claimed", "step-released"]
        (row,) = await world.rows("SELECT claimed_by, claimed_until, state FROM tasks")
        assert tuple(row) == (None, None, "open")
        assert (await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", 2))).status_code == 200
        assert (await world.events()).count("step-released") == 1

    async def test_are_told_once_by_several_workers(self, world, sweeps, later, together):
        for number in range(1, 4):
            await world.file(world.citizen(number))
            await world.task("clerk")
        later(minutes=31)
        assert sum(await together(*(sweeps.free_claims() for _ in range(4)))) == 3
        assert (await world.events()).count("step-released") == 3

    async def test_are_none_of_what_is_prolonged_or_done(self, world, sweeps, later):
        await world.file(world.citizen(1))
        task = await world.task("clerk")
        later(minutes=20)
        assert (await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk"))).status_code == 200
        later(minutes=20)
        assert await sweeps.free_claims() == 0
        assert (await world.complete("clerk", task, {"outcome": "checked"})).status_code == 200
        later(minutes=20)
        assert await sweeps.free_claims() == 0


class TestClean:
    async def test_removes_drafts_whose_time_is_over(self, world, sweeps, later):
        await world.file(world.citizen())
        await world.check()
        await world.prepare("doctor", await world.task("doctor"), "examined", data={"conclusion": "fit"})
        await sweeps.clean()
        assert len(await world.rows("SELECT 1 FROM drafts")) == 1
        later(minutes=31)
        await sweeps.clean()
        assert await world.rows("SELECT 1 FROM drafts") == []

    async def test_removes_old_answers(self, world, sweeps):
        await world.file(world.citizen(), key="k")
        await world.execute("UPDATE answers SET created_at = now() - interval '49 hours'")
        await sweeps.clean()
        assert await world.rows("SELECT 1 FROM answers") == []


class TestChain:
    async def test_links_journal_history_and_access_records(self, world, chainer):
        await world.file(world.citizen())
        await world.check()
        rows = await world.rows(
            "SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM journal_rows)"
            " + (SELECT count(*) FROM access_records) AS n"
        )
        assert await chainer.run_once() == rows[0].n
        assert await chainer.run_once() == 0
        assert await verified(world) is None

    async def test_goes_on_where_it_ended(self, world, chainer):
        await world.file(world.citizen(1))
        await chainer.run_once()
        await world.file(world.citizen(2))
        assert await chainer.run_once() == 2
        assert await verified(world) is None

    async def test_is_made_once_by_several_workers(self, world, chainer, together):
        await world.file(world.citizen(1))
        assert sum(await together(*(chainer.run_once() for _ in range(4)))) == 2
        assert await verified(world) is None

    @pytest.mark.parametrize(
        ("deed", "why"),
        [
            ("UPDATE history SET state = 'issued' WHERE version = 2", "row-changed"),
            ("DELETE FROM history WHERE version = 1", "row-changed"),
            ("UPDATE chain_links SET hash = sha256('x') WHERE position = 1", "link-changed"),
            ("DELETE FROM chain_links WHERE position = 1", "link-missing"),
        ],
    )
    async def test_shows_what_was_rewritten(self, world, chainer, deed, why):
        await world.file(world.citizen())
        await chainer.run_once()
        await world.execute(deed)
        assert (await verified(world)).why == why

    async def test_still_verifies_when_the_persons_data_is_destroyed(self, world, chainer):
        await world.file(world.citizen())
        await world.check()
        await chainer.run_once()
        await world.execute("UPDATE person_keys SET wrapped = NULL, lookup = NULL")
        assert await verified(world) is None


class TestProviders:
    async def test_are_kept_as_last_told(self, world):
        told = {
            "bin": BIN, "region": "ulytau", "names": {"kk": "Жаңа", "ru": "Новая", "en": "New"}, "address": {},
            "zone": "Asia/Almaty",
            "opening_hours": {"zone": "Asia/Almaty", "week": {"mon": [["08:00", "12:00"]]}}, "services": ["fitness"],
            "active": True,
        }  # fmt: skip
        async with world.database.transaction() as session:
            await keep(session, {**told, "version": 3})
            await keep(session, {**told, "version": 2, "names": {"kk": "Ескі", "ru": "Старая", "en": "Old"}})
            found = await find(session, BIN)
        assert (found.names["en"], found.version) == ("New", 3)

    async def test_are_listed_for_a_service(self, world):
        items = (await world.get("/providers?region=ulytau&service=fitness")).json()["items"]
        assert {item["bin"] for item in items} == {BIN, bin_(number=2)}
        assert (await world.get("/providers?region=akmola")).json()["items"] == []

    async def test_that_are_closed_take_no_applications(self, world):
        await world.execute("UPDATE providers SET active = false")
        assert (await world.get("/providers")).json()["items"] == []
        assert (await world.file(world.citizen())).json()["code"] == "provider-unknown"


class TestCatalogue:
    async def test_lists_what_is_in_force(self, world):
        (item,) = (await world.get("/services")).json()["items"]
        assert (item["key"], item["acr"], item["channels"]) == ("ulytau.fitness", "password", ["portal", "direct"])
        assert (await world.get("/services/ulytau.fitness")).json() == item

    async def test_gives_the_form_in_the_callers_language(self, world):
        form = (await world.get("/services/ulytau.fitness/form", headers={"Accept-Language": "ru"})).json()
        assert (form["edition"], form["documents"]) == ("ulytau.fitness@2025-01-01", 2)
        assert form["form"]["properties"]["purpose"]["title"] == "Цель"

    async def test_publishes_the_regulation_with_its_clauses(self, world):
        found = (await world.get("/services/ulytau.fitness/regulation")).json()
        assert [(step["key"], step["limits"][0]["limit"], step["clause"]) for step in found["steps"]] == [
            ("check", "30 m", "2"), ("examine", "2 h", "3"), ("approve", "1 wd", "4"),
        ]  # fmt: skip
        assert found["journal"]["name"]["en"] == "Register"

    @pytest.mark.parametrize("path", ["akmola.booking", "nothing", "ulytau.fitness/form?channel=phone", "ulytau."])
    async def test_knows_nothing_else(self, world, path):
        assert (await world.get(f"/services/{path}")).status_code == 404

    async def test_changes_with_the_day(self, world, later):
        world.clock.set(world.clock.now() - timedelta(days=3650))
        assert (await world.get("/services")).json()["items"] == []
