"""Home calls by both regions' regulations: the call, the step that gives doctor and time, the answer.

Akmola home-call, clauses 1, 3, 5, 7, 8: one step of the dispatcher, 9 minutes direct or by phone, 29 on the portal.
Zhambyl home-call, clauses 3, 5, 7, 8, 11: 5 and 5 minutes direct or by phone; the portal's result is a confirmation.
"""

import io
from datetime import date, timedelta

import pypdf
import pytest

from shared.applications.register import Standing
from shared.testing.identities import iin

REGIONS = ["akmola", "zhambyl"]
CHILD = str(iin(birth=date(2019, 3, 2), sex="f", number=77))
NAMES = {"surname": "Серікқызы", "given_name": "Айару", "patronymic": None}


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("region", REGIONS)
class TestOnThePortal:
    async def test_a_call_is_due_in_29_minutes(self, calls, region):
        """Akmola 5, 7; in zhambyl the target is ours."""
        filed = (await calls.file(region)).json()
        assert "advice" not in filed
        shown = await calls.shown(filed["id"])
        assert [(step["limit"], step["state"]) for step in shown["steps"]] == [("29 m", "open")]

    async def test_doctor_and_time_are_shown_once_they_are_given(self, calls, region):
        doctor, _ = await calls.doctor(region)
        application = await calls.visit(region, doctor, urgency="urgent", district="№ 5")
        visit = (await calls.shown(application))["visit"]
        assert (visit["doctor"]["id"], visit["at"]) == (doctor, "2026-04-06T12:00:00+05:00")
        assert (visit["urgency"]["code"], visit["district"], visit["outcome"]) == ("urgent", "№ 5", None)

    async def test_the_answer_is_a_sealed_document(self, calls, region, seal):
        """Akmola 3(2), 8(12); zhambyl 3(2), 10(2), 11(11)."""
        application = await calls.visit(region)
        assert await seal() == 1
        page = await calls.booking.get(f"/applications/{application}/result", calls.booking.citizen())
        told = text_of(page.content)
        title = {"akmola": "Уведомление о вызове врача на дом", "zhambyl": "Справка о вызове врача на дом"}[region]
        for expected in (title, "Оспанова Гүлнар Әділқызы", "06.04.2026", "12:00", "Абай көшесі, 10, 5-пәтер"):
            assert expected in told

    async def test_the_call_is_entered_in_the_journal(self, calls, region):
        """Akmola 5, 7: name, age, sex, condition, address, phone."""
        application = await calls.visit(region)
        keeper = calls.booking.staff("journal_keeper", region)
        page = (await calls.booking.get("/journals/home-calls", keeper, year=2026)).json()
        (row,) = page["items"]
        values = row["values"]
        assert row["application"]["id"] == application
        assert (values["address"], values["phone"]) == ("Абай көшесі, 10, 5-пәтер", "+77011234567")
        assert values["visit_at"] == "2026-04-06T12:00:00+05:00"
        assert (values["age"], values["sex"]) == (35, "female")

    async def test_an_address_is_no_novel(self, calls, region):
        answer = await calls.file(region, address="А" * 301)
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/fields/address", "too-long")
        ]

    @pytest.mark.parametrize("complaint", ["", "А" * 501, "бас\u0007ауырады", "\u202eбас ауырады", "бас\u200fауырады"])
    async def test_a_complaint_is_what_people_see(self, calls, region, complaint):
        assert (await calls.file(region, complaint)).status_code == 422

    async def test_markup_is_only_text(self, calls, region, seal):
        written = '<script>alert(1)</script> #import "x" [*_$'
        filed = (await calls.file(region, written, address=written)).json()
        doctor, _ = await calls.doctor(region)
        assert (await calls.set_visit(region, filed["id"], calls.given(doctor))).status_code == 200
        assert await seal() == 1
        page = await calls.booking.get(f"/applications/{filed['id']}/result", calls.booking.citizen())
        assert "<script>alert(1)</script>" in text_of(page.content)


@pytest.mark.parametrize("channel", ["direct", "phone"])
class TestAtTheWindowOrByPhone:
    async def test_akmola_takes_nine_minutes(self, calls, channel):
        """Clauses 5, 7."""
        doctor, _ = await calls.doctor("akmola")
        call = (await calls.register("akmola", channel)).json()
        task = (await calls.booking.get(f"/tasks/{call['task']}", calls.performer("akmola"))).json()
        assert (task["step"], task["limit"], task["signed"]) == ("give-time", "9 m", False)
        done = await calls.booking.post(
            f"/tasks/{call['task']}/complete",
            calls.performer("akmola"),
            {"outcome": "visit-set", "data": calls.given(doctor)},
        )
        assert done.json()["application"] == {
            "id": call["id"], "number": call["number"], "state": "issued", "status": "answered-orally",
        }  # fmt: skip
        assert (await calls.shown(call["id"]))["visit"]["doctor"]["id"] == doctor

    async def test_zhambyl_takes_five_and_five(self, calls, channel):
        """Clauses 5(1), 5(2), 8: the register is checked first."""
        doctor, _ = await calls.doctor("zhambyl")
        call, by = (await calls.register("zhambyl", channel)).json(), calls.performer("zhambyl")
        first = (await calls.booking.get(f"/tasks/{call['task']}", by)).json()
        assert (first["step"], first["limit"]) == ("accept", "5 m")
        assert first["preconditions"] == [{"require": "in-population-register", "ground": "not-in-register"}]
        done = await calls.booking.post(f"/tasks/{call['task']}/complete", by, {"outcome": "accepted"})
        assert done.status_code == 200, done.text
        second = await calls.task("zhambyl", call["id"])
        await calls.booking.post(f"/tasks/{second}/claim", by)
        assert (await calls.booking.get(f"/tasks/{second}", by)).json()["limit"] == "5 m"
        done = await calls.booking.post(
            f"/tasks/{second}/complete", by, {"outcome": "visit-set", "data": calls.given(doctor)}
        )
        assert done.json()["application"]["state"] == "issued"

    async def test_another_role_registers_nobody(self, calls, channel):
        calls.booking.people.clear()
        other = calls.booking.staff("responsible_employee", "zhambyl")
        own = calls.booking.citizen().actor.iin
        visit = {"region": "zhambyl", "service": "home-call", "channel": channel,
                 "applicant": {"iin": own, "surname": "Қасым"}, "fields": calls.fields("zhambyl")}  # fmt: skip
        answer = await calls.booking.post("/workstation/applications", other, visit)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


@pytest.mark.parametrize("region", REGIONS)
class TestAStep:
    async def test_refuses_a_doctor_of_another_provider(self, calls, region):
        filed = (await calls.file(region)).json()
        foreign = await calls.booking.add_doctor("other")
        answer = await calls.set_visit(region, filed["id"], calls.given(foreign))
        assert (answer.status_code, answer.json()["code"]) == (422, "doctor-unknown")

    async def test_refuses_a_doctor_who_sees_nobody_any_more(self, calls, region):
        filed, (doctor, _) = (await calls.file(region)).json(), await calls.doctor(region)
        await calls.booking.patch(f"/admin/doctors/{doctor}", calls.booking.staff(at=region), {"active": False})
        answer = await calls.set_visit(region, filed["id"], calls.given(doctor))
        assert (answer.status_code, answer.json()["code"]) == (422, "doctor-unknown")

    async def test_sends_whom_the_decree_sends(self, calls, region):
        """Akmola home-call 1: the district therapist or paediatrician, or a general practitioner."""
        filed, (doctor, _) = (await calls.file(region)).json(), await calls.doctor(region, specialty="cardiologist")
        answer = await calls.set_visit(region, filed["id"], calls.given(doctor))
        wrong = [each["pointer"] for each in answer.json().get("errors", ())]
        assert (answer.status_code, wrong) == {"akmola": (422, ["/data/doctor"]), "zhambyl": (200, [])}[region]

    @pytest.mark.parametrize(("hours", "code"), [(-1, "visit-in-the-past"), (0, "visit-in-the-past"),
                                                 (24 * 8, "visit-too-far-ahead")])  # fmt: skip
    async def test_refuses_a_time_that_cannot_be(self, calls, region, hours, code):
        filed, (doctor, _) = (await calls.file(region)).json(), await calls.doctor(region)
        visit_at = (calls.booking.clock.now() + timedelta(hours=hours)).isoformat()
        answer = await calls.set_visit(region, filed["id"], calls.given(doctor, visit_at=visit_at))
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize("visit_at", ["2026-04-31T12:00:00+05:00", "9999-12-31T23:59:59-14:00", "soon"])
    async def test_refuses_a_time_that_is_none(self, calls, region, visit_at):
        filed, (doctor, _) = (await calls.file(region)).json(), await calls.doctor(region)
        answer = await calls.set_visit(region, filed["id"], calls.given(doctor, visit_at=visit_at))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/data/visit_at"]

    async def test_refuses_on_a_ground_of_the_closed_list(self, calls, region):
        """Akmola 8(11), process 7; zhambyl 11(10), process 6."""
        filed = (await calls.file(region)).json()
        done = await calls.set_visit(region, filed["id"], {}, outcome="refused", ground="address-outside-district")
        assert done.json()["application"]["state"] == "refused"
        notice = (await calls.shown(filed["id"]))["notice"]
        assert (notice["process"], notice["ground"]["code"]) == (
            {"akmola": 7, "zhambyl": 6}[region],
            "address-outside-district",
        )

    async def test_is_no_other_role_s(self, calls, region):
        filed = (await calls.file(region)).json()
        task = await calls.task(region, filed["id"])
        _, doctor = await calls.doctor(region)
        answer = await calls.booking.post(f"/tasks/{task}/claim", doctor)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_is_done_once(self, calls, region):
        filed, (doctor, _) = (await calls.file(region)).json(), await calls.doctor(region)
        task = await calls.task(region, filed["id"])
        assert (await calls.set_visit(region, filed["id"], calls.given(doctor))).status_code == 200
        again = await calls.booking.post(
            f"/tasks/{task}/complete", calls.performer(region), {"outcome": "visit-set", "data": calls.given(doctor)}
        )
        assert (again.status_code, again.json()["code"]) == (409, "task-closed")


@pytest.mark.parametrize("region", REGIONS)
class TestAChild:
    async def test_is_called_for_by_a_parent_whose_right_is_on_record(self, calls, region):
        parent = calls.booking.citizen().actor.iin
        calls.population.let_act(parent, CHILD, Standing(reason=None, kind="parent", names=NAMES))
        filed = await calls.file(region, patient=CHILD)
        assert filed.status_code == 201, filed.text
        doctor, someone = await calls.doctor(region)
        done = await calls.set_visit(region, filed.json()["id"], calls.given(doctor))
        assert done.status_code == 200, done.text
        (item,) = (await calls.day(someone)).json()["items"]
        assert item["patient"] == {"iin": CHILD, "name": "Серікқызы Айару"}
        assert (await calls.shown(filed.json()["id"]))["visit"]["doctor"]["id"] == doctor
        keeper = calls.booking.staff("journal_keeper", region)
        (row,) = (await calls.booking.get("/journals/home-calls", keeper, year=2026)).json()["items"]
        assert (row["values"]["given_name"], row["values"]["age"]) == ("Айару", 7)

    async def test_is_nobodys_who_has_no_right(self, calls, region):
        answer = await calls.file(region, patient=CHILD)
        assert (answer.status_code, answer.json()["code"]) == (422, "representation-not-recorded")
        assert await calls.booking.rows("SELECT id FROM applications") == []

    @pytest.mark.parametrize("channel", ["direct", "phone"])
    async def test_is_called_for_by_anybody_at_the_window_or_by_phone(self, calls, region, channel):
        """Akmola home-call 1: the applicant or his representative; nobody asks a grandmother for papers at midnight."""
        answer = await calls.register(region, channel, patient={"iin": CHILD, **NAMES})
        assert answer.status_code == 201, answer.text
        found = await calls.booking.get("/tasks", calls.performer(region))
        assert found.json()["items"][0]["patient"] == {"iin": CHILD, "name": "Серікқызы Айару"}

    async def test_is_not_in_the_cabinet_of_who_called(self, calls, region):
        answer = await calls.register(region, "phone", patient={"iin": CHILD, **NAMES})
        assert answer.status_code == 201, answer.text
        mine = await calls.booking.get("/applications", calls.booking.citizen())
        assert mine.json()["items"] == []
