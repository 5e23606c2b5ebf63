"""Registers outside the suite: the National Register of TB patients, the dynamic-observation database."""

import hashlib
import json
import logging
from dataclasses import replace

import pytest
from sqlalchemy import text

PICTURE = {"picture": "fluorography", "picture_on": "2026-04-02", "conclusion": "Өзгеріс жоқ."}


@pytest.fixture
async def tb(certificates):
    """A visitor of the TB dispensary, registered at the window, and the employee's task."""
    answer = await certificates.visit("tb-certificate", "responsible_employee", "zhambyl")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def kept(certificates):
    return await certificates.rows("SELECT * FROM register_answers ORDER BY asked_at, id")


class TestTbCertificate:
    """Zhambyl tb-certificate 5, 8: employee, phthisiatrician and management, 20 minutes each."""

    async def test_is_issued_once_the_national_register_was_consulted(self, certificates, tb):
        """5(1): the first step consults it, and no other."""
        await certificates.carry_out("responsible_employee", "zhambyl")
        await certificates.carry_out("phthisiatrician", "zhambyl", data=PICTURE)
        await certificates.carry_out("management", "zhambyl")
        await certificates.seal()
        shown = await certificates.shown(tb["id"])
        assert [(each["performer"], each["limit"]) for each in shown["steps"]] == [
            ("responsible_employee", "20 m"), ("phthisiatrician", "20 m"), ("management", "20 m"),
        ]  # fmt: skip
        assert shown["state"] == "issued"
        assert certificates.outside.asked == [("tb-patients", certificates.citizen().iin)]


class TestAnExternalRegister:
    @pytest.mark.parametrize("behaviour", ["dead", "slow", "garbage", "wrong", "endless", "odd"])
    async def test_leaves_the_step_open_while_it_gives_no_answer(self, certificates, tb, behaviour):
        task = await certificates.claim("responsible_employee", "zhambyl")
        certificates.outside.behaviour = behaviour
        answer = await certificates.prepare(task, "responsible_employee", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (503, "external-register-away")
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["register"] == "tb-patients"
        assert await kept(certificates) == []
        certificates.outside.behaviour = "ok"
        assert (await certificates.prepare(task, "responsible_employee", "zhambyl")).status_code == 200

    async def test_is_away_where_it_has_no_address(self, certificates, tb):
        module = certificates.office.module("tb-certificate")
        task, known = await certificates.claim("responsible_employee", "zhambyl"), dict(module.consultations.registers)
        module.consultations.registers.clear()
        try:
            answer = await certificates.prepare(task, "responsible_employee", "zhambyl")
        finally:
            module.consultations.registers.update(known)
        assert (answer.status_code, answer.json()["code"]) == (503, "external-register-away")

    async def test_is_kept_as_evidence_byte_for_byte(self, certificates, tb):
        own = certificates.citizen().iin
        certificates.outside.listed.add(("tb-patients", own))
        await certificates.carry_out("responsible_employee", "zhambyl")
        (row,) = await kept(certificates)
        assert own.encode() not in row.content
        async with certificates.platform.database.transaction() as session:
            person = await certificates.office.persons.get(session, row.person)
        exact = person.open(f"register_answers.content:{row.id.hex}", row.content)
        assert hashlib.sha256(exact).digest() == row.sha256
        assert json.loads(exact)["listed"] is True
        assert row.asked_by == certificates.staff("responsible_employee", "zhambyl").actor.account_id

    async def test_is_away_where_nobody_listens(self, certificates, tb, monkeypatch):
        registers = certificates.office.module("tb-certificate").consultations.registers
        nowhere = replace(registers["tb-patients"], url="http://127.0.0.1:9/tb-patients")
        monkeypatch.setitem(registers, "tb-patients", nowhere)
        task = await certificates.claim("responsible_employee", "zhambyl")
        answer = await certificates.prepare(task, "responsible_employee", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (503, "external-register-away")

    @pytest.mark.parametrize("behaviour", ["ok", "dead", "garbage", "wrong"])
    async def test_is_written_in_no_log_whatever_it_says(self, certificates, tb, behaviour, caplog, capsys):
        own = certificates.citizen().iin
        certificates.outside.listed.add(("tb-patients", own))
        certificates.outside.behaviour = behaviour
        task = await certificates.claim("responsible_employee", "zhambyl")
        with caplog.at_level(logging.DEBUG):
            await certificates.prepare(task, "responsible_employee", "zhambyl")
        written = "".join((*(str(vars(line)) for line in caplog.records), *capsys.readouterr()))
        assert ("gave no answer" in written) == (behaviour != "ok")
        assert not any(word in written for word in (own, "listed", "not an answer"))

    async def test_decides_nothing_and_leaves_the_service_nowhere(self, certificates, tb):
        """Whether he is listed changes nothing that is signed, printed, entered or told but to who holds the step."""
        own, seen, signed = certificates.citizen().iin, [], []
        for listed in (False, True):
            if listed:
                certificates.outside.listed.add(("tb-patients", own))
                await certificates.visit("tb-certificate", "responsible_employee", "zhambyl")
            await certificates.carry_out("responsible_employee", "zhambyl")
            task = await certificates.claim("phthisiatrician", "zhambyl")
            seen.append({name: task[name] for name in task if name not in {"id", "application", "consulted"}})
            prepared = await certificates.prepare(task, "phthisiatrician", "zhambyl", data=PICTURE)
            signed.append(len(prepared.json()["document"]))
            await certificates.complete(task, prepared.json(), "phthisiatrician", "zhambyl")
            await certificates.carry_out("management", "zhambyl")
            await certificates.seal()
        assert seen[0] == seen[1]
        assert signed[0] == signed[1]
        entered = await certificates.get("/journals/certificates", certificates.staff("journal_keeper", "zhambyl"))
        first, second = ({**each["values"], "number": ""} for each in entered.json()["items"])
        assert first == second
        assert "listed" not in entered.text
        rows = await certificates.rows("SELECT type, length(data::text) AS size FROM outbox ORDER BY seq")
        half = len(rows) // 2
        assert [(row.type, row.size) for row in rows[:half]] == [(row.type, row.size) for row in rows[half:]]

    async def test_is_a_look_that_the_person_sees(self, certificates, tb):
        await certificates.carry_out("responsible_employee", "zhambyl")
        rows = await certificates.rows("SELECT actor FROM access_records WHERE action = 'register-consulted'")
        assert [row.actor for row in rows] == ["responsible_employee zhambyl"]

    async def test_is_not_asked_for_a_refusal(self, certificates, tb):
        certificates.outside.behaviour = "dead"
        task = await certificates.claim("responsible_employee", "zhambyl")
        ground = task["grounds"][0]["code"]
        answer = await certificates.prepare(task, "responsible_employee", "zhambyl", "refused", ground=ground)
        assert answer.status_code == 200, answer.text

    async def test_can_be_rewritten_by_nobody(self, certificates, tb):
        async with certificates.platform.database.transaction() as session:
            rights = await session.scalars(
                text("SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = "
                     "'register_answers' AND grantee = current_user")
            )  # fmt: skip
            assert set(rights) == {"SELECT", "INSERT"}
