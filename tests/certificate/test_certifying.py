"""The two plain certificates, from the window to the sealed page: akmola phc-certificate, zhambyl narco-certificate."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

HEALTHY = {"conclusion": "Наркологиялық есепте тұрмайды."}
ISSUED = {"form": "form-079", "conclusion": "Қарсы көрсетілім жоқ."}


@pytest.fixture
async def narco(certificates):
    """A visitor of the narcological dispensary, registered at the window."""
    answer = await certificates.visit("narco-certificate", "medical_registrar", "zhambyl")
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def phc(certificates):
    answer = await certificates.visit("phc-certificate", "registration_operator", "akmola")
    assert answer.status_code == 201, answer.text
    return answer.json()


def page(pdf):
    return " ".join("".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages).split())


class TestNarcoCertificate:
    """Zhambyl narco-certificate 5, 8: registrar 30 minutes, narcologist 2 hours, management 30 minutes."""

    async def test_goes_from_registrar_to_narcologist_to_management(self, certificates, narco):
        await certificates.carry_out("medical_registrar", "zhambyl")
        await certificates.carry_out("narcologist", "zhambyl", data=HEALTHY)
        done = await certificates.carry_out("management", "zhambyl")
        assert done["application"]["state"] == "ready"
        assert await certificates.seal() == 1
        shown = await certificates.shown(narco["id"])
        assert [(each["performer"], each["limit"]) for each in shown["steps"]] == [
            ("medical_registrar", "30 m"), ("narcologist", "2 h"), ("management", "30 m"),
        ]  # fmt: skip
        assert shown["state"] == "issued"

    async def test_prints_what_the_narcologist_signed_with_room_for_ink_and_stamp(self, certificates, narco):
        await certificates.carry_out("medical_registrar", "zhambyl")
        await certificates.carry_out("narcologist", "zhambyl", data=HEALTHY)
        await certificates.carry_out("management", "zhambyl")
        await certificates.seal()
        printed = page(await certificates.pdf(narco["id"]))
        for words in (HEALTHY["conclusion"], "Қасымова Әсел Болатқызы", "14.05.1990", narco["number"], "М.О.", "қолы"):
            assert words in printed

    async def test_signs_a_record_at_each_step_and_the_page_at_the_last(self, certificates, narco):
        await certificates.carry_out("medical_registrar", "zhambyl")
        await certificates.carry_out("narcologist", "zhambyl", data=HEALTHY)
        await certificates.carry_out("management", "zhambyl")
        rows = await certificates.rows("SELECT kind FROM signed_documents ORDER BY received_at, id")
        assert [row.kind for row in rows] == ["step-record", "step-record", "result"]

    async def test_asks_the_register_whether_he_belongs_to_the_district(self, certificates, narco):
        """5(1): attachment to the district; where it lacks, the step is refused on that ground and on no other."""
        certificates.register.lack = "attached-elsewhere"
        task = await certificates.claim("medical_registrar", "zhambyl")
        answer = await certificates.prepare(task, "medical_registrar", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (409, "precondition-not-met")
        refusal = {"outcome": "refused", "ground": "not-attached-to-district"}
        prepared = await certificates.prepare(task, "medical_registrar", "zhambyl", **refusal)
        done = await certificates.complete(task, prepared.json(), "medical_registrar", "zhambyl")
        assert done.json()["application"]["state"] == "refused"

    async def test_waits_for_management_in_that_role_alone(self, certificates, narco):
        """5(3): a certificate of the head's role or of one with the right to sign, and not an employee's."""
        await certificates.carry_out("medical_registrar", "zhambyl")
        await certificates.carry_out("narcologist", "zhambyl", data=HEALTHY)
        task = await certificates.claim("management", "zhambyl")
        prepared = (await certificates.prepare(task, "management", "zhambyl")).json()
        head = certificates.people["management zhambyl"]
        employee = certificates.authority.staff(iin=head.actor.iin, bin=head.actor.bin, at=certificates.clock.now())
        certificates.people["management zhambyl"] = type(head)(actor=head.actor, holder=employee)
        answer = await certificates.complete(task, prepared, "management", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (422, "evidence-refused")

    async def test_is_not_approved_over_a_certificate_that_was_revoked_before(self, certificates, narco):
        """5(3): management identifies the signatures; the revocation was learnt after the narcologist had signed."""
        await certificates.carry_out("medical_registrar", "zhambyl")
        await certificates.carry_out("narcologist", "zhambyl", data=HEALTHY)
        signer, signed_at = certificates.staff("narcologist", "zhambyl"), certificates.clock.now()
        certificates.clock.advance(timedelta(minutes=5))
        task = await certificates.claim("management", "zhambyl")
        certificates.authority.revoke(signer.holder.certificate, at=signed_at - timedelta(seconds=1))
        answer = await certificates.prepare(task, "management", "zhambyl")
        assert (answer.status_code, answer.json()["code"]) == (409, "earlier-signature-refused")
        certificates.authority.revoke(signer.holder.certificate, at=signed_at + timedelta(seconds=1))
        assert (await certificates.prepare(task, "management", "zhambyl")).status_code == 200

    async def test_is_entered_in_the_journal_of_services_given(self, certificates, narco):
        await certificates.carry_out("medical_registrar", "zhambyl")
        keeper = certificates.staff("journal_keeper", "zhambyl")
        (row,) = (await certificates.get("/journals/certificates", keeper, year=2026)).json()["items"]
        assert row["number"] == 1
        assert (row["values"]["surname"], row["values"]["number"]) == ("Қасымова", narco["number"])

    @pytest.mark.parametrize("conclusion", [None, "", " ", "x" * 2001, "бір\x00екі"])
    async def test_refuses_a_conclusion_that_is_none(self, certificates, narco, conclusion):
        await certificates.carry_out("medical_registrar", "zhambyl")
        task = await certificates.claim("narcologist", "zhambyl")
        data = {} if conclusion is None else {"conclusion": conclusion}
        answer = await certificates.prepare(task, "narcologist", "zhambyl", data=data)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


class TestPhcCertificate:
    """Akmola phc-certificate 5, 7: operator 10 minutes, doctor 19, or the working day where he is called home."""

    async def test_is_issued_by_the_doctor_in_one_of_three_forms(self, certificates, phc):
        await certificates.carry_out("registration_operator", "akmola")
        done = await certificates.carry_out("district_doctor", "akmola", data=ISSUED)
        assert done["application"]["state"] == "ready"
        await certificates.seal()
        shown = await certificates.shown(phc["id"])
        assert [(each["performer"], each["limit"]) for each in shown["steps"]] == [
            ("registration_operator", "10 m"), ("district_doctor", "19 m"),
        ]  # fmt: skip
        printed = page(await certificates.pdf(phc["id"]))
        for words in ("№ 079/е", ISSUED["conclusion"], "М.О."):
            assert words in printed

    async def test_gives_the_doctor_the_working_day_at_a_home_visit(self, certificates):
        """5(2), 7(2): within the working day when the doctor is called home."""
        answer = await certificates.visit(
            "phc-certificate", "registration_operator", "akmola", variant="home-visit"
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        await certificates.carry_out("registration_operator", "akmola")
        task = await certificates.claim("district_doctor", "akmola")
        assert (task["limit"], datetime.fromisoformat(task["due_at"]).isoformat()) == (
            "1 wd", "2026-04-06T20:00:00+05:00",
        )  # fmt: skip

    async def test_knows_no_other_variant(self, certificates):
        answer = await certificates.visit("phc-certificate", "registration_operator", "akmola", variant="commission")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/variant")

    async def test_is_entered_in_the_appointment_journal(self, certificates, phc):
        """5(1), 7(1): the same journal as booking's; here its volume."""
        await certificates.carry_out("registration_operator", "akmola")
        keeper = certificates.staff("journal_keeper", "akmola")
        (row,) = (await certificates.get("/journals/appointments", keeper, year=2026)).json()["items"]
        assert (row["values"]["condition"], row["values"]["age"]) == ("Жалпы жағдайы жақсы", 35)

    async def test_is_for_the_right_role_at_the_right_provider(self, certificates, phc):
        task = await certificates.claim("registration_operator", "akmola")
        for role, at, code in (
            ("district_doctor", "akmola", "wrong-role"),
            ("registration_operator", "esil", "not-found"),
        ):
            answer = await certificates.prepare(task, role, at, "entered")
            assert answer.json()["code"] == code

    async def test_is_not_offered_on_the_portal_or_by_phone(self, certificates):
        (found,) = (await certificates.get("/services")).json()["items"][:1]
        assert found["channels"] == ["direct"]
