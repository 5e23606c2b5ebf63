"""What these services refuse: who does steps and in which order, what is signed, what is written in the forms."""

from datetime import timedelta

import pytest
from sqlalchemy import text

AT = "zhambyl"
HEALTHY = {"conclusion": "Наркологиялық есепте тұрмайды."}


@pytest.fixture
async def narco(certificates):
    """A visitor who waits for the narcologist."""
    answer = await certificates.visit("narco-certificate", "medical_registrar", AT)
    assert answer.status_code == 201, answer.text
    await certificates.carry_out("medical_registrar", AT)
    return answer.json()


@pytest.fixture
async def task(certificates, narco):
    """The narcologist's step, which he has taken on."""
    return await certificates.claim("narcologist", AT)


@pytest.fixture
async def last(certificates, task):
    """Management's step, taken on and prepared: the step before it is signed."""
    prepared = await certificates.prepare(task, "narcologist", AT, data=HEALTHY)
    await certificates.complete(task, prepared.json(), "narcologist", AT)
    own = await certificates.claim("management", AT)
    return own, (await certificates.prepare(own, "management", AT)).json()


def told(answer):
    return answer.status_code, answer.json()["code"]


async def change(certificates, statement):
    async with certificates.owner.transaction() as session:
        await session.execute(text(statement))


class TestAStep:
    @pytest.mark.parametrize("role", ["medical_registrar", "management", "supervisor", "journal_keeper"])
    async def test_is_for_its_role_alone(self, certificates, task, role):
        for deed in ("claim", "prepare"):
            body = {"outcome": "examined", "data": HEALTHY} if deed == "prepare" else {}
            answer = await certificates.post(f"/tasks/{task['id']}/{deed}", certificates.staff(role, AT), body)
            assert told(answer) == (403, "wrong-role")

    async def test_does_not_exist_at_another_provider(self, certificates, task):
        stranger = certificates.staff("narcologist", "dispensary")
        for deed in ("claim", "prepare", "release"):
            body = {"outcome": "examined", "data": HEALTHY} if deed == "prepare" else {}
            answer = await certificates.post(f"/tasks/{task['id']}/{deed}", stranger, body)
            assert answer.status_code == 404

    async def test_is_for_who_has_taken_it_on(self, certificates, task):
        colleague = certificates.staff("narcologist", AT, colleague=True)
        step = {"outcome": "examined", "data": HEALTHY}
        assert told(await certificates.post(f"/tasks/{task['id']}/claim", colleague)) == (409, "task-claimed")
        assert told(await certificates.post(f"/tasks/{task['id']}/prepare", colleague, step)) == (
            409,
            "task-not-claimed",
        )

    async def test_is_signed_by_who_prepared_it(self, certificates, task):
        prepared = (await certificates.prepare(task, "narcologist", AT, data=HEALTHY)).json()
        own = certificates.people[f"narcologist {AT}"]
        certificates.people[f"narcologist {AT}"] = certificates.staff("narcologist", AT, colleague=True)
        assert (await certificates.complete(task, prepared, "narcologist", AT)).status_code == 404
        certificates.people[f"narcologist {AT}"] = type(own)(
            actor=own.actor, holder=certificates.staff("narcologist", AT, colleague=True).holder
        )
        assert told(await certificates.complete(task, prepared, "narcologist", AT)) == (422, "evidence-refused")

    async def test_does_not_come_before_the_one_that_leads_to_it(self, certificates):
        """Zhambyl 6: the result of a step is the ground to begin the next."""
        await certificates.visit("narco-certificate", "medical_registrar", AT)
        for role in ("narcologist", "management"):
            assert (await certificates.get("/tasks", certificates.staff(role, AT))).json()["items"] == []
        (row,) = await certificates.rows("SELECT step FROM tasks")
        assert row.step == "register"

    async def test_is_not_done_with_what_was_signed_for_another(self, certificates):
        await certificates.visit("narco-certificate", "medical_registrar", AT)
        first = await certificates.claim("medical_registrar", AT)
        prepared = (await certificates.prepare(first, "medical_registrar", AT)).json()
        await certificates.complete(first, prepared, "medical_registrar", AT)
        await certificates.visit("narco-certificate", "medical_registrar", AT, number=2)
        other = await certificates.claim("medical_registrar", AT)
        assert told(await certificates.complete(other, prepared, "medical_registrar", AT)) == (409, "draft-replaced")

    async def test_is_done_once(self, certificates, task):
        prepared = (await certificates.prepare(task, "narcologist", AT, data=HEALTHY)).json()
        assert (await certificates.complete(task, prepared, "narcologist", AT)).status_code == 200
        assert told(await certificates.complete(task, prepared, "narcologist", AT)) == (409, "task-closed")
        again = await certificates.prepare(task, "narcologist", AT, data=HEALTHY)
        assert told(again) == (409, "task-closed")
        assert len(await certificates.rows("SELECT id FROM signed_documents")) == 2


class TestASignature:
    async def test_over_an_older_draft_counts_for_nothing(self, certificates, task):
        older = (await certificates.prepare(task, "narcologist", AT, data=HEALTHY)).json()
        newer = (await certificates.prepare(task, "narcologist", AT, data={"conclusion": "Есепте тұрады."})).json()
        assert told(await certificates.complete(task, older, "narcologist", AT)) == (409, "draft-replaced")
        mixed = {**older, "signable_id": newer["signable_id"]}
        assert told(await certificates.complete(task, mixed, "narcologist", AT)) == (409, "draft-stale")
        assert (await certificates.complete(task, newer, "narcologist", AT)).status_code == 200

    async def test_counts_for_half_an_hour(self, certificates, task):
        prepared = (await certificates.prepare(task, "narcologist", AT, data=HEALTHY)).json()
        certificates.clock.advance(timedelta(minutes=30))
        assert told(await certificates.complete(task, prepared, "narcologist", AT)) == (409, "draft-expired")

    async def test_over_another_record_before_it_is_refused(self, certificates, last):
        own, prepared = last
        await change(certificates, "UPDATE drafts SET previous_sha256 = sha256(CAST('another record' AS bytea))")
        assert told(await certificates.complete(own, prepared, "management", AT)) == (409, "draft-stale")

    async def test_after_a_record_that_is_not_what_was_signed_is_refused(self, certificates, last):
        own, prepared = last
        await change(
            certificates,
            "UPDATE signed_documents SET sha256 = sha256(CAST('changed' AS bytea)) WHERE received_at = "
            "(SELECT max(received_at) FROM signed_documents)",
        )
        assert told(await certificates.complete(own, prepared, "management", AT)) == (409, "earlier-signature-refused")
        answer = await certificates.prepare(own, "management", AT)
        assert told(answer) == (409, "earlier-signature-refused")

    async def test_of_an_organisation_without_the_right_seals_nothing(self, certificates, last, tmp_path):
        """The seal's certificate is an employee's: it has no role that may seal."""
        own, prepared = last
        assert (await certificates.complete(own, prepared, "management", AT)).status_code == 200
        provider = certificates.staff("management", AT).actor.bin
        weak = certificates.staff("narcologist", AT).holder
        (tmp_path / f"{provider}.p12").write_bytes(weak.p12("secret"))
        (tmp_path / f"{provider}.pass").write_text("secret")
        await certificates.seal(tmp_path)
        (row,) = await certificates.rows("SELECT state, code FROM results")
        assert row.state == "signed"
        assert (await certificates.get(f"/verify/{row.code}")).status_code == 404
        certificates.clock.advance(timedelta(hours=1))
        assert await certificates.seal() == 1


class TestAForm:
    @pytest.mark.parametrize(("name", "value"), [
        ("condition", None), ("condition", ""), ("condition", "x" * 501), ("condition", "ауырады\x07"),
        ("address", None), ("address", "Абай"), ("address", "x" * 301), ("address", "Абай көшесі,\x1b[2J 15"),
        ("phone", None), ("phone", "87011234567890123"), ("phone", "+7701\x00234567"), ("phone", "жоқ"),
    ])  # fmt: skip
    @pytest.mark.parametrize("service", ["phc-certificate", "disability-sheet", "disability-certificate"])
    async def test_of_akmola_is_refused_with_the_place_named(self, certificates, service, name, value):
        answer = await certificates.visit(service, "registration_operator", "akmola", **{name: value})
        assert told(answer) == (422, "invalid-request")
        assert {each["pointer"] for each in answer.json()["errors"]} == {f"/fields/{name}"}
        assert await certificates.rows("SELECT id FROM applications") == []

    @pytest.mark.parametrize(("service", "role"), [
        ("tb-certificate", "responsible_employee"), ("psych-certificate", "medical_registrar"),
        ("narco-certificate", "medical_registrar"),
    ])  # fmt: skip
    @pytest.mark.parametrize("fields", [{"phone": "+7701\n1234567"}, {"diagnosis": "F20"}])
    async def test_of_zhambyl_is_refused_too(self, certificates, service, role, fields):
        answer = await certificates.visit(service, role, AT, **fields)
        assert told(answer) == (422, "invalid-request")
        assert await certificates.rows("SELECT id FROM applications") == []

    @pytest.mark.parametrize("conclusion", ["x" * 2001, "бір\x00екі", "\u202eкері", " "])
    async def test_of_a_step_is_refused(self, certificates, task, conclusion):
        answer = await certificates.prepare(task, "narcologist", AT, data={"conclusion": conclusion})
        assert told(answer) == (422, "invalid-request")
