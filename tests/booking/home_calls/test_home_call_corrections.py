"""What is told of a home visit is made anew, before the visit and when it is over."""

import pytest

WHY = {"reason": "error-in-document"}


@pytest.fixture
def issued(calls, seal):
    """A sealed confirmation; gives the application, what the performer entered, and its doctor."""

    async def begin(region):
        doctor, someone = await calls.doctor(region)
        given = calls.given(doctor)
        application = await calls.visit(region, doctor, visit_at=given["visit_at"])
        assert await seal() == 1
        return application, given, someone

    return begin


@pytest.fixture
def reopen(calls):
    async def send(region, application):
        for deed, body in (("annulment", WHY), ("reissue", {})):
            answer = await calls.booking.post(f"/results/{application}/{deed}", calls.performer(region), body)
            assert answer.status_code == 200, answer.text

    return send


@pytest.mark.parametrize("region", ["zhambyl", "akmola"])
@pytest.mark.parametrize("over", [False, True])
async def test_is_signed_and_sealed_again(calls, issued, reopen, seal, later, region, over):
    application, given, doctor = await issued(region)
    if over:
        later(hours=4)
        assert (await calls.end(application, doctor)).status_code == 200
    before = (await calls.shown(application))["visit"]
    await reopen(region, application)
    done = await calls.set_visit(region, application, given)
    assert done.status_code == 200, done.text
    assert await seal() == 1
    shown = await calls.shown(application)
    assert (shown["state"], shown["visit"], len(shown["annulled"])) == ("issued", before, 1)


async def test_leaves_a_visit_that_is_over_where_it_was(calls, issued, reopen, later):
    application, given, doctor = await issued("akmola")
    later(hours=4)
    await calls.end(application, doctor)
    await reopen("akmola", application)
    another = calls.given(given["doctor"])
    answer = await calls.set_visit("akmola", application, another)
    assert (answer.status_code, answer.json()["code"]) == (409, "visit-ended")


async def test_speaks_of_a_time_that_has_passed_though_nobody_said_how_it_ended(calls, issued, reopen, later):
    application, given, _ = await issued("akmola")
    later(hours=4)
    await reopen("akmola", application)
    assert (await calls.set_visit("akmola", application, given)).status_code == 200
