"""Doctors: a public list, kept by the provider's administrators alone."""

import pytest

DOCTOR = {
    "surname": "Оспанова",
    "given_name": "Гүлнар",
    "patronymic": "Әділқызы",
    "specialty": "therapist",
    "room": "214",
}


class TestAdd:
    async def test_puts_the_doctor_into_the_public_list(self, booking, bins):
        added = (await booking.post("/admin/doctors", booking.staff(), DOCTOR)).json()
        (listed,) = (await booking.get(f"/providers/{bins['zhambyl']}/doctors")).json()["items"]
        assert listed == added
        assert listed == {
            **DOCTOR,
            "id": added["id"],
            "specialty_title": {"kk": "Терапевт", "ru": "Терапевт", "en": "Therapist"},
            "active": True,
        }
        assert added["id"].startswith("bkg-")

    async def test_needs_no_patronymic(self, booking):
        answer = await booking.post(
            "/admin/doctors", booking.staff(), {k: v for k, v in DOCTOR.items() if k != "patronymic"}
        )
        assert (answer.status_code, answer.json()["patronymic"]) == (201, None)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("specialty", "astrologer"),
            ("surname", ""),
            ("surname", "<b>Оспанова</b>"),
            ("surname", "Оспанова\u202e"),
            ("surname", "Оспа\nнова"),
            ("given_name", "Г" * 101),
            ("room", " "),
            ("room", "214\x07"),
            ("rank", "first"),
        ],
    )
    async def test_refuses_what_is_no_doctor(self, booking, bins, field, value):
        answer = await booking.post("/admin/doctors", booking.staff(), {**DOCTOR, field: value})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{field}"]
        assert (await booking.get(f"/providers/{bins['zhambyl']}/doctors")).json()["items"] == []


class TestList:
    async def test_is_by_name(self, booking, bins):
        for surname in ("Сейітова", "Ахметов", "Ким"):
            await booking.add_doctor(surname=surname)
        listed = (await booking.get(f"/providers/{bins['zhambyl']}/doctors")).json()["items"]
        assert [each["surname"] for each in listed] == ["Ахметов", "Ким", "Сейітова"]

    async def test_is_narrowed_to_a_specialty(self, booking, bins):
        await booking.add_doctor(specialty="cardiologist", surname="Ким")
        await booking.add_doctor()
        answer = await booking.get(f"/providers/{bins['zhambyl']}/doctors", specialty="cardiologist")
        assert [each["surname"] for each in answer.json()["items"]] == ["Ким"]

    async def test_is_of_one_provider(self, booking, bins):
        await booking.add_doctor("other")
        assert (await booking.get(f"/providers/{bins['zhambyl']}/doctors")).json()["items"] == []

    async def test_of_an_unknown_provider_is_not_found(self, booking):
        answer = await booking.get("/providers/990140000001/doctors")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


class TestChange:
    async def test_takes_a_doctor_off_the_list_and_his_times_with_him(self, booking, bins):
        doctor = await booking.open_monday()
        assert len(await booking.free()) == 10
        answer = await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": False})
        assert (answer.status_code, answer.json()["active"]) == (200, False)
        assert (await booking.get(f"/providers/{bins['zhambyl']}/doctors")).json()["items"] == []
        assert await booking.free() == []

    async def test_brings_him_back_with_the_same_times(self, booking):
        doctor = await booking.open_monday()
        before = await booking.free()
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": False})
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": True})
        assert await booking.free() == before

    async def test_finds_no_doctor_of_another_provider(self, booking):
        doctor = await booking.add_doctor("other")
        answer = await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": False})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


class TestAdministration:
    @pytest.mark.parametrize("role", ["responsible_employee", "supervisor", "journal_keeper"])
    async def test_is_refused_to_other_staff(self, booking, role):
        doctor = await booking.add_doctor()
        week = {"valid_from": "2026-04-06", "receptions": []}
        by = booking.staff(role)
        for answer in (
            await booking.post("/admin/doctors", by, DOCTOR),
            await booking.patch(f"/admin/doctors/{doctor}", by, {"active": False}),
            await booking.put(f"/admin/doctors/{doctor}/schedule", by, week),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "administrator-only")

    async def test_is_refused_to_citizens(self, booking):
        answer = await booking.post("/admin/doctors", booking.citizen(), DOCTOR)
        assert (answer.status_code, answer.json()["code"]) == (403, "administrator-only")

    async def test_is_refused_to_nobody_in_particular(self, booking):
        answer = await booking.call("POST", "/admin/doctors", json=DOCTOR)
        assert answer.status_code == 401

    async def test_is_the_gateways_to_ask_for(self, booking, bins):
        answer = await booking.http.get(f"/providers/{bins['zhambyl']}/doctors")
        assert answer.status_code == 401
