"""A talon that was annulled is made again: it says what the application came to, and enrols nobody twice."""

import pytest

from .conftest import TODAY, street
from .desk import HOME
from .test_applications import PERIODS, STEPS, TOLD, text_of
from .test_for_a_child import RIGHTS, claimed
from .test_refused_requests import known

WHY = {"reason": "error-in-document"}


@pytest.fixture(params=["first", "akmola"], ids=["zhambyl", "akmola"])
async def at(request, attachment):
    """A provider of each region, whose district has the street."""
    await attachment.district(street(), name="№ 3", at=request.param)
    return request.param


async def issue(desk, filed, at):
    """Carry a request out to the sealed talon, and give it."""
    assert filed.status_code == 201, filed.text
    for _ in STEPS[at]:
        await desk.carry_out(at)
    assert await desk.seal() == 1
    return filed.json()


async def reissue(desk, issued, at):
    """Annul the talon and have it made again: the days later are what a mistake takes to be found."""
    by, path = desk.staff(at), f"/results/{issued['id']}"
    annulled = await desk.post(f"{path}/annulment", by, WHY)
    assert annulled.status_code == 200, annulled.text
    again = await desk.post(f"{path}/reissue", by)
    assert again.status_code == 200, again.text


class TestATalonMadeAgain:
    async def test_says_since_when_the_person_is_enrolled(self, desk, attachment, at):
        patient = desk.citizen((await attachment.add()).iin)
        issued = await issue(desk, await desk.file(patient, at), at)
        before = await attachment.rows(PERIODS)
        desk.later(days=1)
        await reissue(desk, issued, at)
        assert (await desk.carry_out(at))["application"]["state"] == "ready"
        assert await desk.seal() == 1
        told = text_of((await desk.get(f"/applications/{issued['id']}/result", patient)).content)
        assert "06.04.2026" in told
        assert "№ 3" in told
        shown = (await desk.get(f"/applications/{issued['id']}", patient)).json()
        assert (shown["state"], shown["attachment"]) == ("issued", {"district": "№ 3", "since": str(TODAY)})
        assert await attachment.rows(PERIODS) == before
        assert len(await attachment.rows(TOLD)) == 1

    async def test_has_the_district_that_the_register_has_now(self, desk, attachment, at):
        data = await attachment.add()
        patient = desk.citizen(data.iin)
        issued = await issue(desk, await desk.file(patient, at), at)
        listed = await attachment.call("GET", "/admin/districts", by=attachment.staff("administrator", at))
        (district,) = listed.json()["items"]
        body = {"name": "№ 4", "houses": [street()]}
        path = f"/admin/districts/{district['id']}"
        renamed = await attachment.call("PUT", path, body, by=attachment.staff("administrator", at))
        assert renamed.status_code == 200, renamed.text
        await reissue(desk, issued, at)
        await desk.carry_out(at)
        shown = (await desk.get(f"/applications/{issued['id']}", patient)).json()
        assert shown["attachment"]["district"] == "№ 4"

    async def test_is_made_for_one_who_has_died_since(self, desk, attachment, at):
        data = await attachment.add()
        issued = await issue(desk, await desk.file(desk.citizen(data.iin), at), at)
        await attachment.happened((await known(attachment, data))["id"], kind="died")
        await reissue(desk, issued, at)
        assert (await desk.carry_out(at))["application"]["state"] == "ready"

    async def test_takes_nobody_back_who_is_enrolled_elsewhere_since(self, desk, attachment):
        await attachment.district(street())
        data = await attachment.add()
        patient = desk.citizen(data.iin)
        issued = await issue(desk, await desk.file(patient), "first")
        await attachment.district(street(street="Төле би"), at="second")
        desk.later(days=1)
        elsewhere = await desk.file(patient, "second", address={**HOME, "street": "Төле би"})
        assert elsewhere.status_code == 201, elsewhere.text
        for _ in STEPS["first"]:
            await desk.carry_out("second")
        before = await attachment.rows(PERIODS)
        await reissue(desk, issued, "first")
        assert (await desk.carry_out())["application"]["state"] == "ready"
        assert await attachment.rows(PERIODS) == before

    async def test_needs_no_right_that_was_recorded_with_the_first(self, desk, attachment, at):
        child, parent = await attachment.add(birth_date=TODAY.replace(year=2015)), desk.citizen()
        issued = await issue(desk, await claimed(desk, parent, child, at), at)
        assert len(await attachment.rows(RIGHTS)) == 1
        await reissue(desk, issued, at)
        await desk.carry_out(at)
        assert len(await attachment.rows(RIGHTS)) == 1
