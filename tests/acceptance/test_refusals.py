"""Condition 3: the provider refuses on a ground of the closed list, and nothing else can end an application so.

Akmola booking 8(9)-(11): process 7; zhambyl booking 11(9)-(10): process 6.
"""

import pytest

from shlyuz.demo.walks import refused

GROUNDS = [
    ("akmola", 7, "documents-wrong"), ("akmola", 7, "documents-missing"), ("akmola", 7, "documents-unreadable"),
    ("akmola", 7, "no-free-time"), ("akmola", 7, "no-such-specialist"),
    ("zhambyl", 6, "grounds-not-met"), ("zhambyl", 6, "doctor-not-receiving"),
]  # fmt: skip
REGIONS = pytest.mark.parametrize("region", ["akmola", "zhambyl"])


async def opened(town, region):
    """An application whose task someone has claimed."""
    portal, workstation = await town.citizen(region), await town.workstation(region)
    receipt = await town.file(portal, region)
    task = await workstation.claim((await workstation.task_of(receipt["id"]))["id"])
    return portal, workstation, receipt, task


class TestARefusal:
    @pytest.mark.parametrize(("region", "process", "ground"), GROUNDS)
    async def test_names_a_ground_of_the_closed_list(self, town, region, process, ground):
        portal, workstation, receipt, task = await opened(town, region)
        await workstation.complete(task["id"], {"outcome": "refused", "ground": ground})
        shown = await portal.api.get(f"/applications/{receipt['id']}")
        assert (shown["state"], shown["result"]) == ("refused", None)
        assert (shown["notice"]["process"], shown["notice"]["condition"]) == (process, 3)
        assert shown["notice"]["ground"]["code"] == ground
        (notice,) = (await portal.api.get("/notices"))["items"]
        assert (notice["kind"], notice["number"]) == ("refusal", shown["notice"]["number"])
        assert len(set(notice["texts"].values())) == 3
        last = (await portal.api.get(f"/applications/{receipt['id']}/history"))["items"][-1]
        assert (last["state"], last["process"], last["ground"]) == ("refused", process, ground)

    @REGIONS
    async def test_gives_no_result(self, town, region):
        portal, workstation, receipt, task = await opened(town, region)
        await workstation.complete(task["id"], {"outcome": "refused", "ground": task["grounds"][0]["code"]})
        missing = await refused(portal.api.get(f"/applications/{receipt['id']}/result"))
        assert (missing.status, missing.code) == (404, "result-not-ready")

    async def test_frees_the_time_that_the_citizen_had(self, town):
        _, workstation, receipt, task = await opened(town, "zhambyl")
        slot = receipt["appointment"]
        await workstation.complete(task["id"], {"outcome": "refused", "ground": "grounds-not-met"})
        named = {"id": slot["slot_id"], "starts_at": slot["starts_at"]}
        again = await town.file(await town.citizen(), fields={"slot": named, "phone": "+77011234567"})
        assert again["appointment"]["slot_id"] == slot["slot_id"]

    @REGIONS
    @pytest.mark.parametrize(
        ("step", "status", "code"),
        [
            ({"outcome": "refused", "ground": "we-do-not-feel-like-it"}, 422, "ground-unknown"),
            ({"outcome": "refused"}, 422, "ground-missing"),
            ({"outcome": "postponed"}, 422, "outcome-unknown"),
        ],
        ids=["an unknown ground", "no ground", "an unknown outcome"],
    )
    async def test_is_not_made_up(self, town, problem, region, step, status, code):
        _, workstation, _, task = await opened(town, region)
        before = await town.written()
        send = lambda: workstation.api.post(f"/tasks/{task['id']}/prepare", step)  # noqa: E731 - sent thrice
        await problem(workstation, send, status, code)
        assert await town.written() == before


class TestAStep:
    async def test_is_the_performers_alone(self, town, problem):
        administrator = await town.workstation("zhambyl", "administrator")
        workstation = await town.workstation("zhambyl")
        task = await workstation.task_of((await town.file(await town.citizen()))["id"])
        send = lambda: administrator.api.post(f"/tasks/{task['id']}/claim", {})  # noqa: E731 - sent thrice
        await problem(administrator, send, 403, "wrong-role")

    async def test_is_claimed_before_it_is_prepared(self, town, problem):
        portal, workstation = await town.citizen(), await town.workstation("zhambyl")
        task = await workstation.task_of((await town.file(portal))["id"])
        send = lambda: workstation.api.post(f"/tasks/{task['id']}/prepare", {"outcome": "confirmed"})  # noqa: E731
        await problem(workstation, send, 409, "task-not-claimed")

    async def test_is_signed_by_who_carries_it_out(self, town, problem):
        portal, workstation, receipt, task = await opened(town, "zhambyl")
        prepared = await workstation.api.post(f"/tasks/{task['id']}/prepare", {"outcome": "confirmed"})
        signature = portal.sign({})["signature"]
        other = {"signable_id": prepared["signable_id"], "signature": signature}
        refusal = await refused(workstation.api.post(f"/tasks/{task['id']}/complete", other))
        assert (refusal.status, refusal.problem["condition"]) == (422, 2)
        shown = await portal.api.get(f"/applications/{receipt['id']}")
        assert shown["state"] == "registered"
        await workstation.api.post(f"/tasks/{task['id']}/complete", workstation.signed(prepared))

    async def test_is_completed_once_however_often_it_is_sent(self, town):
        portal, workstation, receipt, task = await opened(town, "zhambyl")
        prepared = await workstation.api.post(f"/tasks/{task['id']}/prepare", {"outcome": "confirmed"})
        signed, key = workstation.signed(prepared), {"Idempotency-Key": f"step-{task['id']}"}
        path = f"/tasks/{task['id']}/complete"
        first = await workstation.api.post(path, signed, **key)
        assert await workstation.api.post(path, signed, **key) == first
        assert (await refused(workstation.api.post(path, signed))).status == 409
        items = (await portal.api.get(f"/applications/{receipt['id']}/history"))["items"]
        assert [item["state"] for item in items].count("ready") == 1

    async def test_does_not_give_a_time_that_is_gone(self, town, problem):
        """Akmola: the dispatcher gives the time; two may look at the same free one."""
        _, workstation, _, first = await opened(town, "akmola")
        _, _, _, second = await opened(town, "akmola")
        walk = town.walk("akmola")
        outcome = await walk.acts.decide(walk, workstation, first)
        await workstation.api.post(f"/tasks/{second['id']}/prepare", outcome)
        await workstation.complete(first["id"], outcome)
        send = lambda: workstation.api.post(f"/tasks/{second['id']}/prepare", outcome)  # noqa: E731 - sent thrice
        said = await problem(workstation, send, 409, "slot-taken")
        assert said["next_free"]
