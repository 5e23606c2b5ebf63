"""A parent enrols a child through the front door: by the certificate that staff confirm, then by the right."""

from datetime import date
from itertools import count

import pytest

from shared.testing.identities import iin
from shlyuz.demo.booking import referral
from shlyuz.demo.walks import refused

from .test_attachment import PERFORMERS, applied, providers
from .test_enrolled import carried_out, until_issued, visited

BORN = date(2017, 9, 1)
GROWN = date(2000, 9, 1)
SCAN = referral()
_children = count(1)


def certificate(child, **changes):
    """What a parent says of the birth certificate in the form."""
    return {"kind": "parent", "proof": "birth-certificate", "number": "11-22 № 0334455",
            "surname": child["surname"], "given_name": child["given_name"], **changes}  # fmt: skip


@pytest.fixture(params=["akmola", "zhambyl"])
def region(request):
    return request.param


@pytest.fixture
async def workstation(town, region):
    return await town.workstation(region, PERFORMERS[region])


@pytest.fixture
async def parent(town):
    portal = town.newcomer()
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    return portal


async def child_of(town, region, born=BORN):
    """A child in the register, enrolled nowhere."""
    own = str(iin(birth=born, sex="f", number=300 + next(_children)))
    return await town.into_register(town.newcomer(iin=own, given_name="Айару"), region)


async def claimed(parent, region, child, at=None, **changes):
    scan = await parent.upload(f"{region}.attachment", SCAN, "application/pdf")
    right = certificate(child, **changes)
    return await applied(parent, region, at, patient=child["iin"], documents=[scan], representation=right)


async def enrolment_of(workstation, child):
    (known,) = (await workstation.api.post("/register/lookups", {"iin": child["iin"]}))["items"]
    return known["attachment"]


class TestAParent:
    async def test_enrols_by_the_certificate_and_moves_by_the_right(self, town, region, workstation, parent):
        child = await child_of(town, region)
        receipt = await claimed(parent, region, child)
        shown = await parent.api.get(f"/applications/{receipt['id']}")
        assert (shown["representative"]["kind"], shown["representative"]["shown_by"]) == (None, "application")
        tasks = await carried_out(workstation, receipt["id"])
        told = {(task["patient"]["iin"], task["patient"]["name"]) for task in tasks}
        assert told == {(child["iin"], f"{child['surname']} Айару")}
        (document,) = tasks[0]["documents"]
        assert (await until_issued(parent, receipt["id"]))["result"]["verify_url"]
        first, second = providers(region)
        assert (await enrolment_of(workstation, child))["provider"] == first
        seen = await workstation.api.request("GET", f"/tasks/{tasks[0]['id']}/documents/{document['id']}")
        assert seen.content == SCAN
        again = await applied(parent, region, second, patient=child["iin"])
        there = await town.workstation(region, PERFORMERS[region], provider=second)
        await carried_out(there, again["id"])
        assert (await enrolment_of(there, child))["provider"] == second

    async def test_is_refused_without_document_and_right(self, town, region, parent, problem):
        child = await child_of(town, region)
        right = certificate(child)
        await problem(
            parent, lambda: applied(parent, region, patient=child["iin"], representation=right), 422,
            "representation-not-recorded",
        )  # fmt: skip

    async def test_is_refused_for_a_child_of_age(self, town, region, parent):
        grown = await child_of(town, region, GROWN)
        refusal = await refused(claimed(parent, region, grown))
        assert (refusal.status, refusal.code) == (422, "representation-ended")

    async def test_is_no_ones_parent_until_staff_believe_it(self, town, region, workstation, parent):
        child = await child_of(town, region)
        receipt = await claimed(parent, region, child)
        task = await workstation.claim((await workstation.task_of(receipt["id"]))["id"])
        await workstation.complete(task["id"], {"outcome": "refused", "ground": "representation-not-proved"})
        notices = (await parent.api.get("/notices"))["items"]
        assert "representation-not-proved" in {each["ground"] for each in notices}
        refusal = await refused(applied(parent, region, patient=child["iin"]))
        assert (refusal.status, refusal.code) == (422, "representation-not-recorded")
        assert await enrolment_of(workstation, child) is None

    async def test_comes_to_the_window_with_the_certificate(self, town, region, workstation, parent):
        child = await child_of(town, region)
        patient = {"iin": child["iin"], "surname": child["surname"], "given_name": child["given_name"],
                   "right": {"kind": "parent", "proof": "birth-certificate", "number": "11-22 № 0334455"}}  # fmt: skip
        receipt = await visited(workstation, region, parent, patient=patient)
        await carried_out(workstation, receipt["id"])
        assert (await enrolment_of(workstation, child))["provider"] == providers(region)[0]
        receipt = await applied(parent, region, providers(region)[1], patient=child["iin"])
        assert receipt["attachment"]["district"] == "1-учаске"
