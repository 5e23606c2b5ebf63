"""The walk inside booking-svc, by both regions' regulations: from the forwarded document to the sealed result."""

import io

import pypdf
import pytest

from shared.applications.results.sealing import Seals, SealWorker

AKMOLA = {
    "specialty": "therapist",
    "times": [{"from": "2026-04-06T09:00:00+05:00", "to": "2026-04-06T13:00:00+05:00"}],
    "condition": "Үш күннен бері бас ауырады",
    "address": "Көкшетау қ., Абай к-сі, 5, 12",
    "phone": "+77011234567",
}


@pytest.fixture
def zhambyl(named):
    """What a citizen of zhambyl fills in: a free time, first of all."""
    return lambda slot: {"slot": named(slot), "complaint": "Бас ауырады", "phone": "+77011234567"}


@pytest.fixture
def seal(booking):
    """Let the worker seal what is signed."""
    seals = Seals(booking.platform.settings.seals)
    return SealWorker(booking.office, booking.platform.database, booking.clock, seals.of).run_once


async def held(booking):
    return await booking.rows("SELECT application, given_by, starts_at FROM slots WHERE application IS NOT NULL")


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


class TestZhambyl:
    async def test_books_what_the_citizen_picks(self, booking, zhambyl):
        """Clause 11, closing paragraph: the citizen picks a free time of the doctor."""
        await booking.open_monday()
        slot, *_ = await booking.free()
        answer = await booking.file(booking.citizen(), "zhambyl", zhambyl(slot))
        assert answer.status_code == 201, answer.text
        assert answer.json()["appointment"]["starts_at"] == slot["starts_at"]
        assert answer.json()["appointment"]["slot_id"] == slot["id"]
        assert [row.given_by for row in await held(booking)] == ["citizen"]

    async def test_ends_with_the_sealed_confirmation(self, booking, zhambyl, seal):
        await booking.open_monday()
        filed = (await booking.file(booking.citizen(), "zhambyl", zhambyl((await booking.free())[0]))).json()
        done = await booking.carry_out("zhambyl", outcome="confirmed")
        assert (done.status_code, done.json()["application"]["state"]) == (200, "ready")
        assert await seal() == 1
        page = await booking.get(f"/applications/{filed['id']}/result", booking.citizen())
        assert page.headers["content-type"] == "application/pdf"
        told = text_of(page.content)
        for expected in ("Справка о записи на приём к врачу", "Оспанова Гүлнар Әділқызы", "06.04.2026", "10:00", "214"):
            assert expected in told
        assert set(pypdf.PdfReader(io.BytesIO(page.content)).get_fields() or {}) == {"performer", "seal"}

    async def test_shows_the_appointment_in_the_cabinet(self, booking, zhambyl):
        await booking.open_monday()
        filed = (await booking.file(booking.citizen(), "zhambyl", zhambyl((await booking.free())[0]))).json()
        shown = (await booking.get(f"/applications/{filed['id']}", booking.citizen())).json()
        assert shown["appointment"] == filed["appointment"]

    async def test_enters_the_time_in_the_journal(self, booking, zhambyl):
        await booking.open_monday()
        await booking.file(booking.citizen(), "zhambyl", zhambyl((await booking.free())[0]))
        await booking.carry_out("zhambyl", outcome="confirmed")
        keeper = booking.staff("journal_keeper")
        (row,) = (await booking.get("/journals/appointments", keeper, year=2026)).json()["items"]
        assert "2026-04-06T10:00:00+05:00" in str(row)

    async def test_refuses_a_taken_slot_whole_and_uses_nothing_up(self, booking, zhambyl):
        await booking.open_monday()
        first, *free = await booking.free()
        await booking.file(booking.citizen(1), "zhambyl", zhambyl(first))
        answer = await booking.file(booking.citizen(2), "zhambyl", zhambyl(first))
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")
        assert answer.json()["next_free"] == free[:5]
        assert (await booking.get("/applications", booking.citizen(2))).json()["items"] == []
        assert (await booking.file(booking.citizen(2), "zhambyl", zhambyl(free[0]))).status_code == 201

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"id": "bkg-" + "0" * 32}, 422, "slot-unknown"),
            ({"id": "att-" + "0" * 32}, 422, "slot-unknown"),
            ({"starts_at": "2026-04-06T10:00:00+06:00"}, 422, "slot-time-mismatch"),
            ({"starts_at": "2026-04-31T10:00:00+05:00"}, 422, "slot-time-mismatch"),
            ({"starts_at": "at ten"}, 422, "invalid-request"),
            ({"id": 1}, 422, "invalid-request"),
        ],
    )
    async def test_refuses_a_slot_that_is_not_what_it_says(self, booking, zhambyl, change, status, code):
        await booking.open_monday()
        slot, *_ = await booking.free()
        answer = await booking.file(booking.citizen(), "zhambyl", zhambyl({**slot, **change}))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert await held(booking) == []

    async def test_refuses_a_slot_of_another_provider(self, booking, zhambyl):
        await booking.open_monday("other")
        slot, *_ = await booking.free("other")
        answer = await booking.file(booking.citizen(), "zhambyl", zhambyl(slot))
        assert (answer.status_code, answer.json()["code"]) == (422, "slot-of-another-provider")

    async def test_refuses_a_slot_in_the_past(self, booking, zhambyl, later):
        await booking.open_monday()
        slot, *_ = await booking.free()
        later(hours=1)
        answer = await booking.file(booking.citizen(), "zhambyl", zhambyl(slot))
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-in-the-past")

    async def test_refuses_a_slot_outside_the_schedule(self, booking, zhambyl):
        doctor = await booking.open_monday()
        slot, *_ = await booking.free()
        await booking.schedule(doctor)
        answer = await booking.file(booking.citizen(), "zhambyl", zhambyl(slot))
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-outside-schedule")

    async def test_frees_the_slot_when_condition_3_fails(self, booking, zhambyl):
        """Clause 11(10): process 6."""
        await booking.open_monday()
        free = await booking.free()
        filed = (await booking.file(booking.citizen(), "zhambyl", zhambyl(free[0]))).json()
        done = await booking.carry_out("zhambyl", outcome="refused", ground="doctor-not-receiving")
        assert (done.status_code, done.json()["application"]["state"]) == (200, "refused")
        assert await booking.free() == free
        shown = (await booking.get(f"/applications/{filed['id']}", booking.citizen())).json()
        assert shown["notice"]["process"] == 6


class TestAkmola:
    async def test_leaves_the_time_to_the_dispatcher(self, booking, named, seal):
        """Clauses 5 and 7: the dispatcher tells date and time by the doctors' schedule."""
        await booking.open_monday("akmola")
        filed = await booking.file(booking.citizen(), "akmola", AKMOLA)
        assert filed.status_code == 201, filed.text
        assert "appointment" not in filed.json()
        slot, *_ = await booking.free("akmola")
        task = await booking.claim("akmola")
        prepared = await booking.prepare("akmola", task, outcome="time-given", data={"slot": named(slot)})
        assert prepared.status_code == 200, prepared.text
        assert await held(booking) == [], "preparing changes nothing"
        done = await booking.complete("akmola", task, prepared.json())
        assert (done.status_code, done.json()["application"]["state"]) == (200, "ready")
        assert [row.given_by for row in await held(booking)] == ["performer"]
        assert await seal() == 1
        page = await booking.get(f"/applications/{filed.json()['id']}/result", booking.citizen())
        told = text_of(page.content)
        for expected in ("Уведомление о записи на приём к врачу", "Оспанова Гүлнар Әділқызы", "06.04.2026", "10:00"):
            assert expected in told
        shown = (await booking.get(f"/applications/{filed.json()['id']}", booking.citizen())).json()
        assert (shown["state"], shown["appointment"]["slot_id"]) == ("issued", slot["id"])

    async def test_refuses_the_signature_when_the_time_was_taken_meanwhile(self, booking, named):
        await booking.open_monday("akmola")
        await booking.file(booking.citizen(), "akmola", AKMOLA)
        first, second, *_ = await booking.free("akmola")
        task = await booking.claim("akmola")
        prepared = await booking.prepare("akmola", task, outcome="time-given", data={"slot": named(first)})
        await booking.take(first, at="akmola")
        answer = await booking.complete("akmola", task, prepared.json())
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")
        assert answer.json()["next_free"][0] == second
        again = await booking.prepare("akmola", task, outcome="time-given", data={"slot": named(second)})
        assert (await booking.complete("akmola", task, again.json())).status_code == 200

    async def test_refuses_to_prepare_a_taken_time(self, booking, named):
        await booking.open_monday("akmola")
        await booking.file(booking.citizen(), "akmola", AKMOLA)
        first, *_ = await booking.free("akmola")
        await booking.take(first, at="akmola")
        task = await booking.claim("akmola")
        answer = await booking.prepare("akmola", task, outcome="time-given", data={"slot": named(first)})
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")

    async def test_takes_the_doctor_that_the_citizen_names(self, booking):
        doctor = await booking.open_monday("akmola")
        wish = {key: value for key, value in AKMOLA.items() if key != "specialty"}
        assert (await booking.file(booking.citizen(), "akmola", {**wish, "doctor": doctor})).status_code == 201

    @pytest.mark.parametrize("doctor", ["bkg-" + "0" * 32, "att-" + "0" * 32])
    async def test_refuses_a_doctor_who_is_not_there(self, booking, doctor):
        wish = {key: value for key, value in AKMOLA.items() if key != "specialty"}
        answer = await booking.file(booking.citizen(), "akmola", {**wish, "doctor": doctor})
        assert (answer.status_code, answer.json()["code"]) == (422, "doctor-unknown")

    async def test_refuses_a_doctor_who_sees_nobody_any_more(self, booking):
        doctor = await booking.open_monday("akmola")
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(at="akmola"), {"active": False})
        wish = {key: value for key, value in AKMOLA.items() if key != "specialty"}
        answer = await booking.file(booking.citizen(), "akmola", {**wish, "doctor": doctor})
        assert (answer.status_code, answer.json()["code"]) == (422, "doctor-unknown")

    async def test_refuses_a_doctor_of_another_provider(self, booking):
        wish = {key: value for key, value in AKMOLA.items() if key != "specialty"}
        answer = await booking.file(booking.citizen(), "akmola", {**wish, "doctor": await booking.open_monday()})
        assert (answer.status_code, answer.json()["code"]) == (422, "doctor-unknown")

    @pytest.mark.parametrize("specialty", ["surgeon", "astrologer"])
    async def test_refuses_a_specialty_that_nobody_has(self, booking, specialty):
        await booking.open_monday("akmola")
        answer = await booking.file(booking.citizen(), "akmola", {**AKMOLA, "specialty": specialty})
        assert (answer.status_code, answer.json()["code"]) == (422, "specialty-unknown")

    @pytest.mark.parametrize(
        "span",
        [
            ("2026-04-05T09:00:00+05:00", "2026-04-05T13:00:00+05:00"),
            ("2026-04-07T13:00:00+05:00", "2026-04-07T09:00:00+05:00"),
            ("2026-04-07T09:00:00+05:00", "2026-04-31T13:00:00+05:00"),
            ("2026-04-07T09:00:00+05:00", "9999-12-31T23:59:59-14:00"),
        ],
    )
    async def test_refuses_times_that_cannot_be(self, booking, span):
        await booking.open_monday("akmola")
        times = [*AKMOLA["times"], dict(zip(("from", "to"), span, strict=True))]
        answer = await booking.file(booking.citizen(), "akmola", {**AKMOLA, "times": times})
        assert (answer.status_code, answer.json()["code"]) == (422, "times-in-the-past")

    async def test_refuses_an_application_with_a_ground_of_the_closed_list(self, booking):
        """Clause 8(11): process 7."""
        await booking.open_monday("akmola")
        filed = (await booking.file(booking.citizen(), "akmola", AKMOLA)).json()
        done = await booking.carry_out("akmola", outcome="refused", ground="no-free-time")
        assert (done.status_code, done.json()["application"]["state"]) == (200, "refused")
        shown = (await booking.get(f"/applications/{filed['id']}", booking.citizen())).json()
        assert (shown["notice"]["process"], shown["notice"]["ground"]["code"]) == (7, "no-free-time")
        assert await held(booking) == []
