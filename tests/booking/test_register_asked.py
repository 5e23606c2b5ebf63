"""booking-svc and the population register: a visitor's first step waits for it, a child is booked for by right."""

from dataclasses import replace
from datetime import date

import pytest

from shared.applications.register import Standing
from shared.testing.identities import iin
from shared.testing.register import FixedRegister

CHILD = iin(birth=date(2017, 3, 4), number=3)
NAMES = {"surname": "Әбдірахманова", "given_name": "Айару", "patronymic": None}
PERFORMER = "responsible_employee"


@pytest.fixture
def register(booking):
    """A register that answers; without this fixture the service has none."""
    office, population = booking.office, FixedRegister()
    booking.platform.resources["office"] = replace(office, register=population)
    yield population
    booking.platform.resources["office"] = office


async def visit(booking):
    by, person = booking.staff(PERFORMER), booking.citizen()
    request = {
        "region": "zhambyl", "service": "booking", "channel": "direct",
        "applicant": {"iin": person.actor.iin, "surname": "Әбдірахманова", "given_name": "Қызғалдақ"},
        "fields": {"complaint": "Бас ауырады", "phone": "+77011234567"},
    }  # fmt: skip
    answer = await booking.post("/workstation/applications", by, request)
    assert answer.status_code == 201, answer.text
    return answer.json()["task"]


async def complete(booking, task, outcome="accepted", **more):
    body = {"outcome": outcome, "data": {}, **more}
    return await booking.post(f"/tasks/{task}/complete", booking.staff(PERFORMER), body)


class TestAVisitor:
    async def test_waits_where_no_register_is_configured(self, booking):
        task = await visit(booking)
        for outcome in ({}, {"outcome": "refused", "ground": "not-in-register"}):
            answer = await complete(booking, task, **outcome)
            assert (answer.status_code, answer.json()["code"]) == (503, "register-away")
        assert [row.state for row in await booking.rows("SELECT state FROM tasks")] == ["open"]

    async def test_is_accepted_or_refused_as_the_register_says(self, booking, register):
        """Zhambyl booking 5(1), 8(1)."""
        register.lack = "not-in-register"
        task = await visit(booking)
        answer = (await complete(booking, task)).json()
        assert (answer["code"], answer["ground"]["code"]) == ("precondition-not-met", "not-in-register")
        assert answer["remedy"]["service"] == "zhambyl.attachment"
        assert answer["remedy"]["url"].endswith("/api/v1/services/zhambyl.attachment")
        register.lack = None
        assert (await complete(booking, task)).json()["state"] == "done"

    async def test_refused_for_another_reason_is_told_no_remedy(self, booking, register):
        await complete(booking, await visit(booking), "refused", ground="documents-missing")
        (shown,) = (await booking.get("/notices", booking.citizen())).json()["items"]
        assert (shown["ground"], shown["remedy"]) == ("documents-missing", None)
        assert register.asked == []


class TestAChild:
    async def test_is_booked_for_by_the_parent_on_record(self, booking, register, named):
        parent = booking.citizen()
        register.let_act(
            parent.actor.iin, CHILD, Standing(reason=None, kind="parent", until=date(2035, 3, 4), names=NAMES)
        )
        await booking.open_monday()
        fields = {"slot": named((await booking.free())[0]), "complaint": "Бас ауырады", "phone": "+77011234567"}
        filed = await booking.file(parent, "zhambyl", fields, patient={"iin": CHILD})
        assert filed.status_code == 201, filed.text
        task = await booking.claim("zhambyl")
        assert task["patient"] == {"iin": CHILD, "name": "Әбдірахманова Айару"}
        assert task["representative"]["kind"] == "parent"

    async def test_of_somebody_else_takes_no_slot(self, booking, register, named):
        await booking.open_monday()
        fields = {"slot": named((await booking.free())[0]), "complaint": "Бас ауырады", "phone": "+77011234567"}
        answer = await booking.file(booking.citizen(), "zhambyl", fields, patient={"iin": CHILD})
        assert (answer.status_code, answer.json()["code"]) == (422, "representation-not-recorded")
        assert await booking.rows("SELECT 1 FROM slots WHERE application IS NOT NULL") == []
