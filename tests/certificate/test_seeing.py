"""Who sees a person in these services: the role of an open step, or the journal's keeper; every look is recorded."""

import pytest

WELL = {"conclusion": "Психикалық бұзылыс анықталған жоқ."}
FOUND = {"commission_conclusion": "Комиссия күдікті растамады."}
PERSON = ("Қасымова", "+77011234567")


@pytest.fixture
async def psych(certificates):
    """A visitor of the psychoneurological dispensary whom the registrar has sent to the psychiatrist."""
    certificates.outside.listed.add(("dynamic-observation", certificates.citizen().iin))
    answer = await certificates.visit("psych-certificate", "medical_registrar", "zhambyl")
    assert answer.status_code == 201, answer.text
    await certificates.carry_out("medical_registrar", "zhambyl")
    return answer.json()


@pytest.fixture
async def heard(certificates, psych):
    """The commission has answered, and the psychiatrist has examined: management is to sign."""
    await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
    await certificates.carry_out("commission", "dispensary", "rejected", data=FOUND)
    await certificates.carry_out("psychiatrist", "zhambyl", "examined", data=WELL)
    return psych


async def looks(certificates):
    """What staff did, by the records that the person can read."""
    rows = await certificates.rows("SELECT actor, action FROM access_records ORDER BY at, id")
    return [(row.actor, row.action) for row in rows]


async def listed(certificates, by, state="open"):
    answer = await certificates.get("/tasks", by, state=state)
    assert answer.status_code == 200, answer.text
    return answer


class TestAPersonIsSeen:
    async def test_by_nobody_whose_step_is_done(self, certificates, psych):
        registrar, before = certificates.staff("medical_registrar", "zhambyl"), await looks(certificates)
        answer = await listed(certificates, registrar, "done")
        (task,) = answer.json()["items"]
        assert (task["patient"], task["application"]["number"]) == (None, psych["number"])
        assert not any(word in answer.text for word in (*PERSON, certificates.citizen().iin))
        again = await certificates.get(f"/tasks/{task['id']}", registrar)
        assert (again.status_code, again.json()["code"]) == (409, "task-closed")
        assert await looks(certificates) == before

    async def test_by_nobody_while_a_step_rests(self, certificates, psych):
        await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
        psychiatrist = certificates.staff("psychiatrist", "zhambyl")
        (task,) = (await listed(certificates, psychiatrist, "resting")).json()["items"]
        assert task["patient"] is None
        assert (await certificates.get(f"/tasks/{task['id']}", psychiatrist)).json()["code"] == "task-closed"

    async def test_by_no_supervisor_who_may_still_give_the_step_to_somebody(self, certificates, psych):
        supervisor, colleague = (
            certificates.staff("supervisor", "zhambyl"),
            certificates.staff("psychiatrist", "zhambyl"),
        )
        answer = await listed(certificates, supervisor)
        (task,) = answer.json()["items"]
        assert not any(word in answer.text for word in (*PERSON, certificates.citizen().iin))
        assert (await certificates.get(f"/tasks/{task['id']}", supervisor)).json()["code"] == "wrong-role"
        to = {"account_id": colleague.actor.account_id, "bin": colleague.actor.bin, "roles": ["psychiatrist"]}
        given = await certificates.post(f"/tasks/{task['id']}/reassign", supervisor, to)
        assert (given.status_code, given.json()["claimed_by"]) == (200, colleague.actor.account_id)

    async def test_by_the_role_of_the_open_step_and_that_is_recorded(self, certificates, psych):
        psychiatrist = certificates.staff("psychiatrist", "zhambyl")
        before = await looks(certificates)
        (task,) = (await listed(certificates, psychiatrist)).json()["items"]
        assert task["patient"]["iin"] == certificates.citizen().iin
        assert (await certificates.get(f"/tasks/{task['id']}", psychiatrist)).json()["fields"]["phone"] == PERSON[1]
        me = psychiatrist.actor.account_id
        assert (await looks(certificates))[len(before) :] == [(me, "tasks-listed"), (me, "task-read")]

    @pytest.mark.parametrize("role", ["supervisor", "medical_registrar", "psychiatrist", "management"])
    async def test_in_the_journal_by_its_keeper_alone(self, certificates, psych, role):
        answer = await certificates.get("/journals/certificates", certificates.staff(role, "zhambyl"), year=2026)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
        before, keeper = await looks(certificates), certificates.staff("journal_keeper", "zhambyl")
        assert PERSON[0] in (await certificates.get("/journals/certificates", keeper, year=2026)).text
        assert (await looks(certificates))[len(before) :] == [(keeper.actor.account_id, "journal-read")]

    async def test_by_no_other_provider(self, certificates, psych):
        (task,) = (await listed(certificates, certificates.staff("psychiatrist", "zhambyl"))).json()["items"]
        stranger = certificates.staff("psychiatrist", "dispensary")
        assert (await listed(certificates, stranger)).json()["items"] == []
        for call in (f"/tasks/{task['id']}", f"/internal/tasks/{task['id']}/signatures"):
            assert (await certificates.get(call, stranger)).status_code == 404

    async def test_through_a_walk_only_with_a_record_that_he_can_read(self, certificates, heard):
        """Each of the four who acted stands in the person's own log, with what he did."""
        done = [each for each in await looks(certificates) if each[1] == "step-completed"]
        assert [actor for actor, _ in done] == [
            "medical_registrar zhambyl", "psychiatrist zhambyl", "commission dispensary", "psychiatrist zhambyl",
        ]  # fmt: skip
        told = await certificates.history(heard["id"])
        assert {"task-claimed", "step-prepared", "step-completed", "register-consulted", "register-answer-read"} <= set(
            told
        )


class TestAPerformerIsTold:
    async def test_what_the_register_answered_once_it_was_asked(self, certificates):
        """5(1): the registrar consults the database; so he sees what it says before he signs."""
        certificates.outside.listed.add(("dynamic-observation", certificates.citizen().iin))
        await certificates.visit("psych-certificate", "medical_registrar", "zhambyl")
        task = await certificates.claim("medical_registrar", "zhambyl")
        assert (task["earlier"], task["consulted"]) == ([], [])
        await certificates.prepare(task, "medical_registrar", "zhambyl")
        seen = await certificates.get(f"/tasks/{task['id']}", certificates.staff("medical_registrar", "zhambyl"))
        (answer,) = seen.json()["consulted"]
        assert (answer["register"], answer["listed"]) == ("dynamic-observation", True)
        assert answer["titles"]["en"] == "Dynamic-observation database"

    async def test_what_came_before_his_step_and_that_is_recorded(self, certificates, psych):
        task = await certificates.claim("psychiatrist", "zhambyl")
        (before,), (answer,) = task["earlier"], task["consulted"]
        assert (before["step"], before["outcome"], before["outcome_title"]) == (
            "register",
            "entered",
            "Sent to the psychiatrist",
        )
        assert answer["listed"] is True
        assert ("psychiatrist zhambyl", "register-answer-read") in await looks(certificates)

    async def test_nothing_of_it_until_he_holds_the_step(self, certificates, psych):
        (task,) = (await listed(certificates, certificates.staff("psychiatrist", "zhambyl"))).json()["items"]
        await certificates.claim("psychiatrist", "zhambyl")
        colleague = certificates.staff("psychiatrist", "zhambyl", colleague=True)
        seen = (await certificates.get(f"/tasks/{task['id']}", colleague)).json()
        assert (seen["earlier"], seen["consulted"]) == ([], [])

    async def test_in_the_commission_why_the_person_was_sent(self, certificates, psych):
        await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
        task = await certificates.claim("commission", "dispensary")
        assert [each["outcome"] for each in task["earlier"]] == ["entered", "sent-to-commission"]
        assert [each["listed"] for each in task["consulted"]] == [True]

    async def test_what_the_commission_said_when_it_comes_back_to_him(self, certificates, psych):
        await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
        await certificates.carry_out("commission", "dispensary", "rejected", data=FOUND)
        task = await certificates.claim("psychiatrist", "zhambyl")
        assert [each["outcome"] for each in task["earlier"]] == ["entered", "sent-to-commission", "rejected"]
        assert task["earlier"][-1]["data"] == FOUND

    async def test_in_management_what_is_printed_and_nothing_of_the_commission(self, certificates, heard):
        task = await certificates.claim("management", "zhambyl")
        assert [(each["step"], each["data"]) for each in task["earlier"]] == [("register", {}), ("examine", WELL)]
        assert task["consulted"] == []

    async def test_in_the_phthisiatricians_step_too(self, certificates):
        await certificates.visit("tb-certificate", "responsible_employee", "zhambyl")
        await certificates.carry_out("responsible_employee", "zhambyl")
        task = await certificates.claim("phthisiatrician", "zhambyl")
        assert [(each["register"], each["listed"]) for each in task["consulted"]] == [("tb-patients", False)]
