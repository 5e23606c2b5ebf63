"""Statistics through the door: for whom, over which owners, and what is missing when one is away."""

from datetime import date

import pytest

from auth.seeding import Wanted, open_seeding
from gateway.upstreams import OWNERS
from shared.testing.identities import bin_, iin

PASSWORD = "дала төсінде жел тынбайды"
PATH = "/statistics?from=2026-01&to=2026-02"


@pytest.fixture(scope="module")
async def operator(region):
    """An administrator of the regions' operator, logged in."""
    number = iin(birth=date(1975, 5, 7), number=501)
    async with open_seeding(region.processes["auth"].settings) as seeding:
        wanted = {"iin": number, "bin": region.operator_bin, "name": "Оператор", "password": PASSWORD}
        await seeding.staff(Wanted(**wanted, roles=frozenset({"administrator"})))
    holder = region.staff_holder(number=number, organisation=region.operator_bin)
    form = await region.challenge(holder.key, password=PASSWORD)
    return (await region.ask("POST", "/auth/token", data=form)).json()["access_token"]


@pytest.fixture
def counted(region):
    for number, name in enumerate(("lab", "booking")):
        cell = {"month": "2026-01", "region": "zhambyl", "service": name, "provider": bin_(number=number), "count": 5}
        region.owners[name].lists["applications"] = [cell]
    yield region.owners
    for owner in region.owners.values():
        owner.lists.clear()
        owner.calls.clear()


class TestStatistics:
    async def test_are_of_all_owners_for_the_operators_regions(self, region, operator, counted):
        answer = await region.ask("GET", PATH, token=operator)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["regions"], told["unavailable"]) == (["akmola", "zhambyl"], [])
        assert [cell["service"] for cell in told["applications"]] == ["booking", "lab"]
        assert (told["steps"], told["refusals"]) == ([], [])
        assert answer.headers["cache-control"] == "no-store"
        for name in OWNERS:
            assert "regions=akmola,zhambyl" in counted[name].calls[-1]["query"]

    async def test_are_of_one_region_where_one_is_named(self, region, operator, counted, problem):
        told = (await region.ask("GET", f"{PATH}&region=akmola", token=operator)).json()
        assert told["regions"] == ["akmola"]
        problem(await region.ask("GET", f"{PATH}&region=ulytau", token=operator), 403, "region-not-operated")

    async def test_name_an_owner_that_is_away(self, region, operator, counted):
        lab = region.processes["lab"]
        await lab.stop()
        try:
            told = (await region.ask("GET", PATH, token=operator)).json()
        finally:
            await lab.start()
        assert (told["unavailable"], [cell["service"] for cell in told["applications"]]) == (["lab"], ["booking"])

    async def test_are_not_for_staff_of_a_provider(self, region, citizen, problem):
        problem(await region.ask("GET", PATH, token=await region.staff_token()), 403, "administrator-only")
        problem(await citizen.ask("GET", PATH), 403, "staff-only")
        problem(await region.ask("GET", PATH), 401, "access-token-missing")

    async def test_take_whole_months(self, region, operator, problem):
        problem(
            await region.ask("GET", "/statistics?from=2026-01-05&to=2026-02", token=operator), 422, "invalid-request"
        )
