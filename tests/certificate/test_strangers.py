"""Each of the six services: who has no open step of his role, and does not keep the journal, learns nothing."""

from datetime import date
from pathlib import Path

import pytest

from shared.procedure import load
from shared.testing.strangers import OVERSEERS, Case, learnt

REGULATIONS = load(Path(__file__).parents[2] / "shared" / "regulations")
EDITIONS = [
    edition for edition in REGULATIONS.current(date(2026, 4, 6)) if edition.owner == "certificate"
]  # fmt: skip
ELSEWHERE = {"akmola": "esil", "zhambyl": "dispensary"}


async def looks(certificates):
    return [tuple(row) for row in await certificates.rows("SELECT actor, action FROM access_records ORDER BY at, id")]


@pytest.fixture(params=EDITIONS, ids=lambda edition: edition.service)
async def visit(request, certificates):
    """Somebody whose second step is open: the edition, and the case as others could name it."""
    edition = request.param
    first, second = edition.steps[:2]
    receipt = (await certificates.visit(edition.service, first.performer, edition.region)).json()
    await certificates.carry_out(first.performer, edition.region)
    doctor = certificates.staff(second.performer, edition.region)
    (task,) = (await certificates.get("/tasks", doctor)).json()["items"]
    return edition, Case(
        application=receipt["id"], done=receipt["task"], task=task["id"], outcome=second.outcomes[0].key,
        journal=edition.journal.key, year=2026, words=("Қасымова", "+77011234567", certificates.citizen().iin),
    )  # fmt: skip


class TestStrangers:
    async def test_learn_nothing_and_leave_no_record_of_having_looked(self, certificates, visit):
        edition, case = visit
        performers = REGULATIONS.regions[edition.region].performers
        near, far = edition.region, ELSEWHERE[edition.region]
        strangers = {
            f"{role} at {at}": certificates.staff(role, at).actor
            for at in (near, far)
            for role in (*performers, *OVERSEERS)
            if (at, role) not in {(near, edition.steps[1].performer), (near, "journal_keeper")}
        } | {"another citizen": certificates.citizen(2)}
        before = await looks(certificates)
        assert await learnt(certificates.call, case, strangers) == []
        assert await looks(certificates) == before

    async def test_are_neither_the_performer_nor_the_keeper_whose_looks_are_recorded(self, certificates, visit):
        edition, case = visit
        doctor = certificates.staff(edition.steps[1].performer, edition.region)
        keeper = certificates.staff("journal_keeper", edition.region)
        before = len(await looks(certificates))
        for path, who in ((f"/tasks/{case.task}", doctor), (case.lists()[-1], keeper)):
            assert case.tells(await certificates.call("GET", path, who.actor))
        assert (await looks(certificates))[before:] == [
            (doctor.actor.account_id, "task-read"), (keeper.actor.account_id, "journal-read"),
        ]  # fmt: skip
