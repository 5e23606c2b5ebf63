"""The provider's day: who comes when, who came, and what the provider cancels, with its word to the citizen."""

import pytest

from shared.applications.results.sealing import Seals, SealWorker

FORM = {"complaint": "Бас ауырады", "phone": "+77011234567"}
DAY = "/workstation/appointments"


@pytest.fixture
def seal(booking):
    seals = Seals(booking.platform.settings.seals)
    return SealWorker(booking.office, booking.platform.database, booking.clock, seals.of).run_once


@pytest.fixture
def employee(booking):
    return booking.staff("responsible_employee")


@pytest.fixture
async def filed(booking, named):
    """An application of zhambyl for Monday at ten, not confirmed yet."""
    await booking.open_monday()
    first, *_ = await booking.free()
    answer = await booking.file(booking.citizen(), "zhambyl", {"slot": named(first), **FORM})
    return answer.json()


@pytest.fixture
async def issued(booking, filed, seal):
    """The same, confirmed and sealed."""
    await booking.carry_out("zhambyl", outcome="confirmed")
    await seal()
    return filed


@pytest.fixture
def attend(booking, employee):
    async def send(application, attended=True, by=None):
        return await booking.post(f"{DAY}/{application}/attendance", by or employee, {"attended": attended})

    return send


@pytest.fixture
def cancel(booking, employee):
    async def send(application, ground="doctor-ill", note=None, by=None):
        body = {"ground": ground, "note": note}
        return await booking.post(f"{DAY}/{application}/cancellation", by or employee, body)

    return send


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def shown(booking, application):
    return (await booking.get(f"/applications/{application}", booking.citizen())).json()


async def told(booking):
    rows = await booking.rows("SELECT type FROM outbox ORDER BY seq")
    return [row.type.split(".")[3] for row in rows]


class TestTheDay:
    async def test_lists_who_comes_when(self, booking, issued, employee):
        (item,) = (await booking.get(DAY, employee)).json()["items"]
        assert item["id"] == issued["id"]
        assert item["starts_at"] == "2026-04-06T10:00:00+05:00"
        assert item["patient"]["name"] == "ӘБДІРАХМАНОВА ҚЫЗҒАЛДАҚ ҒАЛЫМҚЫЗЫ"
        assert item["status"]["code"] == "document-issued"
        assert not item["outside_schedule"]
        assert "doctor-ill" in {ground["code"] for ground in item["grounds"]}

    async def test_goes_on_after_the_last_one_shown(self, booking, named, employee):
        await booking.open_monday()
        for number, slot in enumerate((await booking.free())[:2], 1):
            await booking.file(booking.citizen(number), "zhambyl", {"slot": named(slot), **FORM})
        first = (await booking.get(DAY, employee, limit=1)).json()
        second = (await booking.get(DAY, employee, limit=1, cursor=first["next_cursor"])).json()
        starts = [page["items"][0]["starts_at"][11:16] for page in (first, second)]
        assert starts == ["10:00", "11:00"]

    async def test_is_of_one_day_doctor_and_provider(self, booking, issued, employee):
        assert (await booking.get(DAY, employee, date="2026-04-07")).json()["items"] == []
        other = await booking.add_doctor(surname="Ким")
        assert (await booking.get(DAY, employee, doctor_id=other)).json()["items"] == []
        elsewhere = booking.staff("responsible_employee", "other")
        assert (await booking.get(DAY, elsewhere)).json()["items"] == []

    async def test_leaves_a_record_that_the_person_sees(self, booking, issued, employee):
        await booking.get(DAY, employee)
        log = (await booking.get("/access-log", booking.citizen())).json()["items"]
        assert "appointments-listed" in {item["action"] for item in log}

    @pytest.mark.parametrize("role", ["journal_keeper", "dispatcher", "administrator"])
    async def test_is_for_those_whose_work_it_is(self, booking, issued, role):
        refused(await booking.get(DAY, booking.staff(role)), 403, "wrong-role")

    @pytest.mark.parametrize("query", [{"date": "2026-02-30"}, {"cursor": "x"}, {"limit": 0}, {"date": "9999-12-31"}])
    async def test_refuses_what_it_cannot_read(self, booking, filed, employee, query):
        refused(await booking.get(DAY, employee, **query), 422, "invalid-request")


class TestAttendance:
    @pytest.mark.parametrize(("attended", "status"), [(True, "attended"), (False, "missed")])
    async def test_stands_in_cabinet_history_and_events(self, booking, issued, attend, later, attended, status):
        later(hours=1)
        answer = await attend(issued["id"], attended)
        assert (answer.status_code, answer.json()["status"]["code"]) == (200, status), answer.text
        case = await shown(booking, issued["id"])
        assert (case["state"], case["status"]["code"]) == ("issued", status)
        history = (await booking.get(f"/applications/{issued['id']}/history", booking.citizen())).json()["items"]
        assert (history[-1]["action"], history[-1]["status"]["code"]) == ("record-attendance", status)
        assert (await told(booking))[-1] == status

    async def test_that_was_missed_tells_how_to_go_on(self, booking, issued, attend, later):
        later(hours=1)
        await attend(issued["id"], attended=False)
        notice = (await booking.get("/notices", booking.citizen())).json()["items"][0]
        assert notice["kind"] == "missed"
        assert "apply again" in notice["text"]
        assert (await shown(booking, issued["id"]))["notice"]["number"] == notice["number"]

    async def test_is_not_noted_before_the_time(self, booking, issued, attend, later):
        later(minutes=59)
        said = refused(await attend(issued["id"]), 409, "appointment-not-begun")
        assert said["starts_at"] == "2026-04-06T10:00:00+05:00"

    async def test_is_noted_once(self, issued, attend, later):
        later(hours=1)
        await attend(issued["id"], attended=True)
        refused(await attend(issued["id"], attended=False), 409, "attendance-recorded")

    async def test_by_many_at_once_is_noted_once(self, booking, issued, attend, later, together):
        later(hours=1)
        answers = await together(*(attend(issued["id"], attended=bool(number % 2)) for number in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        assert len([fact for fact in await told(booking) if fact in {"attended", "missed"}]) == 1

    async def test_needs_a_confirmed_time(self, filed, attend, later):
        later(hours=1)
        refused(await attend(filed["id"]), 409, "appointment-not-confirmed")

    async def test_of_an_application_that_is_over_is_refused(self, issued, attend, cancel, later):
        await cancel(issued["id"])
        later(hours=1)
        refused(await attend(issued["id"]), 409, "appointment-gone")

    async def test_is_the_work_of_one_role_at_one_provider(self, booking, issued, attend, later):
        later(hours=1)
        refused(await attend(issued["id"], by=booking.staff("dispatcher")), 403, "wrong-role")
        refused(await attend(issued["id"], by=booking.staff("responsible_employee", "other")), 404, "not-found")
        refused(await attend(issued["id"], by=booking.citizen()), 403, "forbidden")
        assert (await attend(issued["id"], by=booking.staff("supervisor"))).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"attended": "yes"}, {"attended": 1}, {"attended": True, "why": "x"}])
    async def test_is_a_plain_yes_or_no(self, booking, issued, employee, body):
        answer = await booking.post(f"{DAY}/{issued['id']}/attendance", employee, body)
        refused(answer, 422, "invalid-request")

    @pytest.mark.parametrize("application", ["bkg-" + "0" * 32, "att-" + "0" * 32, "x"])
    async def test_finds_no_appointment_by_another_id(self, attend, application):
        refused(await attend(application), 404, "not-found")


class TestCancellation:
    async def test_ends_the_application_and_says_why_and_what_to_do(self, booking, issued, cancel):
        answer = await cancel(issued["id"], note="Дәрігер бір аптадан кейін келеді")
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn"), answer.text
        case = await shown(booking, issued["id"])
        assert case["status"]["code"] == "cancelled-by-provider"
        assert case["notice"]["ground"] == {"code": "doctor-ill", "text": "The doctor has fallen ill"}
        assert case["notice"]["note"] == "Дәрігер бір аптадан кейін келеді"
        assert "Apply again" in case["notice"]["text"]
        (notice, *_) = (await booking.get("/notices", booking.citizen())).json()["items"]
        assert (notice["kind"], notice["ground"]) == ("cancellation", "doctor-ill")
        history = (await booking.get(f"/applications/{issued['id']}/history", booking.citizen())).json()["items"]
        assert (history[-1]["action"], history[-1]["ground"]) == ("cancel", "doctor-ill")
        assert (await told(booking))[-1] == "cancelled"

    async def test_annuls_the_confirmation(self, booking, issued, cancel):
        code = (await shown(booking, issued["id"]))["result"]["code"]
        await cancel(issued["id"])
        assert (await booking.get(f"/verify/{code}")).json()["state"] == "annulled"
        assert (await shown(booking, issued["id"]))["result"] is None

    async def test_leaves_no_result_to_the_seal(self, booking, filed, cancel, seal):
        await booking.carry_out("zhambyl", outcome="confirmed")
        await cancel(filed["id"])
        assert await seal() == 0
        (result,) = await booking.rows("SELECT state, code FROM results")
        assert result.state == "annulled"
        assert (await booking.get(f"/verify/{result.code}")).status_code == 404, "nobody ever had it"

    async def test_closes_the_time_when_the_doctor_is_not_there(self, booking, issued, cancel):
        doctor = issued["appointment"]["doctor"]["id"]
        await cancel(issued["id"], "doctor-ill")
        week = (0, "10:00", "12:00", 60)
        for _ in range(2):
            assert issued["appointment"]["starts_at"] not in {slot["starts_at"] for slot in await booking.free()}
            await booking.schedule(doctor, week)

    async def test_frees_the_time_when_only_the_appointment_was_wrong(self, booking, issued, cancel):
        await cancel(issued["id"], "booked-in-error")
        assert (await booking.free())[0]["id"] == issued["appointment"]["slot_id"]

    async def test_drops_the_open_step(self, booking, filed, cancel):
        task = await booking.claim("zhambyl")
        await cancel(filed["id"])
        answer = await booking.prepare("zhambyl", task, outcome="confirmed")
        refused(answer, 409, "task-closed")

    async def test_is_too_late_when_the_time_has_come(self, booking, issued, cancel, later):
        later(hours=1)
        said = refused(await cancel(issued["id"]), 409, "appointment-begun")
        assert said["starts_at"] == "2026-04-06T10:00:00+05:00"

    async def test_happens_once(self, issued, cancel):
        await cancel(issued["id"])
        refused(await cancel(issued["id"]), 409, "appointment-gone")

    @pytest.mark.parametrize("ground", ["no-free-time", "personal-data-wrong", "", "doctor_ill", "x" * 65])
    async def test_needs_a_ground_of_the_list(self, booking, issued, cancel, ground):
        refused(await cancel(issued["id"], ground), 422, "invalid-request")
        assert (await shown(booking, issued["id"]))["state"] == "issued"

    @pytest.mark.parametrize("note", ["", "\u0007", "abc\u202edef", "x" * 1001])
    async def test_refuses_a_note_that_nobody_could_read(self, issued, cancel, note):
        refused(await cancel(issued["id"], note=note), 422, "invalid-request")

    async def test_is_the_work_of_one_role_at_one_provider(self, booking, issued, cancel):
        refused(await cancel(issued["id"], by=booking.staff("dispatcher")), 403, "wrong-role")
        refused(await cancel(issued["id"], by=booking.staff("responsible_employee", "other")), 404, "not-found")
        refused(await cancel(issued["id"], by=booking.citizen()), 403, "forbidden")
