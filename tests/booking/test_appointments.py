"""Taking the slot that a signed document names: whole, once, or with the reason why not."""

import asyncio
from datetime import datetime

import pytest

from booking.appointments.errors import (
    SlotAlreadyTaken,
    SlotInThePast,
    SlotOfAnotherProvider,
    SlotOutsideSchedule,
    SlotTimeMismatch,
    SlotUnknown,
)
from booking.appointments.repository import release
from booking.appointments.service import WantedSlot
from shared.db import DatabaseAway, new_id

ROUNDS, TAKERS = 20, 200


@pytest.fixture
async def monday(booking):
    """The free slots of a doctor who sees patients on Mondays at 10 and 11."""
    await booking.open_monday()
    return await booking.free()


async def holders(booking):
    return {
        row.starts_at: row.application
        for row in await booking.rows("SELECT * FROM slots WHERE application IS NOT NULL")
    }


class TestTake:
    async def test_makes_the_slot_the_applications(self, booking, monday):
        application = new_id()
        appointment = await booking.take(monday[0], application)
        assert appointment == {
            "slot_id": monday[0]["id"],
            "starts_at": "2026-04-06T10:00:00+05:00",
            "ends_at": "2026-04-06T11:00:00+05:00",
            "room": "214",
            "doctor": {
                "id": monday[0]["doctor_id"],
                "name": "Оспанова Гүлнар Әділқызы",
                "specialty": "therapist",
                "specialty_title": {"kk": "Терапевт", "ru": "Терапевт", "en": "Therapist"},
            },
        }
        (row,) = await booking.rows("SELECT application, given_by, taken_at FROM slots WHERE application IS NOT NULL")
        assert tuple(row) == (application, "citizen", booking.clock.now())

    async def test_takes_the_time_in_whatever_offset_it_is_written(self, booking, monday):
        assert await booking.take({**monday[0], "starts_at": "2026-04-06T05:00:00Z"})

    async def test_refuses_a_taken_slot_and_names_the_next_free_ones(self, booking, monday):
        for slot in monday[:3]:
            await booking.take(slot)
        with pytest.raises(SlotAlreadyTaken) as refusal:
            await booking.take(monday[1])
        assert refusal.value.status == 409
        assert refusal.value.extra == {"next_free": monday[3:8]}

    async def test_names_the_next_free_slots_of_that_doctor_alone(self, booking, monday):
        await booking.open_monday(surname="Ким")
        await booking.take(monday[0])
        with pytest.raises(SlotAlreadyTaken) as refusal:
            await booking.take(monday[0])
        assert {each["doctor_id"] for each in refusal.value.extra["next_free"]} == {monday[0]["doctor_id"]}

    async def test_refuses_a_slot_in_the_past(self, booking, monday, later):
        later(hours=1)
        with pytest.raises(SlotInThePast) as refusal:
            await booking.take(monday[0])
        assert refusal.value.extra["next_free"][0] == monday[1]

    async def test_refuses_a_slot_that_the_schedule_has_lost(self, booking, monday):
        await booking.schedule(monday[0]["doctor_id"], (0, "11:00", "12:00", 60))
        with pytest.raises(SlotOutsideSchedule) as refusal:
            await booking.take(monday[0])
        assert refusal.value.extra["next_free"][0] == monday[1]

    async def test_refuses_a_slot_of_a_doctor_who_sees_nobody_any_more(self, booking, monday):
        await booking.patch(f"/admin/doctors/{monday[0]['doctor_id']}", booking.staff(), {"active": False})
        with pytest.raises(SlotOutsideSchedule) as refusal:
            await booking.take(monday[0])
        assert refusal.value.extra["next_free"] == []

    async def test_refuses_a_slot_of_another_provider(self, booking, monday):
        with pytest.raises(SlotOfAnotherProvider):
            await booking.take(monday[0], at="other")

    @pytest.mark.parametrize(
        "starts_at", ["2026-04-06T11:00:00+05:00", "2026-04-06T10:00:00+06:00", "2026-04-06T10:00:00.000001+05:00"]
    )
    async def test_refuses_a_time_that_is_not_the_slots(self, booking, monday, starts_at):
        with pytest.raises(SlotTimeMismatch):
            await booking.take({**monday[0], "starts_at": starts_at})

    @pytest.mark.parametrize(
        "starts_at",
        ["2026-04-31T10:00:00+05:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z", "2026-04-06T10:00:00+25:00"],
    )
    async def test_refuses_a_time_that_there_never_was(self, booking, monday, starts_at):
        with pytest.raises(SlotTimeMismatch):
            await booking.take({**monday[0], "starts_at": starts_at})

    @pytest.mark.parametrize("slot", ["bkg-" + "0" * 32, "att-" + "0" * 32])
    async def test_refuses_a_slot_that_there_is_not(self, booking, monday, slot):
        with pytest.raises(SlotUnknown):
            await booking.take({**monday[0], "id": slot})

    async def test_changes_nothing_when_it_refuses(self, booking, monday, later):
        later(hours=1)
        with pytest.raises(SlotInThePast):
            await booking.take(monday[0])
        assert await holders(booking) == {}

    async def test_is_one_statement(self, booking, monday):
        from sqlalchemy import event

        said = []
        engine = booking.platform.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
        await booking.take(monday[0])
        assert len(said) == 1
        assert said[0].lstrip().startswith("UPDATE slots")

    async def test_lets_one_of_two_hundred_have_it_twenty_times_over(self, booking, together):
        doctor = await booking.add_doctor()
        await booking.schedule(doctor, *((day, "10:00", "12:00", 30) for day in range(5)))
        slots = await booking.free(limit=ROUNDS)
        gate = asyncio.Semaphore(booking.platform.settings.pool_size)

        async def take(slot, taker):
            async with gate:
                return await booking.take(slot, taker)

        for slot in slots:
            takers = [new_id() for _ in range(TAKERS)]
            outcomes = await together(*(take(slot, taker) for taker in takers))
            winners = [taker for taker, each in zip(takers, outcomes, strict=True) if not isinstance(each, Exception)]
            assert len(winners) == 1
            others = [each for taker, each in zip(takers, outcomes, strict=True) if taker not in winners]
            assert {type(each) for each in others} - {DatabaseAway} == {SlotAlreadyTaken}  # away: try again
            assert (await holders(booking))[datetime.fromisoformat(slot["starts_at"])] == winners[0]
        assert len(await holders(booking)) == ROUNDS


class TestGive:
    async def give(self, booking, slot, application, named):
        async with booking.appointments() as appointments:
            return await appointments.give(WantedSlot.read(named(slot)), application)

    async def test_books_what_the_performer_gives(self, booking, monday, named):
        application = new_id()
        await self.give(booking, monday[0], application, named)
        (row,) = await booking.rows("SELECT application, given_by FROM slots WHERE application IS NOT NULL")
        assert tuple(row) == (application, "performer")

    async def test_moves_an_application_that_has_a_time(self, booking, monday, named):
        application = new_id()
        await booking.take(monday[0], application)
        await self.give(booking, monday[1], application, named)
        assert list((await holders(booking)).values()) == [application]
        assert (await booking.free())[0] == monday[0]

    async def test_gives_the_same_time_again(self, booking, monday, named):
        application = new_id()
        await self.give(booking, monday[0], application, named)
        assert (await self.give(booking, monday[0], application, named))["slot_id"] == monday[0]["id"]

    async def test_keeps_the_old_time_when_the_new_one_is_taken(self, booking, monday, named):
        application = new_id()
        await booking.take(monday[0], application)
        await booking.take(monday[1])
        with pytest.raises(SlotAlreadyTaken):
            await self.give(booking, monday[1], application, named)
        assert application in (await holders(booking)).values()

    async def test_by_two_dispatchers_at_once_succeeds_for_one(self, booking, monday, named, together):
        applications = [new_id(), new_id()]
        outcomes = await together(*(self.give(booking, monday[0], each, named) for each in applications))
        assert sorted(type(each).__name__ for each in outcomes) == ["SlotAlreadyTaken", "dict"]
        assert len(await holders(booking)) == 1


class TestCheck:
    async def check(self, booking, slot, named, application=None):
        async with booking.appointments() as appointments:
            return await appointments.check(WantedSlot.read(named(slot)), application or new_id())

    async def test_tells_what_giving_would_tell_and_changes_nothing(self, booking, monday, named):
        told = await self.check(booking, monday[0], named)
        assert await holders(booking) == {}
        assert told == await booking.take(monday[0])

    async def test_refuses_as_giving_would(self, booking, monday, named, later):
        await booking.take(monday[1])
        with pytest.raises(SlotAlreadyTaken):
            await self.check(booking, monday[1], named)
        later(hours=1)
        with pytest.raises(SlotInThePast):
            await self.check(booking, monday[0], named)

    async def test_allows_the_time_that_the_application_has(self, booking, monday, named):
        application = new_id()
        await booking.take(monday[0], application)
        assert await self.check(booking, monday[0], named, application)


class TestRelease:
    async def release(self, booking, application):
        async with booking.platform.database.transaction() as session:
            await release(session, application)

    async def test_offers_the_slot_again(self, booking, monday):
        application = new_id()
        await booking.take(monday[0], application)
        await self.release(booking, application)
        assert await booking.free() == monday
        assert await booking.take(monday[0])

    async def test_does_nothing_for_an_application_without_a_slot(self, booking, monday):
        await booking.take(monday[0])
        await self.release(booking, new_id())
        assert len(await holders(booking)) == 1

    async def test_offers_no_slot_that_the_schedule_has_lost(self, booking, monday):
        application = new_id()
        await booking.take(monday[0], application)
        await booking.schedule(monday[0]["doctor_id"])
        await self.release(booking, application)
        assert await booking.free() == []
        with pytest.raises(SlotOutsideSchedule):
            await booking.take(monday[0])
