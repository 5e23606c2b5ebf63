"""A supervisor's colleagues through the door, and a task given to one of them."""

from datetime import date

import pytest

from auth.seeding import Wanted, open_seeding
from shared.testing.identities import iin

PASSWORD = "дала төсінде жел тынбайды"


@pytest.fixture(scope="module")
async def supervisor(region):
    """The provider's supervisor, logged in."""
    number = iin(birth=date(1975, 5, 7), number=502)
    async with open_seeding(region.processes["auth"].settings) as seeding:
        wanted = {"iin": number, "bin": region.provider_bin, "name": "Супервайзер", "password": PASSWORD}
        await seeding.staff(Wanted(**wanted, roles=frozenset({"supervisor"})))
    form = await region.challenge(region.staff_holder(number=number).key, password=PASSWORD)
    return (await region.ask("POST", "/auth/token", data=form)).json()["access_token"]


@pytest.fixture
async def colleague(region, supervisor):
    """The one who carries steps out."""
    listed = await region.ask("GET", "/staff?role=responsible_employee", token=supervisor)
    assert listed.status_code == 200, listed.text
    return listed.json()["items"][0]


class TestReassigning:
    async def test_tells_the_owner_who_the_colleague_is(self, region, supervisor, colleague):
        path, body = f"/tasks/{region.booking.new_id()}/reassign", {"account_id": colleague["account_id"]}
        answer = await region.ask("POST", path, token=supervisor, json=body)
        assert answer.status_code == 200, answer.text
        assert region.booking.calls[-1]["body"] == {
            "account_id": colleague["account_id"], "bin": region.provider_bin, "roles": ["responsible_employee"],
        }  # fmt: skip

    async def test_takes_nobodys_word_for_what_the_colleague_is(self, region, supervisor, colleague, problem):
        path = f"/tasks/{region.booking.new_id()}/reassign"
        claimed = {"account_id": colleague["account_id"], "roles": ["supervisor"]}
        problem(await region.ask("POST", path, token=supervisor, json=claimed), 422, "invalid-request")
        stranger = {"account_id": "aut-" + "0" * 32}
        problem(await region.ask("POST", path, token=supervisor, json=stranger), 404, "colleague-not-found")

    async def test_is_a_supervisors(self, region, colleague, problem):
        token, body = await region.staff_token(), {"account_id": colleague["account_id"]}
        path = f"/tasks/{region.booking.new_id()}/reassign"
        problem(await region.ask("POST", path, token=token, json=body), 403, "supervisor-only")
        problem(await region.ask("GET", "/staff", token=token), 403, "supervisor-only")
