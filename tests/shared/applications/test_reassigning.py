"""A supervisor gives a task to a colleague, who must be able to carry it out."""

import pytest

from shared.testing.identities import bin_

OTHER_BIN = bin_(number=2)


@pytest.fixture
async def filed(world):
    """An application that waits for its first step."""
    return (await world.file(world.citizen())).json()


class TestATask:
    async def test_is_moved_by_a_supervisor_alone(self, world, filed):
        task = await world.task("clerk")
        other = world.staff("clerk", 2)
        path, body = f"/tasks/{task['id']}/reassign", world.assignee(other)
        assert (await world.post(path, other, body)).json()["code"] == "wrong-role"
        given = await world.post(path, world.staff("supervisor"), body)
        assert (given.status_code, given.json()["claimed_by"]) == (200, other.actor.account_id)
        assert (await world.events())[-2:] == ["step-released", "step-claimed"]
        assert (await world.post(f"/tasks/{task['id']}/complete", other, {"outcome": "checked"})).status_code == 200

    async def test_is_moved_to_the_steps_performer_of_that_provider_alone(self, world, filed):
        task, supervisor = await world.task("clerk"), world.staff("supervisor")
        for unfit in (world.staff("doctor"), world.staff("clerk", bin_=OTHER_BIN)):
            answer = await world.post(f"/tasks/{task['id']}/reassign", supervisor, world.assignee(unfit))
            assert (answer.status_code, answer.json()["code"]) == (422, "assignee-unfit")
            assert answer.json()["performer"] == "clerk"
        stranger = world.staff("supervisor", bin_=OTHER_BIN)
        fit = world.assignee(world.staff("clerk", 2))
        assert (await world.post(f"/tasks/{task['id']}/reassign", stranger, fit)).status_code == 404
