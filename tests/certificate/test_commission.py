"""Zhambyl psych-certificate: a suspicion sends the person to a commission elsewhere, while the clock rests."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

WELL = {"conclusion": "Психикалық бұзылыс анықталған жоқ."}
FOUND = {"commission_conclusion": "Комиссия күдікті растамады."}


@pytest.fixture
async def psych(certificates):
    """A visitor of the psychoneurological dispensary who waits for the psychiatrist."""
    answer = await certificates.visit("psych-certificate", "medical_registrar", "zhambyl")
    assert answer.status_code == 201, answer.text
    await certificates.carry_out("medical_registrar", "zhambyl")
    return answer.json()


async def due(certificates):
    (task,) = (await certificates.get("/tasks", certificates.staff("psychiatrist", "zhambyl"))).json()["items"]
    return datetime.fromisoformat(task["due_at"])


class TestPsychCertificate:
    """Zhambyl psych-certificate 5, 8: registrar 30 minutes, psychiatrist 2 hours, management 30 minutes."""

    async def test_consults_the_dynamic_observation_database(self, certificates, psych):
        assert certificates.outside.asked == [("dynamic-observation", certificates.citizen().iin)]

    async def test_is_issued_without_a_commission(self, certificates, psych):
        await certificates.carry_out("psychiatrist", "zhambyl", "examined", data=WELL)
        await certificates.carry_out("management", "zhambyl")
        await certificates.seal()
        shown = await certificates.shown(psych["id"])
        assert [(each["performer"], each["limit"]) for each in shown["steps"]] == [
            ("medical_registrar", "30 m"), ("psychiatrist", "2 h"), ("management", "30 m"),
        ]  # fmt: skip
        assert shown["state"] == "issued"


class TestTheCommission:
    """5(2): sent to the regional dispensary, to confirm or reject; the way back and the resting clock are ours."""

    @pytest.fixture
    async def sent(self, certificates, psych):
        await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
        return psych

    async def test_is_another_providers_task(self, certificates, sent):
        here = (await certificates.get("/tasks", certificates.staff("commission", "zhambyl"))).json()["items"]
        assert here == []
        task = await certificates.claim("commission", "dispensary")
        assert [each["key"] for each in task["outcomes"]] == ["confirmed", "rejected"]
        stranger = await certificates.prepare(task, "commission", "zhambyl", "rejected", data=FOUND)
        assert stranger.status_code == 404

    @pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
    async def test_comes_back_to_the_psychiatrist_whose_clock_rested(self, certificates, psych, outcome):
        before = await due(certificates)
        await certificates.carry_out("psychiatrist", "zhambyl", "sent-to-commission")
        assert (await certificates.get("/tasks", certificates.staff("psychiatrist", "zhambyl"))).json()["items"] == []
        certificates.clock.advance(timedelta(hours=3))
        await certificates.carry_out("commission", "dispensary", outcome, data=FOUND)
        assert await due(certificates) == before + timedelta(hours=3)
        await certificates.carry_out("psychiatrist", "zhambyl", "examined", data=WELL)
        await certificates.carry_out("management", "zhambyl")
        assert await certificates.seal() == 1
        assert (await certificates.shown(psych["id"]))["state"] == "issued"

    async def test_signs_a_record_that_management_checks_with_the_others(self, certificates, sent):
        signed_at = certificates.clock.now()
        await certificates.carry_out("commission", "dispensary", "rejected", data=FOUND)
        certificates.clock.advance(timedelta(minutes=1))
        await certificates.carry_out("psychiatrist", "zhambyl", "examined", data=WELL)
        member = certificates.staff("commission", "dispensary")
        certificates.authority.revoke(member.holder.certificate, at=signed_at - timedelta(seconds=1))
        task = await certificates.claim("management", "zhambyl")
        answer = await certificates.prepare(task, "management", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (409, "earlier-signature-refused")

    async def test_is_not_named_on_the_page(self, certificates, sent):
        """Ours: whoever is shown the certificate does not learn that there was a suspicion."""
        await certificates.carry_out("commission", "dispensary", "rejected", data=FOUND)
        await certificates.carry_out("psychiatrist", "zhambyl", "examined", data=WELL)
        await certificates.carry_out("management", "zhambyl")
        await certificates.seal()
        pages = PdfReader(io.BytesIO(await certificates.pdf(sent["id"]))).pages
        printed = " ".join("".join(each.extract_text() for each in pages).split())
        assert WELL["conclusion"] in printed
        assert "психиатр" in printed.casefold()
        assert "комиссия" not in printed.casefold()

    async def test_must_answer_before_the_psychiatrist_can(self, certificates, sent):
        (task,) = await certificates.rows("SELECT id FROM tasks WHERE step = 'examine'")
        by = certificates.staff("psychiatrist", "zhambyl")
        answer = await certificates.post(f"/tasks/{certificates.office.public(task.id)}/claim", by)
        assert (answer.status_code, answer.json()["code"]) == (409, "task-closed")
