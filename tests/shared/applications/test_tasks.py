"""Steps as tasks: who may see, take, prepare and complete them, and what a signature is good for."""

import base64

import pytest

from shared.applications.forms import StepRecord, read_document
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.testing.identities import bin_

OTHER_BIN = bin_(number=2)


@pytest.fixture
async def filed(world):
    """An application that waits for its first step."""
    return (await world.file(world.citizen())).json()


@pytest.fixture
async def checked(world, filed):
    """An application whose first step is done: the doctor must examine and sign."""
    await world.check()
    return filed


class TestList:
    async def test_shows_the_tasks_of_ones_roles(self, world, filed):
        page = (await world.get("/tasks", world.staff("clerk"))).json()
        (task,) = page["items"]
        assert task["application"] == {"id": filed["id"], "number": filed["number"]}
        assert (task["step"], task["title"], task["performer"]) == ("check", "Check", "clerk")
        assert task["patient"] == {"iin": world.citizen().actor.iin, "name": "СЕРІКҚЫЗЫ АЙГҮЛ БОЛАТҚЫЗЫ"}
        assert (await world.get("/tasks", world.staff("doctor"))).json()["items"] == []

    async def test_shows_nothing_of_another_provider(self, world, filed):
        assert (await world.get("/tasks", world.staff("clerk", bin_=OTHER_BIN))).json()["items"] == []

    async def test_refuses_a_role_that_one_lacks(self, world, filed):
        answer = await world.get("/tasks?role=doctor", world.staff("clerk"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_lets_a_supervisor_see_every_role(self, world, filed):
        assert len((await world.get("/tasks", world.staff("supervisor"))).json()["items"]) == 1
        assert len((await world.get("/tasks?role=clerk", world.staff("supervisor"))).json()["items"]) == 1

    async def test_puts_overdue_first_page_by_page(self, world, later):
        for number in range(1, 6):
            await world.file(world.citizen(number))
            later(minutes=10)
        seen, cursor = [], ""
        while cursor is not None:
            page = (await world.get(f"/tasks?limit=2{cursor and '&cursor=' + cursor}", world.staff("clerk"))).json()
            seen += page["items"]
            cursor = page["next_cursor"]
        assert [task["due_at"] for task in seen] == sorted(task["due_at"] for task in seen)
        assert [task["overdue"] for task in seen] == [True, True, False, False, False]

    async def test_puts_what_has_no_limit_last(self, world):
        for number in range(1, 5):
            await world.file(world.citizen(number))
        await world.execute("UPDATE tasks SET due_at = NULL WHERE id <> (SELECT min(id::text)::uuid FROM tasks)")
        seen, cursor = [], ""
        while cursor is not None:
            page = (await world.get(f"/tasks?limit=1{cursor and '&cursor=' + cursor}", world.staff("clerk"))).json()
            seen += [(task["due_at"] is None, task["id"]) for task in page["items"]]
            cursor = page["next_cursor"]
        assert seen == sorted(seen)
        assert [without for without, _ in seen] == [False, True, True, True]

    async def test_can_be_continued_after_the_last_item_shown(self, world, later):
        for number in range(1, 4):
            await world.file(world.citizen(number))
            later(minutes=1)
        items = (await world.get("/tasks", world.staff("clerk"))).json()["items"]
        cursor = f"{items[0]['due_at']}~{items[0]['id']}"
        rest = (await world.get("/tasks", world.staff("clerk"), params={"cursor": cursor})).json()["items"]
        assert [task["id"] for task in rest] == [task["id"] for task in items[1:]]

    @pytest.mark.parametrize(
        "query", ["cursor=x", "cursor=2026-01-01T00:00:00~att-00", "state=all", "limit=0", "limit=101"]
    )
    async def test_refuses_a_question_that_makes_no_sense(self, world, query):
        answer = await world.get(f"/tasks?{query}", world.staff("clerk"))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_leaves_an_access_record_for_each_person_shown(self, world):
        for number in (1, 2):
            await world.file(world.citizen(number))
        await world.get("/tasks", world.staff("clerk"))
        rows = await world.rows("SELECT person, action, actor FROM access_records")
        assert len({row.person for row in rows}) == 2
        assert {(row.action, row.actor) for row in rows} == {("tasks-listed", world.staff("clerk").actor.account_id)}

    async def test_is_not_for_citizens(self, world):
        assert (await world.get("/tasks", world.citizen())).status_code == 403


class TestClaim:
    async def test_shows_what_the_step_needs(self, world, filed):
        task = await world.task("clerk")
        assert task["fields"] == {"purpose": "work"}
        assert [each["key"] for each in task["outcomes"]] == ["checked"]
        assert [each["code"] for each in task["grounds"]] == ["documents-wrong"]
        assert (task["signed"], task["claimed_by"]) == (False, world.staff("clerk").actor.account_id)
        assert (await world.events())[-1] == "step-claimed"

    async def test_keeps_others_away_for_half_an_hour(self, world, filed, later):
        task = await world.task("clerk")
        taken = await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", 2))
        assert (taken.status_code, taken.json()["code"]) == (409, "task-claimed")
        later(minutes=30)
        assert (await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", 2))).status_code == 200
        late = await world.complete("clerk", task, {"outcome": "checked"})
        assert (late.status_code, late.json()["code"]) == (409, "task-not-claimed")

    async def test_gives_one_of_many_the_task(self, world, filed, together):
        (task,) = (await world.get("/tasks", world.staff("clerk"))).json()["items"]
        answers = await together(
            *(world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", n)) for n in range(1, 6))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]

    async def test_knows_no_task_of_another_provider(self, world, filed):
        task = await world.task("clerk")
        for deed in ("claim", "release", "prepare", "complete"):
            body = {"outcome": "checked"} if deed in {"prepare", "complete"} else {}
            answer = await world.post(f"/tasks/{task['id']}/{deed}", world.staff("clerk", bin_=OTHER_BIN), body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert (await world.get(f"/tasks/{task['id']}", world.staff("clerk", bin_=OTHER_BIN))).status_code == 404

    async def test_refuses_another_role(self, world, filed):
        (task,) = (await world.get("/tasks", world.staff("clerk"))).json()["items"]
        answer = await world.post(f"/tasks/{task['id']}/claim", world.staff("doctor"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_knows_no_task_that_is_none(self, world):
        for task in ("att-" + "0" * 32, "bkg-" + "0" * 32, "x"):
            assert (await world.post(f"/tasks/{task}/claim", world.staff("clerk"))).status_code == 404

    async def test_is_ended_by_a_release(self, world, filed):
        task = await world.task("clerk")
        other = await world.post(f"/tasks/{task['id']}/release", world.staff("clerk", 2))
        assert other.json()["code"] == "task-not-claimed"
        assert (await world.post(f"/tasks/{task['id']}/release", world.staff("clerk"))).status_code == 200
        assert (await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", 2))).status_code == 200
        assert (await world.events())[-3:] == ["step-claimed", "step-released", "step-claimed"]

    async def test_ends_with_its_time_before_another_begins(self, world, filed, later):
        task = await world.task("clerk")
        later(minutes=31)
        assert (await world.post(f"/tasks/{task['id']}/claim", world.staff("clerk", 2))).status_code == 200
        assert (await world.events())[-3:] == ["step-claimed", "step-released", "step-claimed"]


class TestComplete:
    async def test_carries_out_an_unsigned_step_at_once(self, world, filed):
        task = await world.task("clerk")
        answer = await world.complete("clerk", task, {"outcome": "checked"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["application"]["state"] == "in_progress"
        tasks = await world.rows("SELECT step, state FROM tasks ORDER BY opened_at, id")
        assert [(row.step, row.state) for row in tasks] == [("check", "done"), ("examine", "open")]
        assert (await world.events())[-2:] == ["step-completed", "step-opened"]

    async def test_happens_once(self, world, filed, together):
        task = await world.task("clerk")
        answers = await together(*(world.complete("clerk", task, {"outcome": "checked"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert len(await world.rows("SELECT 1 FROM journal_rows")) == 1

    async def test_replays_its_answer_under_the_same_key(self, world, filed):
        task = await world.task("clerk")
        first, again = [
            await world.complete("clerk", task, {"outcome": "checked"}, headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]
        assert (first.status_code, first.text) == (again.status_code, again.text)
        other = await world.complete("clerk", task, {"outcome": "other"}, headers={"Idempotency-Key": "k"})
        assert other.json()["code"] == "idempotency-key-reused"

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"outcome": "unheard-of"}, 422, "outcome-unknown"),
            ({"outcome": "refused"}, 422, "ground-missing"),
            ({"outcome": "refused", "ground": "unheard-of"}, 422, "ground-unknown"),
            ({"outcome": "checked", "ground": "documents-wrong"}, 422, "ground-unknown"),
            ({"outcome": "checked", "data": {"more": 1}}, 422, "invalid-request"),
            ({"outcome": "refused", "ground": "documents-wrong", "data": {"more": 1}}, 422, "invalid-request"),
            ({"outcome": "X"}, 422, "invalid-request"),
            ({}, 422, "invalid-request"),
            ({"signable_id": "att-" + "0" * 32}, 422, "invalid-request"),
        ],
    )
    async def test_refuses_what_the_regulation_does_not_know(self, world, filed, body, status, code):
        answer = await world.complete("clerk", await world.task("clerk"), body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert len(await world.rows("SELECT 1 FROM history")) == 2

    async def test_asks_for_a_claim(self, world, filed):
        (task,) = (await world.get("/tasks", world.staff("clerk"))).json()["items"]
        assert (await world.complete("clerk", task, {"outcome": "checked"})).json()["code"] == "task-not-claimed"

    async def test_asks_for_a_signature_where_the_step_is_signed(self, world, checked):
        answer = await world.complete(
            "doctor", await world.task("doctor"), {"outcome": "examined", "data": {"conclusion": "fit"}}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "signature-needed")

    async def test_refuses_an_application_on_a_ground_of_the_list(self, world, filed):
        body = {"outcome": "refused", "ground": "documents-wrong", "note": "blurred"}
        answer = await world.complete("clerk", await world.task("clerk"), body)
        assert answer.json()["application"]["state"] == "refused"
        assert world.module.ended_cases == [(filed["number"], "refused")]
        assert (await world.events())[-1] == "refused"
        assert (await world.get("/tasks", world.staff("clerk"))).json()["items"] == []

    async def test_leaves_an_access_record_for_every_deed(self, world, checked):
        await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        rows = await world.rows(
            "SELECT action FROM access_records WHERE actor_roles = '{doctor}' ORDER BY recorded_at, id"
        )
        assert [row.action for row in rows] == ["tasks-listed", "task-claimed", "step-prepared", "step-completed"]


class TestSign:
    async def test_prepares_a_record_of_the_step(self, world, checked):
        task = await world.task("doctor")
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        record = read_document(StepRecord, base64.b64decode(prepared["document"]))
        assert (record.step, record.outcome, record.data) == ("examine", "examined", {"conclusion": "fit"})
        assert (record.signable_id, record.task, record.number) == (
            prepared["signable_id"],
            task["id"],
            checked["number"],
        )
        assert record.previous_sha256 is None

    async def test_tells_the_gateway_what_the_certificate_must_carry(self, world, checked):
        prepared = (
            await world.prepare("doctor", await world.task("doctor"), "examined", data={"conclusion": "fit"})
        ).json()
        path = f"/internal/signables/{prepared['signable_id']}"
        found = (await world.get(path, world.staff("doctor"))).json()
        assert {key: found[key] for key in prepared} == prepared
        assert (found["kind"], found["bin"], found["roles"]) == (
            "json",
            world.staff("doctor").actor.bin,
            ["1.2.398.3.3.4.1.2.5"],
        )
        assert (await world.get(path, world.staff("doctor", 2))).status_code == 404
        assert (await world.get(path, world.staff("doctor", bin_=OTHER_BIN))).status_code == 404

    async def test_completes_with_the_signature_over_what_was_prepared(self, world, checked):
        answer = await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        assert answer.status_code == 200, answer.text
        assert len(await world.rows("SELECT 1 FROM signed_documents WHERE kind = 'step-record'")) == 1
        # The draft stays until it expires: a repeat under the same key is judged by it again.
        assert (await world.get(f"/applications/{checked['id']}", world.citizen())).json()[
            "seen_by"
        ] == "Дәрігеров Нұрлан"

    async def test_signs_the_result_where_the_regulation_says(self, world, checked):
        await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        task = await world.task("head")
        prepared = (await world.prepare("head", task, "approved")).json()
        assert (await world.get(f"/internal/signables/{prepared['signable_id']}", world.staff("head"))).json()[
            "kind"
        ] == "pdf"
        answer = await world.complete("head", task, world.signature("head", prepared))
        assert answer.json()["application"]["state"] == "ready", answer.text
        assert [row.state for row in await world.rows("SELECT state FROM results")] == ["signed"]

    async def test_signs_a_refusal_where_the_step_is_signed(self, world, checked):
        answer = await world.sign_step("doctor", "refused", ground="documents-wrong", note="no picture")
        assert answer.json()["application"]["state"] == "refused", answer.text
        assert len(await world.rows("SELECT 1 FROM signed_documents WHERE kind = 'step-record'")) == 1

    async def test_is_not_prepared_where_no_signature_is_needed(self, world, filed):
        answer = await world.prepare("clerk", await world.task("clerk"), "checked")
        assert (answer.status_code, answer.json()["code"]) == (409, "signature-not-needed")

    async def test_holds_for_half_an_hour(self, world, checked, later):
        task = await world.task("doctor")
        later(minutes=10)
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        later(minutes=15)
        await world.task("doctor")
        later(minutes=15)
        answer = await world.complete("doctor", task, world.signature("doctor", prepared))
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-expired")

    async def test_is_worth_nothing_when_it_was_prepared_again(self, world, checked):
        task = await world.task("doctor")
        first = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        signature = world.signature("doctor", first)
        await world.prepare("doctor", task, "examined", data={"conclusion": "unfit"})
        answer = await world.complete("doctor", task, signature)
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-replaced")

    async def test_is_worth_nothing_for_another_task(self, world):
        for number in (1, 2):
            await world.file(world.citizen(number))
            await world.check()
        items = (await world.get("/tasks", world.staff("doctor"))).json()["items"]
        one, other = [(await world.post(f"/tasks/{task['id']}/claim", world.staff("doctor"))).json() for task in items]
        prepared = (await world.prepare("doctor", one, "examined", data={"conclusion": "fit"})).json()
        answer = await world.complete("doctor", other, world.signature("doctor", prepared))
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-replaced")

    async def test_is_worth_nothing_when_the_service_sees_it_otherwise_now(self, world, checked):
        task = await world.task("doctor")
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fickle"})).json()
        answer = await world.complete("doctor", task, world.signature("doctor", prepared))
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-stale")
        assert await world.rows("SELECT 1 FROM signed_documents WHERE kind = 'step-record'") == []

    async def test_is_worth_nothing_when_the_claim_went_to_another(self, world, checked, later):
        task = await world.task("doctor")
        later(minutes=20)
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        later(minutes=11)
        await world.post(f"/tasks/{task['id']}/claim", world.staff("doctor", 2))
        answer = await world.complete("doctor", task, world.signature("doctor", prepared))
        assert (answer.status_code, answer.json()["code"]) == (409, "task-not-claimed")

    async def test_must_be_over_the_prepared_hash(self, world, checked):
        task = await world.task("doctor")
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        answer = await world.complete("doctor", task, world.signature("doctor", prepared, sha256="0" * 64))
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-stale")

    @pytest.mark.parametrize(
        "signer",
        [{"iin": "900101300015"}, {"bin": "990140000018"}, {"roles": ["1.2.398.3.3.4.1.2.3"]}, {"roles": None}],
    )
    async def test_must_be_of_the_performer_of_the_provider_in_the_role(self, world, checked, signer):
        task = await world.task("doctor")
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        body = world.signature("doctor", prepared)
        body["evidence"]["verdict"]["signer"].update(signer)
        answer = await world.complete("doctor", task, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "evidence-refused")

    async def test_must_fit_into_the_result(self, world, checked):
        await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        task = await world.task("head")
        prepared = (await world.prepare("head", task, "approved")).json()
        cms = sign(b"something else", world.staff("head").holder.key, at=world.clock.now(), detached=True)
        body = world.signature("head", prepared, signature=base64.b64encode(cms).decode())
        answer = await world.complete("head", task, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "signature-unfit")

    async def test_covers_the_records_before(self, world, checked):
        await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        task = await world.task("head")
        prepared = (await world.prepare("head", task, "refused", ground="documents-wrong")).json()
        record = read_document(StepRecord, base64.b64decode(prepared["document"]))
        (before,) = await world.rows("SELECT sha256 FROM signed_documents WHERE kind = 'step-record'")
        assert record.previous_sha256 == before.sha256.hex()

    async def test_is_refused_when_an_earlier_signature_was_tampered_with(self, world, checked):
        await world.sign_step("doctor", "examined", data={"conclusion": "fit"})
        task = await world.task("head")
        prepared = (await world.prepare("head", task, "approved")).json()
        await world.execute("UPDATE signed_documents SET sha256 = sha256('x') WHERE kind = 'step-record'")
        again = await world.prepare("head", task, "approved")
        answer = await world.complete("head", task, world.signature("head", prepared))
        assert {(a.status_code, a.json()["code"]) for a in (again, answer)} == {(409, "earlier-signature-refused")}

    async def test_replays_its_answer_under_the_same_key(self, world, checked):
        task = await world.task("doctor")
        prepared = (await world.prepare("doctor", task, "examined", data={"conclusion": "fit"})).json()
        body = world.signature("doctor", prepared)
        first = await world.complete("doctor", task, body, headers={"Idempotency-Key": "k"})
        fresh = world.evidence(
            base64.b64decode(prepared["document"]), base64.b64decode(body["signature"]), Expectation.staff()
        )
        again = await world.complete("doctor", task, body | {"evidence": fresh}, headers={"Idempotency-Key": "k"})
        assert (first.status_code, first.text) == (200, again.text)
