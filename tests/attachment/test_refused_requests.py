"""Requests that cannot be taken: for the dead, the enrolled, with another request open, by whom it is not theirs."""

import asyncio

import pytest
from sqlalchemy import text

from shared.testing.databases import until_it_waits

from .conftest import START, TODAY, street
from .desk import BINS, HOME, PERFORMERS, PHONE

OPEN = "SELECT person, application FROM open_requests"
ENDED = (
    """
    INSERT INTO enrolments (id, person, provider, started_on, application, created_at)
    SELECT gen_random_uuid(), person, :bin, :today, application, :now FROM open_requests
    """,
    "DELETE FROM open_requests",
)
"""What the last step of an open request does, and has not committed yet."""
COUNTED = "SELECT count(*) AS n FROM applications"
LINE = {"address": HOME, "phone": PHONE}


def wrong(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def patient(desk, attachment):
    """Somebody whom the register knows, who lives in a district of the first provider and is enrolled nowhere."""
    await attachment.district(street())
    return desk.citizen((await attachment.add()).iin)


async def known(attachment, someone):
    return (await attachment.look_up(iin=someone.iin)).json()["items"][0]


class TestARequest:
    async def test_is_not_taken_for_the_dead(self, desk, attachment, patient):
        await attachment.happened((await known(attachment, patient))["id"], kind="died")
        assert wrong(await desk.file(patient)) == (409, "person-dead")
        assert await attachment.rows(OPEN) == []

    async def test_is_not_taken_where_one_is_enrolled(self, desk, attachment, patient):
        for _ in range(4):
            answer = await desk.file(patient)
            if answer.status_code != 201:
                break
            for _ in range(3):
                await desk.carry_out()
        assert wrong(answer) == (409, "already-attached-here")
        assert (await attachment.rows(COUNTED))[0].n == 1

    async def test_is_one_at_a_time(self, desk, attachment, patient):
        await attachment.district(street(street="Төле би"), at="second")
        assert (await desk.file(patient)).status_code == 201
        for at, home in (("first", HOME), ("second", HOME | {"street": "Төле би"})):
            assert wrong(await desk.file(patient, at, address=home)) == (409, "attachment-request-open")
        assert wrong(await desk.visit(patient.iin)) == (409, "attachment-request-open")
        assert len(await attachment.rows(OPEN)) == 1

    async def test_is_not_taken_when_the_one_before_ends_by_enrolling_while_it_waits(self, desk, attachment, patient):
        assert (await desk.file(patient)).status_code == 201
        async with attachment.owner.transaction() as session:
            for statement in ENDED:
                await session.execute(text(statement), {"bin": BINS["first"], "today": TODAY, "now": START})
            second = await until_it_waits(desk.file(patient), attachment.owner)
            assert not second.done()
        assert wrong(await second) == (409, "already-attached-here")
        assert await attachment.rows(OPEN) == []

    async def test_is_one_of_many_sent_at_once_by_constraint(self, desk, attachment, patient):
        answers = await asyncio.gather(*(desk.file(patient) for _ in range(8)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [201] + [409] * 7
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"attachment-request-open"}
        assert (await attachment.rows(COUNTED))[0].n == 1

    @pytest.mark.parametrize(
        ("fields", "pointer", "code"),
        [
            ({"address": "Тараз, Абай, 12"}, "/fields/address", "type"),
            ({"address": {**HOME, "house": "үй"}}, "/fields/address/house", "pattern"),
            ({"address": {**HOME, "street": "Аб\u202eай"}}, "/fields/address/street", "characters"),
            ({"address": {**HOME, "street": "а" * 500}}, "/fields/address/street", "too-long"),
            ({"address": {"locality": "Тараз"}}, "/fields/address/street", "missing"),
            ({"phone": "87017654321"}, "/fields/phone", "pattern"),
            ({"complaint": "Бас ауырады"}, "/fields/complaint", "unknown"),
        ],
    )
    async def test_names_what_is_wrong_in_the_form(self, desk, attachment, patient, fields, pointer, code):
        refused = await desk.file(patient, **fields)
        assert wrong(refused) == (422, "invalid-request")
        assert {"pointer": pointer, "code": code} in [
            {name: each[name] for name in ("pointer", "code")} for each in refused.json()["errors"]
        ]
        assert await attachment.rows(OPEN) == []

    async def test_is_not_taken_by_phone(self, desk, patient):
        """Both regulations: portal and direct, no phone."""
        by = desk.staff()
        visit = {"region": "zhambyl", "service": "attachment", "channel": "phone", "fields": LINE,
                 "applicant": {"iin": patient.iin, "surname": "Ермекова"}}  # fmt: skip
        assert wrong(await desk.post("/workstation/applications", by, visit)) == (404, "channel-not-offered")


class TestAtTheWindow:
    @pytest.mark.parametrize("at", ["first", "akmola"])
    async def test_the_registrar_takes_it_down_and_carries_it_out(self, desk, attachment, at):
        await attachment.district(street(), name="№ 3", at=at)
        data = await attachment.add()
        visit = await desk.visit(data.iin, at)
        assert (visit.status_code, visit.json()["attachment"]) == (201, {"district": "№ 3"}), visit.text
        task = (await desk.get(f"/tasks/{visit.json()['task']}", desk.staff(at))).json()
        while task:
            prepared = (await desk.prepare(task, at)).json()
            done = (await desk.complete(task, prepared, at)).json()
            task = None if done["application"]["state"] == "ready" else await desk.claim(at)
        assert await desk.seal() == 1
        assert (await known(attachment, desk.citizen(data.iin)))["attachment"]["district"] == "№ 3"

    async def test_another_role_is_refused(self, desk, patient):
        by = desk.staff(role="medical_registrar")
        assert wrong(await desk.visit(patient.iin, by=by)) == (403, "wrong-role")


class TestTheStep:
    async def test_is_hidden_from_another_provider(self, desk, patient):
        await desk.file(patient)
        task = await desk.claim()
        assert wrong(await desk.post(f"/tasks/{task['id']}/claim", desk.staff("second"))) == (404, "not-found")

    async def test_is_refused_on_a_ground_of_its_list_alone(self, desk, patient):
        await desk.file(patient)
        task = await desk.claim()
        assert wrong(await desk.prepare(task, outcome="refused", ground="no-free-time")) == (422, "ground-unknown")
        assert wrong(await desk.prepare(task, outcome="refused")) == (422, "ground-missing")

    async def test_is_done_once(self, desk, patient):
        await desk.file(patient)
        task = await desk.claim()
        prepared = (await desk.prepare(task)).json()
        assert (await desk.complete(task, prepared)).status_code == 200
        assert wrong(await desk.prepare(task)) == (409, "task-closed")

    async def test_stops_when_the_patient_died_meanwhile(self, desk, attachment, patient):
        await desk.file(patient)
        task = await desk.claim()
        prepared = (await desk.prepare(task)).json()
        await attachment.happened((await known(attachment, patient))["id"], kind="died")
        refused = await desk.complete(task, prepared)
        assert refused.status_code == 409
        assert refused.json()["code"] in {"precondition-not-met", "person-dead"}
        assert "recorded-as-dead" in {each["code"] for each in task["grounds"]}

    async def test_needs_the_performers_role(self, desk, patient):
        await desk.file(patient)
        by = desk.staff(role="journal_keeper")
        (task,) = (await desk.get("/tasks", desk.staff())).json()["items"]
        assert wrong(await desk.post(f"/tasks/{task['id']}/claim", by)) == (403, "wrong-role")
        assert task["performer"] == PERFORMERS["first"]
