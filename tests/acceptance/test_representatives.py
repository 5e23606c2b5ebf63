"""A parent applies for a child through the front door: by the right on record, or by the certificate staff see."""

from datetime import date
from itertools import count
from types import SimpleNamespace

import pytest

from shared.testing.identities import iin

from .test_at_the_window import ROUTE, visit_of

BORN = date(2016, 2, 10)
RIGHT = {"kind": "parent", "proof": "birth-certificate", "number": "11-22 № 0334455"}
_children = count(1)


@pytest.fixture
async def parent(town):
    portal = town.newcomer()
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    return portal


@pytest.fixture
async def child(town):
    """A child in the register, with an account of its own in later years."""
    own = str(iin(birth=BORN, sex="f", number=next(_children)))
    portal = town.newcomer(iin=own, given_name="Айару", patronymic="Ерланқызы")
    await town.into_register(portal)
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    return portal


@pytest.fixture
async def registrar(town):
    return await town.workstation("zhambyl")


@pytest.fixture
async def recorded(registrar, parent, child):
    new = {"representative": parent.person.iin, "represented": child.person.iin, "kind": "parent",
           "from_on": str(BORN), "proof": {"code": RIGHT["proof"], "number": RIGHT["number"]}}  # fmt: skip
    return await registrar.api.post("/register/representations", new)


async def file_for(town, parent, child):
    return await town.file(parent, patient={"iin": child.person.iin})


class TestARightOnRecord:
    async def test_carries_the_whole_walk_to_the_childs_confirmation(self, town, parent, child, recorded):
        receipt = await file_for(town, parent, child)
        shown = await parent.api.get(f"/applications/{receipt['id']}")
        assert shown["patient"] == {"iin": child.person.iin, "name": child.person.name}
        assert (shown["representative"]["kind"], shown["representative"]["shown_by"]) == ("parent", "register")
        await town.complete("zhambyl", receipt["id"])

        async def result():
            return await parent.api.request("GET", f"/applications/{receipt['id']}/result")

        pdf = await town.until(result, "result-not-ready")
        assert pdf.content.startswith(b"%PDF")

    async def test_lets_the_child_see_what_was_done_and_read(self, town, parent, child, recorded):
        receipt = await file_for(town, parent, child)
        await parent.api.get(f"/applications/{receipt['id']}")
        looks = [each for each in (await child.api.get("/access-log"))["items"] if each["roles"] == ["parent"]]
        assert {each["action"] for each in looks} >= {"application-filed", "application-read"}
        assert {each["name"] for each in looks if each["application"]} == {parent.person.name}
        assert [each["id"] for each in (await child.api.get("/applications"))["items"]] == [receipt["id"]]

    async def test_ends_with_its_revocation(self, town, parent, child, registrar, recorded, refuses):
        path = f"/register/representations/{recorded['id']}/revocation"
        await registrar.api.post(path, {"reason": "Сот шешімі"})
        signed = parent.sign(await town.document(parent, patient={"iin": child.person.iin}))
        await refuses(parent, lambda: parent.apply(signed), 422, "representation-withdrawn")

    async def test_cannot_be_had_from_a_register_that_does_not_answer(
        self, town, parent, child, recorded, refuses, register_stopped
    ):
        signed = parent.sign(await town.document(parent, patient={"iin": child.person.iin}))
        with register_stopped():
            await refuses(parent, lambda: parent.apply(signed), 503, "register-away")
        receipt = await town.until(lambda: parent.apply(signed), "register-away")
        assert receipt["state"] == "submitted" or receipt["number"]

    async def test_is_asked_for_at_the_window_too(self, parent, child, registrar, recorded):
        visit = visit_of(parent, "zhambyl", "direct", patient={"iin": child.person.iin})
        task = (await registrar.api.post(ROUTE, visit))["task"]
        shown = await registrar.api.get(f"/tasks/{task}")
        assert shown["patient"]["name"] == child.person.name
        done = await registrar.api.post(f"/tasks/{task}/complete", {"outcome": "accepted", "data": {}})
        assert done["state"] == "done"


class TestNoRight:
    async def test_lets_nobody_apply_for_another(self, town, parent, child, refuses):
        signed = parent.sign(await town.document(parent, patient={"iin": child.person.iin}))
        await refuses(parent, lambda: parent.apply(signed), 422, "representation-not-recorded")

    async def test_is_made_good_by_the_certificate_that_staff_see(self, parent, child, registrar):
        surname, given_name, patronymic = child.person.name.split()
        patient = {"iin": child.person.iin, "surname": surname, "given_name": given_name, "patronymic": patronymic}
        visit = visit_of(parent, "zhambyl", "direct", patient={**patient, "right": RIGHT})
        task = (await registrar.api.post(ROUTE, visit))["task"]
        shown = SimpleNamespace(**await registrar.api.get(f"/tasks/{task}"))
        assert (shown.patient["name"], shown.representative["shown_by"]) == (child.person.name, "document")
