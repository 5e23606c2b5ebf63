"""What meets while a doctor's times change: one waits for the other, and then looks at what there is."""

from contextlib import asynccontextmanager
from functools import partial

import pytest
from sqlalchemy import text

from shared.testing.databases import until_it_waits

FORM = {"complaint": "Бас ауырады", "phone": "+77011234567"}
MORNING = {"from": "2026-04-06T09:00:00+05:00", "to": "2026-04-06T11:00:00+05:00", "ground": "doctor-ill"}


@pytest.fixture
def held(booking):
    """Hold what a statement locks until the block ends."""

    @asynccontextmanager
    async def hold(statement):
        async with booking.owner.transaction() as session:
            await session.execute(text(statement))
            yield

    return hold


@pytest.fixture
def stops(booking):
    """Begin a request, and say when it waits for a lock, or is over."""

    return partial(until_it_waits, database=booking.owner)


@pytest.fixture
async def filed(booking, named):
    doctor = await booking.open_monday()
    slot, *_ = await booking.free()
    answer = await booking.file(booking.citizen(), "zhambyl", {"slot": named(slot), **FORM})
    return {**answer.json(), "doctor": doctor}


async def test_an_exception_taken_back_while_it_is_settled_moves_nobody_more(booking, filed, held, stops):
    path = f"/admin/doctors/{filed['doctor']}/exceptions"
    made = (await booking.post(path, booking.staff(), MORNING)).json()
    exception = f"/admin/exceptions/{made['id']}"
    async with held("SELECT id FROM applications FOR UPDATE"):
        settling = await stops(booking.post(f"{exception}/settlement", booking.staff(), {"deed": "move"}))
        assert not settling.done()
        ended = await booking.call("DELETE", exception, booking.staff().actor)
        assert ended.status_code == 204, ended.text
    answer = await settling
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    shown = (await booking.get(f"/applications/{filed['id']}", booking.citizen())).json()
    assert shown["appointment"]["starts_at"] == filed["appointment"]["starts_at"]


async def test_a_cancellation_waits_for_whoever_changes_the_doctors_times(booking, filed, held, stops):
    path = f"/workstation/appointments/{filed['id']}/cancellation"
    by = booking.staff("responsible_employee")
    async with held("SELECT id FROM doctors FOR NO KEY UPDATE"):
        cancelling = await stops(booking.post(path, by, {"ground": "doctor-ill", "note": None}))
        assert not cancelling.done()
    assert (await cancelling).status_code == 200
    assert len(await booking.rows("SELECT 1 FROM schedule_exceptions")) == 1


async def test_an_account_given_to_another_doctor_meanwhile_is_taken(booking, stops):
    first, second = await booking.add_doctor(), await booking.add_doctor()
    async with booking.owner.transaction() as session:
        statement = text("UPDATE doctors SET account = 'staff-1' WHERE id = CAST(:id AS uuid)")
        await session.execute(statement, {"id": first.removeprefix("bkg-")})
        path = f"/admin/doctors/{second}"
        giving = await stops(booking.patch(path, booking.staff(), {"account_id": "staff-1"}))
        assert not giving.done()
    answer = await giving
    assert (answer.status_code, answer.json()["code"]) == (409, "doctor-account-taken")
