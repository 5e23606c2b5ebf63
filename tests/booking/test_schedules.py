"""Weekly schedules and the slots that they make; the database refuses what would overlap."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from booking.worker import extend_slots
from shared.db import new_id, violated


def times(slots):
    return sorted({each["starts_at"][11:16] for each in slots})


def days(slots):
    return sorted({each["starts_at"][:10] for each in slots})


class TestReplace:
    async def test_makes_slots_as_far_ahead_as_people_may_book(self, booking):
        doctor = await booking.add_doctor()
        made = (await booking.schedule(doctor, (0, "10:00", "12:00", 60))).json()
        assert made == {"slots_added": 10, "slots_until": "2026-05-07"}
        free = await booking.free()
        assert days(free) == ["2026-04-06", "2026-04-13", "2026-04-20", "2026-04-27", "2026-05-04"]
        assert times(free) == ["10:00", "11:00"]
        assert free[0] == {
            "id": free[0]["id"],
            "doctor_id": doctor,
            "starts_at": "2026-04-06T10:00:00+05:00",
            "ends_at": "2026-04-06T11:00:00+05:00",
        }

    async def test_makes_none_on_holidays(self, booking):
        """1 May 2026 is a Friday, and a holiday."""
        doctor = await booking.add_doctor()
        await booking.schedule(doctor, (4, "10:00", "11:00", 60))
        assert days(await booking.free()) == ["2026-04-10", "2026-04-17", "2026-04-24"]

    async def test_makes_none_that_are_past(self, booking, later):
        later(hours=1, minutes=30)
        doctor = await booking.add_doctor()
        await booking.schedule(doctor, (0, "10:00", "12:00", 60))
        assert (await booking.free())[0]["starts_at"] == "2026-04-06T11:00:00+05:00"

    async def test_changes_nothing_when_it_is_the_same(self, booking):
        doctor = await booking.open_monday()
        before = await booking.free()
        again = await booking.schedule(doctor, (0, "10:00", "12:00", 60))
        assert again.json()["slots_added"] == 0
        assert await booking.free() == before

    async def test_withdraws_free_slots_that_the_new_one_lacks(self, booking):
        doctor = await booking.open_monday()
        await booking.schedule(doctor, (0, "11:00", "13:00", 60))
        assert times(await booking.free()) == ["11:00", "12:00"]
        withdrawn = await booking.rows("SELECT withdrawn_at FROM slots WHERE withdrawn_at IS NOT NULL")
        assert [row.withdrawn_at for row in withdrawn] == [booking.clock.now()] * 5

    async def test_leaves_taken_slots_to_those_who_have_them(self, booking):
        doctor, (first, *_), application = await booking.open_monday(), await booking.free(), new_id()
        await booking.take(first, application)
        made = (await booking.schedule(doctor, (0, "10:30", "12:30", 60))).json()
        assert made["slots_added"] == 9, "one overlaps the taken slot"
        ((held, outside),) = await booking.rows(
            "SELECT application, outside_schedule FROM slots WHERE application IS NOT NULL"
        )
        assert (held, outside) == (application, True)

    async def test_takes_a_slot_back_that_the_next_one_has_again(self, booking):
        doctor, (first, *_) = await booking.open_monday(), await booking.free()
        await booking.take(first)
        await booking.schedule(doctor)
        await booking.schedule(doctor, (0, "10:00", "12:00", 60))
        assert await booking.rows("SELECT 1 FROM slots WHERE outside_schedule") == []
        assert len(await booking.free()) == 9

    async def test_holds_from_its_day_on(self, booking):
        doctor = await booking.open_monday()
        await booking.schedule(doctor, (0, "15:00", "16:00", 60), since="2026-04-20")
        starts = [each["starts_at"][:16] for each in await booking.free()]
        assert starts == [
            "2026-04-06T10:00", "2026-04-06T11:00", "2026-04-13T10:00", "2026-04-13T11:00",
            "2026-04-20T15:00", "2026-04-27T15:00", "2026-05-04T15:00",
        ]  # fmt: skip

    async def test_of_a_past_day_holds_from_now_on(self, booking, later):
        doctor, (first, *_) = await booking.open_monday(), await booking.free()
        later(hours=1, minutes=30)
        await booking.schedule(doctor, since="2026-01-01")
        assert await booking.free() == []
        ((withdrawn,),) = await booking.rows("SELECT withdrawn_at FROM slots ORDER BY starts_at LIMIT 1")
        assert withdrawn is None, first["starts_at"]

    async def test_of_a_day_beyond_the_horizon_keeps_the_one_in_force(self, booking, later):
        doctor = await booking.open_monday()
        await booking.schedule(doctor, (0, "15:00", "16:00", 60), since="2026-06-01")
        assert times(await booking.free()) == ["10:00", "11:00"]
        later(days=28)
        await extend_slots(booking.platform)
        free = await booking.free()
        assert [each["starts_at"][:16] for each in free if each["starts_at"] > "2026-05-25"] == [
            "2026-05-25T10:00", "2026-05-25T11:00", "2026-06-01T15:00",
        ]  # fmt: skip

    async def test_fills_a_whole_month_in_the_shortest_slots(self, booking):
        doctor = await booking.add_doctor()
        made = await booking.schedule(doctor, *((day, "00:00", "23:59", 5) for day in range(7)))
        assert made.json()["slots_added"] == 12 * 12 * 22 - 13, (
            "from 8:00 to 20:00 on working days, less what has begun today"
        )

    async def test_leaves_other_doctors_alone(self, booking):
        one, other = await booking.open_monday(), await booking.open_monday(surname="Ким")
        await booking.schedule(one)
        assert {each["doctor_id"] for each in await booking.free()} == {other}

    async def test_by_two_at_once_ends_in_one_of_them(self, booking, together):
        doctor = await booking.add_doctor()
        weeks = [(0, "10:00", "12:00", 60), (0, "10:30", "12:30", 60)]
        answers = await together(*(booking.schedule(doctor, week) for week in weeks * 5))
        assert [answer.status_code for answer in answers] == [200] * 10
        assert times(await booking.free()) in (["10:00", "11:00"], ["10:30", "11:30"])

    async def test_meets_takers_in_the_slots_own_rows(self, booking, together):
        """Whoever comes first: a slot is taken and stays, or is withdrawn and cannot be had."""
        for _ in range(5):
            doctor = await booking.open_monday()
            slots = await booking.free(doctor_id=doctor)
            outcomes = await together(*(booking.take(slot) for slot in slots), booking.schedule(doctor))
            won = [each for each in outcomes[:-1] if not isinstance(each, Exception)]
            lost = {type(each).__name__ for each in outcomes[:-1] if isinstance(each, Exception)}
            assert lost <= {"SlotOutsideSchedule"}
            rows = await booking.rows(
                "SELECT application, withdrawn_at FROM slots WHERE doctor = CAST(:doctor AS uuid)", doctor=doctor[4:]
            )
            assert sum(row.application is not None for row in rows) == len(won)
            assert all((row.application is None) != (row.withdrawn_at is None) for row in rows)

    async def test_finds_no_doctor_of_another_provider(self, booking):
        doctor = await booking.add_doctor("other")
        answer = await booking.schedule(doctor, (0, "10:00", "12:00", 60))
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    @pytest.mark.parametrize("doctor", ["bkg-1", "att-" + "0" * 32, "bkg-" + "0" * 32])
    async def test_finds_no_doctor_by_another_id(self, booking, doctor):
        assert (await booking.schedule(doctor)).status_code == 404

    @pytest.mark.parametrize(
        "reception",
        [(7, "10:00", "11:00", 60), (0, "11:00", "10:00", 60), (0, "10:00Z", "11:00Z", 60), (0, "10:00", "11:00", 4)],
    )
    async def test_refuses_hours_that_cannot_be(self, booking, reception):
        doctor = await booking.add_doctor()
        answer = await booking.schedule(doctor, reception)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_refuses_receptions_that_overlap(self, booking):
        doctor = await booking.add_doctor()
        answer = await booking.schedule(doctor, (0, "10:00", "12:00", 60), (0, "11:30", "13:00", 30))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    @pytest.mark.parametrize("since", ["1026-04-06", "9999-12-31", "2026-02-30", "tomorrow"])
    async def test_refuses_a_day_that_cannot_be(self, booking, since):
        doctor = await booking.add_doctor()
        assert (await booking.schedule(doctor, since=since)).status_code == 422


class TestExtend:
    async def test_makes_the_days_that_came_into_reach(self, booking, later):
        """Monday, 11 May 2026 is a day of rest for 9 May, a Saturday."""
        await booking.open_monday()
        assert await extend_slots(booking.platform) == 0
        later(days=14)
        assert await extend_slots(booking.platform) == 2
        assert await extend_slots(booking.platform) == 0
        assert days(await booking.free())[-2:] == ["2026-05-04", "2026-05-18"]

    async def test_leaves_out_doctors_who_see_nobody(self, booking, later):
        doctor = await booking.open_monday()
        await booking.add_doctor(surname="Ким")
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": False})
        later(days=7)
        assert await extend_slots(booking.platform) == 0

    async def test_catches_up_with_a_doctor_who_came_back(self, booking, later):
        doctor = await booking.open_monday()
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": False})
        later(days=42)
        await booking.patch(f"/admin/doctors/{doctor}", booking.staff(), {"active": True})
        assert await extend_slots(booking.platform) == 10
        assert days(await booking.free())[0] == "2026-05-18"

    async def test_by_several_workers_makes_each_slot_once(self, booking, later, together):
        for surname in ("Ахметов", "Ким", "Сейітова"):
            await booking.open_monday(surname=surname)
        later(days=14)
        assert sum(await together(*(extend_slots(booking.platform) for _ in range(4)))) == 6

    async def test_ends_where_the_calendar_does(self, booking):
        booking.clock.advance(timedelta(days=618))  # 15 December 2027
        doctor = await booking.add_doctor()
        made = (await booking.schedule(doctor, (0, "10:00", "12:00", 60))).json()
        assert made["slots_until"] == "2027-12-31"
        assert await extend_slots(booking.platform) == 0


class TestSlots:
    INSERT = """INSERT INTO slots (id, provider, doctor, starts_at, ends_at)
                SELECT CAST(:id AS uuid), provider, doctor, starts_at + interval '30 minutes', ends_at
                FROM slots LIMIT 1"""

    async def refused(self, booking, statement, **values):
        with pytest.raises(IntegrityError) as refusal:
            await booking.execute(statement, **values)
        return violated(refusal.value)

    async def test_of_a_doctor_cannot_overlap(self, booking):
        await booking.open_monday()
        assert await self.refused(booking, self.INSERT, id=uuid4()) == "ex_slots_overlap"

    async def test_may_overlap_withdrawn_ones(self, booking):
        doctor = await booking.open_monday()
        await booking.schedule(doctor)
        await booking.execute(self.INSERT, id=uuid4())
        assert len(await booking.free()) == 1

    async def test_cannot_be_withdrawn_while_they_are_taken(self, booking):
        await booking.open_monday()
        await booking.take((await booking.free())[0])
        withdraw = "UPDATE slots SET withdrawn_at = now() WHERE application IS NOT NULL"
        assert await self.refused(booking, withdraw) == "ck_slots_taken_is_live"

    async def test_cannot_be_held_twice_by_an_application(self, booking):
        await booking.open_monday()
        first, second, *_ = await booking.free()
        application = new_id()
        await booking.take(first, application)
        with pytest.raises(IntegrityError) as refusal:
            await booking.take(second, application)
        assert violated(refusal.value) == "uq_slots_application"
