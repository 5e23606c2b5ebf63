"""Annulling a result and having it issued anew: who may, what the citizen and anyone else are told."""

import pytest

from shared.applications.chaining import Chainer, verify_chain
from shared.applications.results.sealing import Seals, SealWorker
from shared.testing.identities import bin_

OTHER = bin_(number=2)
WHY = {"reason": "error-in-document", "note": "Туған күні қате жазылған"}


@pytest.fixture
def sealer(world, seals):
    return SealWorker(world.office, world.database, world.clock, Seals(world.settings.seals).of)


@pytest.fixture
async def issued(world, sealer):
    filed = await world.carry_through(world.citizen())
    assert await sealer.run_once() == 1
    return filed


@pytest.fixture
def annul(world, issued):
    """Annul the result, by default as the head who signed it."""

    async def send(role="head", *, named=None, body=WHY, **options):
        by = world.staff(role, bin_=options.pop("bin_", world.staff("head").actor.bin))
        return await world.post(f"/results/{named or issued['id']}/annulment", by, body, **options)

    return send


async def codes(world):
    return [row.code for row in await world.rows("SELECT code FROM results ORDER BY signed_at")]


class TestAnnulling:
    async def test_says_what_was_annulled_and_why(self, world, issued, annul):
        answer = await annul()
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said["code"] == (await codes(world))[0]
        assert said["reason"] == {"code": "error-in-document", "text": "An error in the document"}
        assert said["application"]["status"]["code"] == "result-annulled"
        assert (await world.events())[-1] == "result-annulled"

    async def test_is_told_to_the_citizen_with_the_note(self, world, issued, annul):
        await annul()
        notice, _result = (await world.get("/notices", world.citizen())).json()["items"]
        assert (notice["kind"], notice["note"]) == ("annulment", WHY["note"])
        assert notice["text"] == "The result of the service has been annulled: An error in the document"
        shown = (await world.get(f"/applications/{issued['id']}", world.citizen())).json()
        assert (shown["result"], shown["state"]) == (None, "issued")
        (annulled,) = shown["annulled"]
        assert annulled["reason"]["code"] == "error-in-document"
        last = (await world.get(f"/applications/{issued['id']}/history", world.citizen())).json()["items"][-1]
        assert (last["action"], last["status"]["code"]) == ("annul-result", "result-annulled")
        assert (await world.get(f"/applications/{issued['id']}/result", world.citizen())).status_code == 404

    async def test_is_told_to_anyone_without_the_note(self, world, issued, annul):
        await annul()
        path = f"/verify/{(await codes(world))[0]}"
        answer = await world.get(path)
        found = answer.json()
        assert (found["genuine"], found["in_force"], found["state"]) == (True, False, "annulled")
        assert found["annulled_for"]["title"]["ru"] == "Ошибка в документе"
        assert found["annulled_at"].startswith("2026-03-16")
        page = await world.get(path, headers={"Accept": "text/html"})
        assert "Ошибка в документе" in page.text
        assert all(WHY["note"] not in told for told in (answer.text, page.text))

    async def test_adds_a_row_to_the_journal_that_names_the_old_one(self, world, issued, annul):
        await annul()
        keeper = world.staff("journal_keeper")
        old, new = (await world.get("/journals/fitness-register?year=2026", keeper)).json()["items"]
        assert (old["corrects"], new["corrects"], new["number"]) == (None, old["id"], 2)
        assert new["reason"] == f"Нәтиженің күші жойылды: Құжаттағы қате. {WHY['note']}"
        assert new["values"] == old["values"]

    async def test_follows_the_corrections_of_the_row(self, world, issued, annul):
        keeper = world.staff("journal_keeper")
        body = {"values": {"purpose": "sport"}, "reason": "misheard"}
        corrected = await world.post("/journals/fitness-register/rows/1/corrections?year=2026", keeper, body)
        assert corrected.status_code == 201, corrected.text
        await annul()
        *_, last = (await world.get("/journals/fitness-register?year=2026", keeper)).json()["items"]
        assert (last["corrects"], last["values"]["purpose"]) == (corrected.json()["id"], "sport")

    async def test_leaves_a_record_that_the_citizen_sees_and_a_chain_that_holds(self, world, issued, annul):
        await annul()
        looks = (await world.get("/access-log", world.citizen())).json()["items"]
        assert "annul-result" in {look["action"] for look in looks}
        await Chainer(world.database, world.clock).run_once()
        async with world.owner.transaction() as session:
            assert await verify_chain(session) is None

    async def test_happens_once(self, world, issued, annul, together):
        answers = await together(annul(), annul("supervisor"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert {answer.json().get("code") for answer in answers} >= {"result-annulled"}
        assert (await world.events()).count("result-annulled") == 1
        assert len(await world.rows("SELECT 1 FROM journal_rows")) == 2

    async def test_answers_a_repeat_under_its_key_alike(self, world, issued, annul):
        key = {"headers": {"Idempotency-Key": "k"}}
        first, again = await annul(**key), await annul(**key)
        assert (again.status_code, again.json()) == (200, first.json())
        other = await annul(body={"reason": "wrong-person"}, **key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")

    async def test_takes_the_code_that_stands_on_the_paper(self, world, issued, annul):
        (code,) = await codes(world)
        assert (await annul(named=code.upper().replace("-", " "))).status_code == 200

    async def test_is_the_signers_and_the_supervisors(self, world, issued, annul):
        for role in ("clerk", "doctor", "journal_keeper"):
            answer = await annul(role)
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
        assert (await annul("supervisor")).status_code == 200

    async def test_is_nobody_elses(self, world, issued, annul):
        (code,) = await codes(world)
        for named in (issued["id"], code, code[:-1] + ("0" if code[-1] != "0" else "1"), "att-x"):
            answer = await annul(named=named, bin_=OTHER)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        refused = await world.post(f"/results/{code}/annulment", world.citizen(), WHY)
        assert refused.status_code == 403

    async def test_needs_a_reason_of_the_list(self, world, issued, annul):
        for body in ({"reason": "whim"}, {}, {"reason": "wrong-person", "note": "x" * 501}):
            answer = await annul(body=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        published = (await world.get("/services/ulytau.fitness/regulation")).json()["annulment"]
        assert "error-in-document" in {reason["code"] for reason in published["reasons"]}

    async def test_waits_for_the_seal(self, world, seals):
        filed = await world.carry_through(world.citizen())
        answer = await world.post(f"/results/{filed['id']}/annulment", world.staff("head"), WHY)
        assert (answer.status_code, answer.json()["code"]) == (409, "no-result-in-force")


class TestReissuing:
    async def test_gives_a_corrected_document_with_a_new_code(self, world, issued, annul, sealer):
        await annul()
        answer = await world.post(f"/results/{issued['id']}/reissue", world.staff("head"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["step"]["performer"] == "head"
        assert answer.json()["application"]["status"]["code"] == "result-being-corrected"
        assert (await world.sign_step("head", "approved")).status_code == 200
        assert await sealer.run_once() == 1
        old, new = await codes(world)
        assert old != new
        assert (await world.get(f"/verify/{old}")).json()["annulled_for"]["code"] == "error-in-document"
        assert (await world.get(f"/verify/{new}")).json()["in_force"] is True
        shown = (await world.get(f"/applications/{issued['id']}", world.citizen())).json()
        assert (shown["result"]["code"], [each["code"] for each in shown["annulled"]]) == (new, [old])
        assert (await annul(named=old)).json()["code"] == "result-annulled"
        assert (await annul(named=new)).status_code == 200

    async def test_is_done_once(self, world, issued, annul):
        path, head = f"/results/{issued['id']}/reissue", world.staff("head")
        assert (await world.post(path, head)).json()["code"] == "not-reissuable"
        await annul()
        first = await world.post(path, head, headers={"Idempotency-Key": "k"})
        again = await world.post(path, head, headers={"Idempotency-Key": "k"})
        assert (again.status_code, again.json()) == (200, first.json())
        assert (await world.post(path, head)).json()["code"] == "not-reissuable"
        assert len(await world.rows("SELECT 1 FROM tasks WHERE step = 'approve' AND state = 'open'")) == 1

    async def test_is_the_signers_and_the_supervisors_of_that_provider(self, world, issued, annul):
        await annul()
        path = f"/results/{issued['id']}/reissue"
        assert (await world.post(path, world.staff("clerk"))).status_code == 403
        assert (await world.post(path, world.staff("head", bin_=OTHER))).status_code == 404
