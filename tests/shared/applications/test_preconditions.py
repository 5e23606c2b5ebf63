"""What a step requires of the patient is the population register's to say: it is asked, and nobody guesses."""

import pytest

from shared.applications.register import Requirement

from .conftest import BIN

REFUSED = {"outcome": "refused", "ground": "not-in-register"}


@pytest.fixture
async def visit(world):
    """A visitor whose first step asks for the register, as the registrar's task."""
    request = {
        "region": "ulytau", "service": "fitness", "channel": "direct", "fields": {"purpose": "work"},
        "applicant": {"iin": world.citizen().actor.iin, "surname": "Серікқызы", "given_name": "Айгүл"},
    }  # fmt: skip
    answer = await world.post("/workstation/applications", world.staff("clerk"), request)
    assert answer.status_code == 201, answer.text
    return {"id": answer.json()["task"]}


async def state(world):
    (row,) = await world.rows("SELECT state, version FROM applications")
    return tuple(row)


class TestCompleting:
    async def test_asks_about_the_patient_at_the_provider(self, world, visit):
        done = await world.complete("clerk", visit, {"outcome": "checked"})
        assert done.status_code == 200, done.text
        ((asked, account),) = world.register.asked
        assert isinstance(asked, Requirement)
        assert (asked.require, asked.provider) == ("in-population-register", BIN)
        assert asked.iin.value == world.citizen().actor.iin
        assert account == world.staff("clerk").actor.account_id

    async def test_is_refused_with_the_ground_when_it_does_not_hold(self, world, visit):
        world.register.lack = "moved-away"
        before = await state(world)
        answer = await world.complete("clerk", visit, {"outcome": "checked"})
        said = answer.json()
        assert (answer.status_code, said["code"], said["reason"]) == (409, "precondition-not-met", "moved-away")
        assert said["ground"]["code"] == "not-in-register"
        assert set(said["ground"]["texts"]) == {"kk", "ru", "en"}
        assert await state(world) == before

    async def test_leaves_the_step_open_when_the_register_is_away(self, world, visit):
        world.register.away = True
        before = await state(world)
        answer = await world.complete("clerk", visit, {"outcome": "checked"}, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (503, "register-away")
        assert int(answer.headers["Retry-After"]) >= 1
        assert await state(world) == before
        world.register.away = False
        done = await world.complete("clerk", visit, {"outcome": "checked"}, headers={"Idempotency-Key": "k"})
        assert done.status_code == 200, done.text

    async def test_says_so_in_three_languages(self, world, visit):
        titles = set()
        for world.register.away in (True, False):
            world.register.lack = "dead"
            for language in ("kk", "ru", "en"):
                answer = await world.complete(
                    "clerk", visit, {"outcome": "checked"}, headers={"Accept-Language": language}
                )
                titles.add(answer.json()["title"])
        assert len(titles) == 6

    async def test_asks_nothing_on_a_channel_that_requires_nothing(self, world):
        world.register.away = True
        await world.file(world.citizen())
        await world.check()
        assert world.register.asked == []


class TestRefusing:
    async def test_ends_the_step_when_the_register_agrees(self, world, visit):
        world.register.lack = "not-in-register"
        done = await world.complete("clerk", visit, REFUSED)
        assert (done.status_code, done.json()["application"]["state"]) == (200, "refused"), done.text

    async def test_is_not_possible_while_the_register_says_that_it_holds(self, world, visit):
        answer = await world.complete("clerk", visit, REFUSED)
        assert (answer.status_code, answer.json()["code"]) == (409, "precondition-holds")

    async def test_waits_while_the_register_is_away(self, world, visit):
        world.register.away = True
        assert (await world.complete("clerk", visit, REFUSED)).json()["code"] == "register-away"

    async def test_on_another_ground_asks_nothing(self, world, visit):
        world.register.away = True
        done = await world.complete("clerk", visit, {"outcome": "refused", "ground": "documents-wrong"})
        assert done.status_code == 200, done.text


class TestPreparing:
    @pytest.fixture
    async def examined(self, world, visit):
        await world.complete("clerk", visit, {"outcome": "checked"})
        return await world.task("doctor")

    async def test_asks_before_anything_is_signed(self, world, examined):
        world.register.lack = "attached-elsewhere"
        answer = await world.prepare("doctor", examined, "examined", data={"conclusion": "fit"})
        assert (answer.status_code, answer.json()["ground"]["code"]) == (409, "not-attached")
        world.register.away = True
        answer = await world.prepare("doctor", examined, "examined", data={"conclusion": "fit"})
        assert (answer.status_code, answer.json()["code"]) == (503, "register-away")

    async def test_does_not_stand_for_the_day_of_the_signature(self, world, examined):
        prepared = await world.prepare("doctor", examined, "examined", data={"conclusion": "fit"})
        world.register.lack = "not-attached"
        answer = await world.complete("doctor", examined, world.signature("doctor", prepared.json()))
        assert (answer.status_code, answer.json()["code"]) == (409, "precondition-not-met")
        world.register.lack = None
        answer = await world.complete("doctor", examined, world.signature("doctor", prepared.json()))
        assert answer.status_code == 200, answer.text
