"""The HIV test with a name: who has no open step of his role, and does not keep the journal, learns nothing."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from shared.procedure import load
from shared.testing.strangers import OVERSEERS, Case, learnt

REGULATIONS = Path(__file__).parents[2] / "shared" / "regulations"
OWN = "900514400019"
DRAWS = "procedure_room_employee"


@pytest.fixture
async def case(lab):
    """Somebody who waits before the procedure room."""
    visit = await lab.visit(applicant={"iin": OWN, "surname": "Сейітова", "given_name": "Мадина"})
    await lab.carry_out("responsible_employee", "sent")
    (task,) = (await lab.get("/tasks", lab.staff(DRAWS))).json()["items"]
    return Case(
        application=visit.json()["id"], done=visit.json()["task"], task=task["id"], outcome="sample-taken",
        journal="applications", year=2026, words=("Сейітова", "+77011234567", OWN),
    )  # fmt: skip


async def looks(lab):
    return Counter(tuple(row) for row in await lab.rows("SELECT actor, action FROM access_records"))


class TestStrangers:
    async def test_learn_nothing_and_leave_no_record_of_having_looked(self, lab, case):
        performers = load(REGULATIONS).edition("zhambyl", "hiv-test", date(2026, 4, 6)).performers
        strangers = {
            f"{role} at {at}": lab.staff(role, at)
            for at in ("clinic", "elsewhere")
            for role in (*performers, *OVERSEERS)
            if (at, role) not in {("clinic", DRAWS), ("clinic", "journal_keeper")}
        } | {"another citizen": lab.citizen("850412400111")}
        before = await looks(lab)
        assert await learnt(lab.call, case, strangers) == []
        assert await looks(lab) == before

    async def test_are_neither_the_performer_nor_the_keeper_whose_looks_are_recorded(self, lab, case):
        performer, keeper = lab.staff(DRAWS), lab.staff("journal_keeper")
        before = await looks(lab)
        for path, who in ((f"/tasks/{case.task}", performer), (case.lists()[-1], keeper)):
            assert case.tells(await lab.call("GET", path, who))
        own = [(performer.actor.account_id, "task-read"), (keeper.actor.account_id, "journal-read")]
        assert await looks(lab) - before == Counter(own)
