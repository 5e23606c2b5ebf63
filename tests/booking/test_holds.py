"""Holding a free slot while the form is filled in and signed: one for each citizen, ten minutes, nobody else's."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from booking.appointments.errors import SlotAlreadyTaken
from booking.appointments.service import WantedSlot
from shared.db import new_id, violated

TEN_MINUTES = timedelta(minutes=10)
FORM = {"complaint": "Бас ауырады", "phone": "+77011234567"}


@pytest.fixture
async def monday(booking):
    """The free slots of a doctor who sees patients on Mondays at 10 and 11."""
    await booking.open_monday()
    return await booking.free()


@pytest.fixture
def hold(booking):
    async def send(slot, number=1):
        return await booking.post(f"/slots/{slot['id']}/hold", booking.citizen(number))

    return send


@pytest.fixture
def let_go(booking):
    async def send(slot, number=1):
        return await booking.call("DELETE", f"/slots/{slot['id']}/hold", booking.citizen(number).actor)

    return send


async def holders(booking):
    rows = await booking.rows("SELECT id, held_by FROM slots WHERE held_until > :now", now=booking.clock.now())
    return {f"bkg-{row.id.hex}": row.held_by for row in rows}


async def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    return answer.json()


class TestHold:
    async def test_keeps_a_free_slot_for_the_time_of_the_regulation(self, booking, monday, hold):
        answer = await hold(monday[0])
        assert answer.status_code == 200, answer.text
        until = datetime.fromisoformat(answer.json()["held_until"])
        assert until == booking.clock.now() + TEN_MINUTES
        assert {key: answer.json()[key] for key in monday[0]} == monday[0]

    async def test_takes_it_off_the_list(self, booking, monday, hold):
        await hold(monday[0])
        assert await booking.free() == monday[1:]

    async def test_of_a_held_slot_is_refused_with_the_next_free(self, booking, monday, hold):
        await hold(monday[0])
        said = await refused(await hold(monday[0], 2), 409, "slot-taken")
        assert said["next_free"] == monday[1:6]
        assert await holders(booking) == {monday[0]["id"]: "citizen-1"}

    async def test_takes_the_place_of_the_one_before(self, booking, monday, hold):
        await hold(monday[0])
        await hold(monday[1])
        assert await holders(booking) == {monday[1]["id"]: "citizen-1"}
        assert (await hold(monday[0], 2)).status_code == 200

    async def test_that_is_refused_leaves_the_one_before(self, booking, monday, hold):
        await hold(monday[0], 1)
        await hold(monday[1], 2)
        await refused(await hold(monday[1], 1), 409, "slot-taken")
        assert (await holders(booking))[monday[0]["id"]] == "citizen-1"

    async def test_twice_is_answered_alike_and_not_prolonged(self, booking, monday, hold, later):
        first = (await hold(monday[0])).json()
        later(minutes=9)
        assert (await hold(monday[0])).json() == first

    async def test_runs_out_by_itself(self, booking, monday, hold, later):
        await hold(monday[0])
        later(minutes=10)
        assert await booking.free() == monday
        assert (await hold(monday[0], 2)).status_code == 200
        assert await holders(booking) == {monday[0]["id"]: "citizen-2"}

    async def test_that_ran_out_can_be_had_again(self, booking, monday, hold, later):
        first = (await hold(monday[0])).json()
        later(minutes=10)
        assert (await hold(monday[0])).json()["held_until"] > first["held_until"]

    @pytest.mark.parametrize("slot", ["bkg-" + "0" * 32, "att-" + "0" * 32, "bkg-1"])
    async def test_finds_no_slot_by_another_id(self, hold, monday, slot):
        await refused(await hold({"id": slot}), 404, "not-found")

    async def test_is_refused_for_a_slot_in_the_past_or_gone(self, booking, monday, hold, later):
        await booking.take(monday[1])
        await refused(await hold(monday[1]), 409, "slot-taken")
        later(hours=1)
        await refused(await hold(monday[0]), 409, "slot-in-the-past")
        await booking.schedule(monday[0]["doctor_id"])
        await refused(await hold(monday[4]), 409, "slot-outside-schedule")

    async def test_is_refused_where_the_performer_gives_the_time(self, booking, hold):
        await booking.open_monday("akmola")
        slot, *_ = await booking.free("akmola")
        await refused(await hold(slot), 409, "hold-not-offered")

    async def test_is_the_citizens(self, booking, monday):
        answer = await booking.post(f"/slots/{monday[0]['id']}/hold", booking.staff())
        assert answer.status_code == 403


class TestAHeldSlot:
    async def test_is_taken_by_the_holders_own_application(self, booking, monday, hold, named):
        await hold(monday[0])
        answer = await booking.file(booking.citizen(1), "zhambyl", {"slot": named(monday[0]), **FORM})
        assert answer.status_code == 201, answer.text
        assert await holders(booking) == {}

    async def test_is_not_taken_by_anothers(self, booking, monday, hold, named):
        await hold(monday[0])
        answer = await booking.file(booking.citizen(2), "zhambyl", {"slot": named(monday[0]), **FORM})
        said = await refused(answer, 409, "slot-taken")
        assert said["next_free"] == monday[1:6]
        assert (await booking.file(booking.citizen(1), "zhambyl", {"slot": named(monday[0]), **FORM})).is_success

    async def test_is_not_given_by_the_performer(self, booking, monday, hold, named):
        await hold(monday[0])
        for deed in ("check", "give"):
            with pytest.raises(SlotAlreadyTaken):
                async with booking.appointments() as appointments:
                    await getattr(appointments, deed)(WantedSlot.read(named(monday[0])), new_id())

    async def test_goes_when_the_schedule_loses_it(self, booking, monday, hold):
        await hold(monday[0])
        await booking.schedule(monday[0]["doctor_id"], (0, "11:00", "12:00", 60))
        assert await holders(booking) == {}
        await refused(await hold(monday[0]), 409, "slot-outside-schedule")

    async def test_stays_when_the_new_schedule_has_it_too(self, booking, monday, hold):
        await hold(monday[0])
        await booking.schedule(monday[0]["doctor_id"], (0, "10:00", "11:00", 60))
        assert await holders(booking) == {monday[0]["id"]: "citizen-1"}


class TestLettingGo:
    async def test_offers_the_slot_again(self, booking, monday, hold, let_go):
        await hold(monday[0])
        assert (await let_go(monday[0])).status_code == 204
        assert await booking.free() == monday
        assert (await hold(monday[0], 2)).status_code == 200

    async def test_ends_nobody_elses_hold(self, booking, monday, hold, let_go):
        await hold(monday[0], 1)
        for slot, number in ((monday[0], 2), (monday[1], 1)):
            assert (await let_go(slot, number)).status_code == 204
        assert await holders(booking) == {monday[0]["id"]: "citizen-1"}

    async def test_twice_is_as_good_as_once(self, booking, monday, hold, let_go):
        await hold(monday[0])
        assert [(await let_go(monday[0])).status_code for _ in range(2)] == [204, 204]
        assert await holders(booking) == {}

    @pytest.mark.parametrize("slot", ["bkg-" + "0" * 32, "att-" + "0" * 32])
    async def test_finds_no_slot_by_another_id(self, let_go, monday, slot):
        await refused(await let_go({"id": slot}), 404, "not-found")


class TestRaces:
    async def test_one_of_many_holds_a_slot(self, booking, monday, hold, together):
        for slot in monday[:5]:
            answers = await together(*(hold(slot, number) for number in range(1, 21)))
            assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
        assert len(await holders(booking)) == 5 - _moved(await holders(booking))

    async def test_one_citizen_holds_one_of_many(self, booking, monday, hold, together):
        answers = await together(*(hold(slot) for slot in monday[:8] * 3))
        assert {answer.status_code for answer in answers} == {200}
        assert list((await holders(booking)).values()) == ["citizen-1"]

    async def test_two_who_change_places_do_not_wait_for_each_other(self, booking, monday, hold, together):
        for _ in range(10):
            await hold(monday[0], 1)
            await hold(monday[1], 2)
            answers = await together(hold(monday[1], 1), hold(monday[0], 2))
            assert {answer.status_code for answer in answers} <= {200, 409}, "and never 503"
            assert sorted((await holders(booking)).values()) == ["citizen-1", "citizen-2"]
            await booking.execute("UPDATE slots SET held_by = NULL, held_until = NULL")

    async def test_holders_and_schedules_do_not_wait_in_a_ring(self, booking, monday, hold, together):
        doctor = monday[0]["doctor_id"]
        for _ in range(8):
            holds = [hold(monday[(2 * number + place) % 10], number) for place in (3, 0) for number in range(1, 9)]
            weeks = [booking.schedule(doctor, (0, "10:00", "12:00", 60)) for _ in range(3)]
            answers = await together(
                *(each for pair in zip(holds[:8], holds[8:], strict=True) for each in pair), *weeks
            )
            assert {answer.status_code for answer in answers} <= {200, 409}, "and never 503"

    async def test_a_slot_is_held_or_taken_and_never_both(self, booking, monday, hold, together):
        for slot in monday[:8]:
            *answers, taken = await together(*(hold(slot, number) for number in (1, 2, 3)), booking.take(slot))
            held = [answer for answer in answers if answer.status_code == 200]
            assert len(held) + (not isinstance(taken, Exception)) == 1

    async def test_the_database_lets_an_account_stand_in_one_row(self, booking, monday):
        with pytest.raises(IntegrityError) as refusal:
            await booking.execute("UPDATE slots SET held_by = 'citizen-1', held_until = now() + interval '1 hour'")
        assert violated(refusal.value) == "uq_slots_held_by"


def _moved(held):
    """How many slots lost their hold because their holder won a later one."""
    return 5 - len(set(held))
