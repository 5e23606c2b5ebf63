"""A confirmation that was annulled is made anew, before its time and after it: every reopened task can be ended."""

import pytest

from shared.applications.results.sealing import Seals, SealWorker

AKMOLA = {
    "specialty": "therapist",
    "times": [{"from": "2026-04-06T09:00:00+05:00", "to": "2026-04-06T13:00:00+05:00"}],
    "condition": "Үш күннен бері бас ауырады",
    "address": "Көкшетау қ., Абай к-сі, 5, 12",
    "phone": "+77011234567",
}
PERFORMERS = {"zhambyl": "responsible_employee", "akmola": "dispatcher"}
LAST = {"zhambyl": "confirmed", "akmola": "time-given"}
WHY = {"reason": "error-in-document"}


@pytest.fixture
def seal(booking):
    """Let the worker seal what is signed."""
    seals = Seals(booking.platform.settings.seals)
    return SealWorker(booking.office, booking.platform.database, booking.clock, seals.of).run_once


@pytest.fixture
def issued(booking, named, seal):
    """Book a time and have it confirmed and sealed; gives the application, and what the step has to be told."""

    async def begin(region):
        await booking.open_monday(region)
        slot, *_ = await booking.free(region)
        picked = {"slot": named(slot), "complaint": "Бас ауырады", "phone": "+77011234567"}
        filed = await booking.file(booking.citizen(), region, picked if region == "zhambyl" else AKMOLA)
        data = {"slot": named(slot)} if region == "akmola" else {}
        done = await booking.carry_out(region, outcome=LAST[region], data=data)
        assert done.status_code == 200, done.text
        assert await seal() == 1
        return filed.json()["id"], data

    return begin


@pytest.fixture
def reopen(booking):
    async def send(region, application):
        by = booking.staff(PERFORMERS[region], region)
        for deed, body in (("annulment", WHY), ("reissue", {})):
            answer = await booking.post(f"/results/{application}/{deed}", by, body)
            assert answer.status_code == 200, answer.text

    return send


@pytest.fixture
def state(booking):
    async def read(application):
        shown = (await booking.get(f"/applications/{application}", booking.citizen())).json()
        return shown["state"], shown["appointment"]["starts_at"], len(shown["annulled"])

    return read


@pytest.mark.parametrize("region", ["zhambyl", "akmola"])
@pytest.mark.parametrize("hours", [0, 3])
async def test_is_signed_and_sealed_again_whenever_its_time_is(
    booking, issued, reopen, state, seal, later, region, hours
):
    application, data = await issued(region)
    later(hours=hours)
    if hours:
        by = booking.staff(PERFORMERS[region], region)
        came = await booking.post(f"/workstation/appointments/{application}/attendance", by, {"attended": True})
        assert came.status_code == 200, came.text
    await reopen(region, application)
    done = await booking.carry_out(region, outcome=LAST[region], data=data)
    assert done.status_code == 200, done.text
    assert await seal() == 1
    assert await state(application) == ("issued", "2026-04-06T10:00:00+05:00", 1)


async def test_does_not_move_what_has_begun(booking, named, issued, reopen, later):
    application, _ = await issued("akmola")
    later(minutes=61)
    await reopen("akmola", application)
    task, other = await booking.claim("akmola"), (await booking.free("akmola"))[0]
    answer = await booking.prepare("akmola", task, outcome="time-given", data={"slot": named(other)})
    assert (answer.status_code, answer.json()["code"]) == (409, "appointment-begun")


@pytest.mark.parametrize("region", ["zhambyl", "akmola"])
async def test_is_not_refused(booking, issued, reopen, region):
    application, _ = await issued(region)
    await reopen(region, application)
    task = await booking.claim(region)
    ground = {"zhambyl": "doctor-not-receiving", "akmola": "no-free-time"}[region]
    answer = await booking.prepare(region, task, outcome="refused", ground=ground)
    assert (answer.status_code, answer.json()["code"]) == (409, "result-being-corrected")
    shown = await booking.get(f"/tasks/{task['id']}", booking.staff(PERFORMERS[region], region))
    assert shown.json()["grounds"] == []
