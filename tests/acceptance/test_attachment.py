"""Enrolment through the front door, in both regions: portal and window, the talon, and what cannot be.

Akmola attachment 5, 7, 8: one step. Zhambyl attachment 5, 8, 11: three steps.
"""

import pytest

from shlyuz.demo.api import request_id
from shlyuz.demo.attachment import home_at
from shlyuz.demo.booking import referral
from shlyuz.demo.walks import refused
from shlyuz.seeding import cast

PHONE = "+77011234567"
PERFORMERS = {"akmola": "registry", "zhambyl": "responsible_employee"}
STEPS = {"akmola": ["attach"], "zhambyl": ["check", "request", "issue"]}
REFUSAL = 7  # the process that refuses: akmola 8(11), zhambyl 11(11)


def providers(region) -> list[str]:
    return [one["bin"] for one in cast.providers() if one["region"] == region]


async def applied(portal, region, at=None, *, patient=None, documents=(), **fields):
    """Apply for enrolment on the portal, by default at the region's first provider for an address of its district."""
    provider = at or providers(region)[0]
    said = {"address": home_at(provider), "phone": PHONE, **fields}
    document = await portal.fill_in(f"{region}.attachment", provider, said, documents)
    if patient:
        document["patient"] = {"iin": patient}
    return await portal.apply(portal.sign(document))


@pytest.fixture(scope="module", params=["akmola", "zhambyl"])
def region(request):
    return request.param


@pytest.fixture
async def citizen(town, region):
    return await town.citizen(region)


@pytest.fixture
async def workstation(town, region):
    return await town.workstation(region, PERFORMERS[region])


class TestTheService:
    async def test_is_in_the_catalogue_with_its_law_and_form(self, citizen, region):
        found = {(one["region"], one["service"]): one for one in (await citizen.api.get("/services"))["items"]}
        assert set(found[region, "attachment"]["channels"]) == {"portal", "direct"}
        regulation = await citizen.api.get(f"/services/{region}.attachment/regulation")
        assert [step["key"] for step in regulation["steps"]] == STEPS[region]
        form = await citizen.form(f"{region}.attachment")
        assert form["form_token"]
        asked = await citizen.api.get("/providers", region=region, service="attachment")
        assert {one["bin"] for one in asked["items"]} == set(providers(region))

    async def test_takes_documents_of_its_own(self, citizen, region):
        document = await citizen.upload(f"{region}.attachment", referral(), "application/pdf")
        assert document["id"].startswith("att-")


class TestWhoIsNotInTheRegister:
    async def test_is_refused_by_the_first_step_on_the_ground_that_it_names(self, citizen, workstation, region):
        """Zhambyl 5(1): the registration in the register is checked by the first step; in akmola that is ours."""
        receipt = await applied(citizen, region)
        assert (receipt["id"][:4], receipt["attachment"]["district"]) == ("att-", "1-учаске")
        task = await workstation.claim((await workstation.task_of(receipt["id"]))["id"])
        assert (task["step"], task["performer"]) == (STEPS[region][0], PERFORMERS[region])
        outcome = {"outcome": task["outcomes"][0]["key"], "data": {}}
        stopped = await refused(workstation.api.post(f"/tasks/{task['id']}/prepare", outcome))
        assert (stopped.status, stopped.code) == (409, "precondition-not-met")
        assert stopped.problem["ground"]["code"] == "not-in-register"
        await workstation.complete(task["id"], {"outcome": "refused", "ground": "not-in-register"})
        shown = await citizen.api.get(f"/applications/{receipt['id']}")
        assert shown["state"] == "refused"
        (notice,) = (await citizen.api.get("/notices"))["items"]
        assert (notice["ground"], notice["process"]) == ("not-in-register", REFUSAL)
        history = await citizen.api.get(f"/applications/{receipt['id']}/history")
        assert history["items"]
        evidence = await citizen.api.get(f"/applications/{receipt['id']}/evidence")
        assert evidence
        assert (await applied(citizen, region))["state"] in {"submitted", "registered"}


class TestARequest:
    async def test_is_one_at_a_time(self, citizen, problem, region):
        await applied(citizen, region)
        first, second = providers(region)
        for at in (first, second):
            await problem(citizen, lambda at=at: applied(citizen, region, at), 409, "attachment-request-open")

    async def test_may_be_made_anew_after_its_withdrawal(self, citizen, region):
        receipt = await applied(citizen, region)
        form = await citizen.api.get(f"/services/{region}.attachment/form", purpose="withdrawal")
        document = {
            "purpose": "withdrawal", "audience": "shlyuz", "request_id": request_id(),
            "applicant": {"iin": citizen.person.iin}, "application": receipt["id"], "fields": {},
            "form_token": form["form_token"],
        }  # fmt: skip
        shown = await citizen.api.post(f"/applications/{receipt['id']}/withdrawal", citizen.sign(document))
        assert shown["state"] == "withdrawn"
        assert (await applied(citizen, region))["id"] != receipt["id"]

    async def test_for_another_providers_district_names_that_provider(self, citizen, problem, region):
        first, second = providers(region)
        address = home_at(second)
        said = await problem(
            citizen, lambda: applied(citizen, region, first, address=address), 409, "address-outside-districts"
        )
        assert said["served_by"] == second

    async def test_for_an_address_in_no_district_is_refused(self, citizen, problem, region):
        address = home_at(providers(region)[0]) | {"house": "999"}
        said = await problem(
            citizen, lambda: applied(citizen, region, address=address), 409, "address-outside-districts"
        )
        assert said["served_by"] is None

    @pytest.mark.parametrize(
        ("address", "pointer"),
        [
            ("Тараз, Төле би, 10", "/fields/address"),
            ({"locality": "Тараз", "street": "Төле би"}, "/fields/address/house"),
            ({"locality": "Тараз", "street": "Төле\u202eби", "house": "1"}, "/fields/address/street"),
            ({"locality": "Тараз", "street": "а" * 500, "house": "1"}, "/fields/address/street"),
        ],
    )
    async def test_names_what_is_wrong_in_the_address(self, citizen, problem, region, address, pointer):
        said = await problem(citizen, lambda: applied(citizen, region, address=address), 422, "invalid-request")
        assert pointer in {each["pointer"] for each in said["errors"]}

    async def test_is_not_taken_by_phone(self, citizen, workstation, problem, region):
        """Both regulations have portal and direct, no phone."""
        visit = {"region": region, "service": "attachment", "channel": "phone",
                 "applicant": {"iin": citizen.person.iin, "surname": "Ермекова"},
                 "fields": {"address": home_at(workstation.bin), "phone": PHONE}}  # fmt: skip
        await problem(
            workstation, lambda: workstation.api.post("/workstation/applications", visit), 404, "channel-not-offered"
        )
