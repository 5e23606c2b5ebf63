"""What becomes of a time that was given, by HTTP alone: held, kept, cancelled, moved because the doctor is away."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shlyuz.demo.api import request_id
from shlyuz.demo.walks import refused

from .conftest import until_issued

ALMATY = ZoneInfo("Asia/Almaty")
FORM = {"complaint": "Бас ауырады", "phone": "+77011234567"}
SPECIALTY = "ophthalmologist"
DAY = "/workstation/appointments"


def named(slot):
    return {"id": slot["id"], "starts_at": slot["starts_at"]}


@pytest.fixture
async def administrator(town):
    return (await town.workstation("zhambyl", "administrator")).api


@pytest.fixture
async def doctor(administrator):
    """A doctor of a specialty that nobody else there has, two hours on each working day; gone after the test."""
    described = {"surname": "Яхин", "given_name": "Тест", "specialty": SPECIALTY, "room": "7"}
    made = await administrator.post("/admin/doctors", described)
    week = [{"weekday": day, "opens": "10:00", "closes": "12:00", "slot_minutes": 60} for day in range(5)]
    today = datetime.now(ALMATY).date()
    body = {"valid_from": today.isoformat(), "receptions": week}
    await administrator.request("PUT", f"/admin/doctors/{made['id']}/schedule", json=body)
    yield made["id"]
    await administrator.request("PATCH", f"/admin/doctors/{made['id']}", json={"active": False})


@pytest.fixture
def free(town, doctor):
    """The doctor's free times, as anyone sees them; far enough ahead that none passes meanwhile."""

    async def look(api):
        provider = town.world.provider("zhambyl")["bin"]
        since = (datetime.now(ALMATY) + timedelta(days=1)).isoformat()
        return (await api.get(f"/providers/{provider}/slots", **{"doctor_id": doctor, "from": since}))["items"]

    return look


@pytest.fixture
async def filed(town, citizen, free):
    slot, *_ = await free(citizen.api)
    receipt = await town.file(citizen, fields={"slot": named(slot), **FORM})
    return receipt["id"], slot


def away(slot, ground="doctor-ill"):
    """The whole local day of a slot."""
    day = datetime.fromisoformat(slot["starts_at"]).replace(hour=0, minute=0)
    return {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat(), "ground": ground}


class TestAHold:
    async def test_keeps_the_time_for_its_holder_while_he_signs(self, town, citizen, free, refuses):
        slot, *_ = await free(citizen.api)
        other = await town.citizen()
        held = await citizen.api.post(f"/slots/{slot['id']}/hold", {})
        assert held["starts_at"] == slot["starts_at"]
        assert slot not in await free(other.api)
        signed = other.sign(await town.document(other, fields={"slot": named(slot), **FORM}))
        said = await refuses(other, lambda: other.apply(signed), 409, "slot-taken")
        assert slot["id"] not in {each["id"] for each in said["next_free"]}
        receipt = await town.file(citizen, fields={"slot": named(slot), **FORM})
        assert receipt["appointment"]["slot_id"] == slot["id"]

    async def test_is_let_go_and_replaced(self, town, citizen, free):
        first, second, *_ = await free(citizen.api)
        await citizen.api.post(f"/slots/{first['id']}/hold", {})
        await citizen.api.post(f"/slots/{second['id']}/hold", {})
        assert first in await free(citizen.api)
        answer = await citizen.api.request("DELETE", f"/slots/{second['id']}/hold")
        assert (answer.status_code, answer.content) == (204, b"")
        assert second in await free(citizen.api)

    async def test_serves_a_reschedule_too(self, citizen, filed, free):
        application, _ = filed
        slot = (await free(citizen.api))[-1]
        await citizen.api.post(f"/slots/{slot['id']}/hold", {})
        form = await citizen.api.get("/services/zhambyl.booking/form", purpose="reschedule")
        wish = {
            "purpose": "reschedule", "audience": "shlyuz", "request_id": request_id(), "application": application,
            "applicant": {"iin": citizen.person.iin}, "fields": {"slot": named(slot)},
            "form_token": form["form_token"],
        }  # fmt: skip
        shown = await citizen.api.post(f"/applications/{application}/reschedule", citizen.sign(wish))
        assert shown["appointment"]["slot_id"] == slot["id"]


class TestTheDoctorIsAway:
    async def test_and_who_had_a_time_gets_another_with_a_new_confirmation(
        self, town, citizen, filed, administrator, doctor
    ):
        application, slot = filed
        await town.complete("zhambyl", application)
        old = (await until_issued(citizen, application))["result"]["code"]
        told = await administrator.post(f"/admin/doctors/{doctor}/exceptions/preview", away(slot))
        assert [item["id"] for item in told["items"]] == [application]
        made = await administrator.post(f"/admin/doctors/{doctor}/exceptions", away(slot))
        done = await administrator.post(
            f"/admin/exceptions/{made['id']}/settlement", {"deed": "move", "note": "Кешірім сұраймыз"}
        )
        assert [(item["id"], item["outcome"]) for item in done["items"]] == [(application, "moved")]
        shown = await citizen.api.get(f"/applications/{application}")
        assert shown["status"]["code"] == "time-being-changed"
        assert shown["appointment"]["moved_from"]["starts_at"] == slot["starts_at"]
        assert shown["appointment"]["starts_at"] > slot["starts_at"]
        notice = (await citizen.api.get("/notices"))["items"][0]
        assert (notice["kind"], notice["ground"], notice["note"]) == ("time-changed", "doctor-ill", "Кешірім сұраймыз")
        assert (await citizen.api.get(f"/verify/{old}"))["state"] == "in-force"
        await town.complete("zhambyl", application)
        new = (await until_issued(citizen, application))["result"]["code"]
        assert (await citizen.api.get(f"/verify/{old}"))["state"] == "annulled"
        assert (await citizen.api.get(f"/verify/{new}"))["state"] == "in-force"

    async def test_or_it_is_cancelled_and_the_time_closed(self, citizen, filed, administrator, doctor, free):
        application, slot = filed
        made = await administrator.post(f"/admin/doctors/{doctor}/exceptions", away(slot))
        await administrator.post(f"/admin/exceptions/{made['id']}/settlement", {"deed": "cancel"})
        shown = await citizen.api.get(f"/applications/{application}")
        assert (shown["state"], shown["status"]["code"]) == ("withdrawn", "cancelled-by-provider")
        assert slot["starts_at"] not in {each["starts_at"] for each in await free(citizen.api)}

    async def test_is_the_administrators_to_say(self, town, citizen, filed, doctor, problem):
        _, slot = filed
        employee = await town.workstation("zhambyl")
        for api, code in ((employee.api, "administrator-only"), (citizen.api, "staff-only")):
            refusal = await refused(api.post(f"/admin/doctors/{doctor}/exceptions", away(slot)))
            assert (refusal.status, refusal.code) == (403, code)


class TestTheDay:
    async def test_shows_who_came(self, town, citizen, filed):
        application, _ = filed
        await town.complete("zhambyl", application)
        await until_issued(citizen, application)
        api = (await town.workstation("zhambyl")).api
        early = await refused(api.post(f"{DAY}/{application}/attendance", {"attended": True}))
        assert (early.status, early.code) == (409, "appointment-not-begun")
        began = await self.let_it_begin(town, application)
        items = (await api.get(DAY, date=began.date().isoformat(), limit=100))["items"]
        assert application in {item["id"] for item in items}
        done = await api.post(f"{DAY}/{application}/attendance", {"attended": True})
        assert done["status"]["code"] == "attended"
        assert (await citizen.api.get(f"/applications/{application}"))["status"]["code"] == "attended"
        again = await refused(api.post(f"{DAY}/{application}/attendance", {"attended": False}))
        assert (again.status, again.code) == (409, "attendance-recorded")

    async def let_it_begin(self, town, application):
        """Nobody can wait for tomorrow: the appointment is put an hour back, case and slot alike."""
        id_, began = application.partition("-")[2], datetime.now(ALMATY) - timedelta(hours=1)
        await town.ask_database(
            "booking",
            """
            UPDATE applications
            SET procedure = jsonb_set(procedure, '{progress,scheduled_at}', to_jsonb($2::text))
            WHERE id = $1::uuid
            """,
            id_,
            began.isoformat(),
        )
        slots = "UPDATE slots SET starts_at = $2, ends_at = $3 WHERE application = $1::uuid"
        await town.ask_database("booking", slots, id_, began, began + timedelta(minutes=1))
        return began

    async def test_cancels_with_a_ground_and_says_what_to_do_next(self, town, citizen, filed, free):
        application, slot = filed
        await town.complete("zhambyl", application)
        code = (await until_issued(citizen, application))["result"]["code"]
        api = (await town.workstation("zhambyl")).api
        await api.post(f"{DAY}/{application}/cancellation", {"ground": "booked-in-error", "note": "Екі рет жазылған"})
        shown = await citizen.api.get(f"/applications/{application}")
        assert (shown["state"], shown["status"]["code"]) == ("withdrawn", "cancelled-by-provider")
        assert shown["notice"]["ground"]["code"] == "booked-in-error"
        assert "Apply again" in shown["notice"]["text"]
        assert (await citizen.api.get(f"/verify/{code}"))["state"] == "annulled"
        assert slot in await free(citizen.api)

    async def test_of_another_provider_is_not_found(self, town, filed):
        application, _ = filed
        stranger = (await town.workstation("akmola")).api
        for path, body in (("attendance", {"attended": True}), ("cancellation", {"ground": "doctor-ill"})):
            refusal = await refused(stranger.post(f"{DAY}/{application}/{path}", body))
            assert (refusal.status, refusal.code) == (404, "not-found")
