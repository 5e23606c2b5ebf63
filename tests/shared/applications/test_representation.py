"""Applying for another: by what right, whose the application is, and what the other sees of it."""

import json
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from shared.applications.register import Acting, Standing
from shared.testing.identities import iin

CHILD = iin(birth=date(2015, 6, 1), number=5)
GROWN = iin(birth=date(2000, 6, 1), number=6)
NAMES = {"surname": "Серікқызы", "given_name": "Айару", "patronymic": None}
RIGHT = Standing(reason=None, kind="parent", until=date(2033, 6, 1), names=NAMES)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
SEEN = {"kind": "parent", "proof": "birth-certificate", "number": "11-22 № 33"}


@pytest.fixture
def parent(world):
    return world.citizen()


@pytest.fixture
def child(world):
    """The child's own account, years later."""
    own = world.citizen(2)
    own.actor = type(own.actor)(kind="citizen", account_id="child", session_id="s", iin=CHILD, acr="certificate")
    return own


@pytest.fixture
async def filed(world, parent):
    world.register.let_act(parent.actor.iin, CHILD, RIGHT)
    answer = await world.file(parent, patient={"iin": CHILD})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def looks(world, whose):
    return (await world.get("/access-log", whose)).json()["items"]


class TestFiling:
    async def test_asks_whether_the_applicant_may(self, world, parent, filed):
        ((asked, account),) = world.register.asked
        assert isinstance(asked, Acting)
        assert (asked.applicant.value, asked.patient.value) == (parent.actor.iin, CHILD)
        assert account == parent.actor.account_id

    async def test_is_about_the_patient_by_the_registers_name(self, world, parent, filed):
        shown = (await world.get(f"/applications/{filed['id']}", parent)).json()
        assert shown["patient"] == {"iin": CHILD, "name": "Серікқызы Айару"}
        assert shown["representative"] == {
            "name": "СЕРІКҚЫЗЫ АЙГҮЛ БОЛАТҚЫЗЫ", "kind": "parent", "shown_by": "register",
        }  # fmt: skip
        task = await world.task("clerk")
        assert (task["patient"]["name"], task["representative"]) == ("Серікқызы Айару", shown["representative"])

    async def test_enters_the_patient_in_the_journal(self, world, filed):
        await world.check()
        (row,) = (await world.get("/journals/fitness-register?year=2026", world.staff("journal_keeper"))).json()[
            "items"
        ]
        assert row["values"] == {"surname": "Серікқызы", "age": 10, "purpose": "work"}

    async def test_is_found_by_both(self, world, parent, child, filed):
        for one in (parent, child):
            assert [each["id"] for each in (await world.get("/applications", one)).json()["items"]] == [filed["id"]]
            assert (await world.get(f"/applications/{filed['id']}/evidence", one)).status_code == 200

    async def test_gives_a_repeat_the_same_answer_without_asking_again(self, world, parent, filed):
        document = world.document(parent, patient={"iin": CHILD})
        first = await world.file(parent, exact=document, key="k")
        world.register.away = True
        for key, status in (("k", 201), (None, 200)):
            answer = await world.file(parent, exact=document, key=key)
            assert (answer.status_code, answer.json()) == (status, first.json())

    async def test_is_refused_while_the_register_is_away(self, world, parent):
        world.register.away = True
        answer = await world.file(parent, patient={"iin": CHILD})
        assert (answer.status_code, answer.json()["code"]) == (503, "register-away")
        assert answer.headers["Retry-After"]
        assert await world.rows("SELECT 1 FROM applications") == []

    @pytest.mark.parametrize(("reason", "code"), [
        ("not-recorded", "representation-not-recorded"), ("not-begun", "representation-not-begun"),
        ("ended", "representation-over"), ("revoked", "representation-withdrawn"), ("dead", "patient-recorded-dead"),
    ])  # fmt: skip
    async def test_is_refused_without_a_right(self, world, parent, reason, code):
        world.register.no_right = reason
        answer = await world.file(parent, patient={"iin": CHILD})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await world.rows("SELECT 1 FROM applications") == []
        assert await world.rows("SELECT 1 FROM person_keys") == []

    async def test_is_refused_for_a_number_of_nobody(self, world, parent):
        answer = await world.file(parent, patient={"iin": "150601500001"})
        assert (answer.status_code, answer.json()["code"]) == (422, "iin-invalid")
        assert world.register.asked == []

    async def test_asks_nothing_of_who_applies_for_himself(self, world, parent):
        world.register.away = True
        assert (await world.file(parent)).status_code == 201


class TestAClaimedRight:
    """A service may judge documents that show the right itself; then the register need not have it."""

    @pytest.fixture
    def judging(self, world):
        world.module.patient_named = lambda fields: NAMES

    async def upload(self, world, by):
        path, headers = "/documents?service=ulytau.fitness", {"Content-Type": "application/pdf"}
        answer = await world.call("POST", path, by, content=PDF, headers=headers)
        assert answer.status_code == 201, answer.text
        return {key: answer.json()[key] for key in ("id", "sha256")}

    async def test_lets_the_application_in_with_its_documents(self, world, parent, judging):
        document = await self.upload(world, parent)
        answer = await world.file(parent, patient={"iin": CHILD}, documents=[document])
        assert answer.status_code == 201, answer.text
        task = await world.task("clerk")
        assert (task["representative"]["kind"], task["representative"]["shown_by"]) == (None, "application")
        path = f"/tasks/{task['id']}/documents/{document['id']}"
        assert (await world.get(path, world.staff("clerk"))).content == PDF

    async def test_is_not_enough_without_documents_or_after_a_revocation(self, world, parent, judging):
        answer = await world.file(parent, patient={"iin": CHILD})
        assert answer.json()["code"] == "representation-not-recorded"
        world.register.no_right = "revoked"
        answer = await world.file(parent, patient={"iin": CHILD}, documents=[await self.upload(world, parent)])
        assert answer.json()["code"] == "representation-withdrawn"


class TestThePatient:
    async def test_sees_what_the_representative_did_and_read(self, world, parent, child, filed):
        await world.get("/applications", parent)
        await world.get(f"/applications/{filed['id']}", parent)
        await world.get(f"/applications/{filed['id']}", child)
        found = [(each["action"], each["name"], each["roles"]) for each in await looks(world, child)]
        assert found == [
            (action, "СЕРІКҚЫЗЫ АЙГҮЛ БОЛАТҚЫЗЫ", ["parent"])
            for action in ("application-read", "applications-listed", "application-filed")
        ]

    async def test_sees_that_the_representative_read_the_notices(self, world, parent, child, filed):
        refusal = {"outcome": "refused", "ground": "documents-wrong"}
        assert (await world.complete("clerk", await world.task("clerk"), refusal)).status_code == 200
        (notice,) = (await world.get("/notices", parent)).json()["items"]
        assert notice["application"]["id"] == filed["id"]
        look, *_ = await looks(world, child)
        assert (look["action"], look["name"], look["roles"]) == (
            "notices-listed", "СЕРІКҚЫЗЫ АЙГҮЛ БОЛАТҚЫЗЫ", ["parent"],
        )  # fmt: skip
        assert look["application"]["id"] == filed["id"]
        await world.get("/notices", child)
        assert [each["action"] for each in await looks(world, child)].count("notices-listed") == 1

    async def test_has_the_sealed_content_under_a_key_of_his_own(self, world, filed):
        (row,) = await world.rows("SELECT applicant, patient FROM applications")
        assert row.applicant != row.patient
        (signed,) = await world.rows("SELECT person FROM signed_documents")
        assert signed.person == row.patient


class TestARightThatEnded:
    """The child comes of age on 1 June 2033; in Almaty that day begins at 19:00 UTC."""

    @pytest.fixture
    async def refused(self, world, filed):
        refusal = {"outcome": "refused", "ground": "documents-wrong"}
        assert (await world.complete("clerk", await world.task("clerk"), refusal)).status_code == 200
        return filed

    async def found(self, world, by, filed):
        lists = [len((await world.get(path, by)).json()["items"]) for path in ("/applications", "/notices")]
        own = f"/applications/{filed['id']}"
        parts = [await world.get(own + part, by) for part in ("", "/history", "/evidence", "/result")]
        return lists, {answer.json().get("code") == "not-found" for answer in parts}

    async def test_shows_the_representative_nothing_more(self, world, parent, child, refused):
        world.clock.set(datetime(2033, 5, 31, 18, 59, 59, tzinfo=UTC))
        assert await self.found(world, parent, refused) == ([1, 1], {False})
        world.clock.set(datetime(2033, 5, 31, 19, tzinfo=UTC))
        assert await self.found(world, parent, refused) == ([0, 0], {True})
        assert await self.found(world, child, refused) == ([1, 1], {False})

    async def test_leaves_him_what_is_his_own(self, world, parent, filed):
        own = (await world.file(parent)).json()
        world.clock.set(datetime(2034, 1, 1, tzinfo=UTC))
        assert [each["id"] for each in (await world.get("/applications", parent)).json()["items"]] == [own["id"]]


class TestWithdrawing:
    @pytest.fixture
    def withdraw(self, world, parent, filed):
        async def send(by=None):
            who = by or parent
            document = {
                "purpose": "withdrawal", "audience": "shlyuz", "request_id": str(uuid4()),
                "applicant": {"iin": who.actor.iin}, "application": filed["id"], "fields": {}, "form_token": "t",
            }  # fmt: skip
            (edition,) = {each.id for each in world.office.regulations.editions["ulytau", "fitness"]}
            signed = world.signed(who, json.dumps(document).encode(), form={"edition": edition})
            return await world.post(f"/applications/{filed['id']}/withdrawal", who, signed)

        return send

    async def test_is_seen_by_the_patient(self, world, child, withdraw):
        answer = await withdraw()
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn"), answer.text
        found = [each["action"] for each in await looks(world, child)]
        assert sorted(found[:2]) == ["application-read", "application-withdrawal"]

    @pytest.mark.parametrize(("reason", "code"), [
        ("revoked", "representation-withdrawn"), ("ended", "representation-over"),
        ("not-recorded", "representation-not-recorded"),
    ])  # fmt: skip
    async def test_is_refused_when_the_right_has_gone(self, world, withdraw, reason, code):
        world.register.rights.clear()
        world.register.no_right = reason
        answer = await withdraw()
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_waits_for_a_register_that_is_away(self, world, withdraw):
        world.register.away = True
        answer = await withdraw()
        assert (answer.status_code, answer.json()["code"]) == (503, "register-away")


class TestAtTheWindow:
    @pytest.fixture
    def register(self, world, parent):
        async def send(**patient):
            visit = {
                "region": "ulytau", "service": "fitness", "channel": "direct", "fields": {"purpose": "work"},
                "applicant": {"iin": parent.actor.iin, "surname": "Серікқызы", "given_name": "Айгүл"},
                "patient": {"iin": CHILD, **patient},
            }  # fmt: skip
            return await world.post("/workstation/applications", world.staff("clerk"), visit)

        return send

    async def test_goes_by_the_register(self, world, parent, register):
        world.register.let_act(parent.actor.iin, CHILD, RIGHT)
        task = (await register()).json()["task"]
        shown = (await world.get(f"/tasks/{task}", world.staff("clerk"))).json()
        assert shown["patient"] == {"iin": CHILD, "name": "Серікқызы Айару"}
        assert shown["representative"] == {"name": "Серікқызы Айгүл", "kind": "parent", "shown_by": "register"}

    async def test_or_by_a_document_that_staff_saw(self, world, child, register):
        answer = await register(surname="Серікқызы", given_name="Айару", right=SEEN)
        assert answer.status_code == 201, answer.text
        shown = (await world.get(f"/tasks/{answer.json()['task']}", world.staff("clerk"))).json()
        assert (shown["patient"]["name"], shown["representative"]["shown_by"]) == ("Серікқызы Айару", "document")
        assert "application-registered" in {each["action"] for each in await looks(world, child)}

    @pytest.mark.parametrize("reason", ["not-begun", "ended"])
    async def test_a_document_makes_good_what_the_register_lacks(self, world, register, reason):
        world.register.no_right = reason
        assert (await register(surname="Серікқызы", right=SEEN)).status_code == 201

    @pytest.mark.parametrize(("reason", "code"), [
        ("revoked", "representation-withdrawn"), ("dead", "patient-recorded-dead"),
    ])  # fmt: skip
    async def test_no_document_brings_back_what_the_register_ended(self, world, register, reason, code):
        world.register.no_right = reason
        answer = await register(surname="Серікқызы", right=SEEN)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await world.rows("SELECT 1 FROM applications") == []

    async def test_or_by_what_the_service_judges(self, world, register):
        world.module.patient_named = lambda fields: NAMES
        task = (await register()).json()["task"]
        shown = (await world.get(f"/tasks/{task}", world.staff("clerk"))).json()
        assert (shown["patient"]["name"], shown["representative"]["shown_by"]) == ("Серікқызы Айару", "application")

    @pytest.mark.parametrize("patient", [{}, {"surname": "Серікқызы", "right": SEEN}], ids=["register", "document"])
    async def test_waits_for_a_register_that_is_away(self, world, register, patient):
        world.register.away = True
        answer = await register(**patient)
        assert (answer.status_code, answer.json()["code"]) == (503, "register-away")

    @pytest.mark.parametrize(("patient", "code"), [
        ({}, "representation-not-recorded"),
        ({"iin": GROWN, "surname": "Серікқызы", "right": SEEN}, "representation-over"),
        ({"surname": "Серікқызы", "right": {**SEEN, "kind": "friend"}}, "invalid-request"),
        ({"surname": "Серікқызы", "right": {**SEEN, "proof": "court-decision"}}, "invalid-request"),
        ({"surname": "Серікқызы", "right": {**SEEN, "number": "1\u202e"}}, "invalid-request"),
        ({"surname": "Серікқызы"}, "invalid-request"),
        ({"right": SEEN}, "invalid-request"),
        ({"iin": "150601500001"}, "iin-invalid"),
    ])  # fmt: skip
    async def test_refuses_who_has_no_right(self, world, register, patient, code):
        answer = await register(**patient)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert await world.rows("SELECT 1 FROM applications") == []
