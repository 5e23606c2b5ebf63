"""Statistics for the region's operator: what is counted, and that no count under five can be found out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.applications.statistics.disclosure import share_within, told
from shared.testing.identities import bin_

ONE, OTHER = bin_(number=1), bin_(number=2)
PATH = "/internal/statistics?regions=ulytau&from={}&to={}"
_APPLICATION = text("""
    INSERT INTO applications (id, number, applicant, patient, region, service, provider, channel, edition, filed_by,
        account, min_acr, state, status, version, procedure, content, receipt, filed_at, changed_at)
    VALUES (:id, :number, :id, :id, :region, 'fitness', :provider, 'portal', 'e', 'citizen', 'a', 'password', 'issued',
        's', 1, '{}', '', '', :at, :at)
""")
_TASK = text("""
    INSERT INTO tasks (id, application, provider, step, round, performer, state, opened_at, due_at, closed_at, ground)
    VALUES (:id, :application, :provider, 'check', 1, 'clerk', :state, :at, :due_at, :at, :ground)
""")


@pytest.fixture
def filed(world):
    """File as many applications at a provider in a month; some of them late, some refused on a ground."""

    async def make(count, *, provider=ONE, month=1, late=0, refused=0, ground="documents-wrong", region="ulytau"):
        at = datetime(2026, month, 15, 6, tzinfo=UTC)
        async with world.owner.transaction() as session:
            for number in range(count):
                id_ = uuid4()
                where = {"id": id_, "number": id_.hex, "provider": provider, "at": at, "region": region}
                await session.execute(_APPLICATION, where)
                due_at = at + timedelta(hours=-1 if number < late else 1)
                is_refused = number >= count - refused
                await session.execute(_TASK, {
                    "id": uuid4(), "application": id_, "provider": provider, "at": at, "due_at": due_at,
                    "state": "refused" if is_refused else "done", "ground": ground if is_refused else None,
                })  # fmt: skip

    return make


@pytest.fixture
def ask(world):
    async def send(first="2026-01", last="2026-02"):
        answer = await world.get(PATH.format(first, last))
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


class TestCounts:
    async def test_are_by_month_provider_step_and_ground(self, filed, ask):
        await filed(12, late=6, refused=5)
        await filed(7, provider=OTHER, month=2)
        await filed(9, region="akmola")
        counted = await ask()
        place = {"region": "ulytau", "service": "fitness"}
        assert counted["applications"] == [
            {**place, "month": "2026-01", "provider": ONE, "count": 10},
            {**place, "month": "2026-02", "provider": OTHER, "count": 5},
        ]
        january, february = counted["steps"]
        assert (january["step"], january["completed"], january["late"]) == ("check", 10, 5)
        assert january["within_limit"]["at_least"] <= 0.5 <= january["within_limit"]["at_most"]
        assert (february["completed"], february["late"]) == (5, None)
        assert counted["refusals"] == [{**place, "month": "2026-01", "ground": "documents-wrong", "count": 5}]

    async def test_end_and_begin_with_the_local_month(self, world, filed, ask):
        await filed(5)
        await world.execute("UPDATE applications SET filed_at = '2026-01-31T19:00:00Z'")
        assert [cell["month"] for cell in (await ask())["applications"]] == ["2026-02"]
        assert (await ask("2026-01", "2026-01"))["applications"] == []

    async def test_are_of_finished_months_alone(self, world):
        """It is March 2026: a month that runs would tell from day to day what was added."""
        for first, last in (("2026-01", "2026-03"), ("2026-02", "2026-01"), ("2019-01", "2026-01")):
            answer = await world.get(PATH.format(first, last))
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_wait_for_who_came_in_the_month_and_is_registered_after_it(self, world, ask):
        """Until noon of the first of March a visitor of February can be registered; then February grows no more."""
        visit = {
            "region": "ulytau", "service": "fitness", "channel": "direct", "arrived_at": "2026-02-28T23:59:59+05:00",
            "applicant": {"iin": world.citizen().actor.iin, "surname": "Серікқызы", "given_name": "Айгүл"},
            "fields": {"purpose": "work"},
        }  # fmt: skip
        world.clock.set(datetime(2026, 3, 1, 6, 59, 59, tzinfo=UTC))
        answer = await world.get(PATH.format("2026-01", "2026-02"))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert (await ask("2026-01", "2026-01"))["applications"] == []
        late = await world.post("/workstation/applications", world.staff("clerk"), visit)
        assert late.status_code == 201, late.text
        world.clock.set(datetime(2026, 3, 1, 7, tzinfo=UTC))
        assert (await ask())["applications"] == []
        refused = await world.post("/workstation/applications", world.staff("clerk"), visit)
        assert refused.json()["code"] == "arrival-too-long-ago"

    @pytest.mark.parametrize("period", [("2026-1", "2026-02"), ("2026-01-05", "2026-02"), ("2026-13", "2026-02")])
    async def test_take_whole_months(self, world, period):
        assert (await world.get(PATH.format(*period))).status_code == 422


def possible(shown):
    """The true counts that a reader must reckon with: all that are told like this one."""
    return {count for count in range(100) if told(count) == shown}


class TestACountUnderFive:
    async def test_is_not_told_not_even_that_it_is_there(self, filed, ask):
        answers = []
        for added in (0, 1, 1, 1, 1):
            await filed(added, provider=OTHER)
            answers.append(await ask())
        assert all(one == other for one, other in pairwise(answers))
        await filed(1, provider=OTHER)
        assert (await ask())["applications"][0]["count"] == 5

    async def test_is_not_the_difference_of_two_periods(self, filed, ask):
        """January has three more than nothing, February twelve: no period tells of January's."""
        await filed(3)
        await filed(12, month=2)
        both, february = await ask("2026-01", "2026-02"), await ask("2026-02", "2026-02")
        assert both == february
        assert (await ask("2026-01", "2026-01")) == {"applications": [], "steps": [], "refusals": []}

    @pytest.mark.parametrize("hidden", [1, 2, 3, 4])
    async def test_is_not_the_difference_of_region_and_providers(self, filed, ask, hidden):
        """The steps are over all providers, applications by each: the difference leaves one to four all possible."""
        await filed(12)
        await filed(hidden, provider=OTHER)
        counted = await ask()
        everybody, shown = counted["steps"][0]["completed"], [cell["count"] for cell in counted["applications"]]
        left = {whole - part for whole in possible(everybody) for part in possible(shown[0])} & possible(None)
        assert len(shown) == 1
        assert left >= {1, 2, 3, 4}

    @pytest.mark.parametrize("hidden", [1, 4])
    async def test_is_not_the_difference_of_completed_and_late(self, filed, ask, hidden):
        """Nor do the bounds of the share tell: they follow from what is told."""
        await filed(20, late=20 - hidden)
        step = (await ask())["steps"][0]
        assert {whole - late for whole in possible(step["completed"]) for late in possible(step["late"])} >= {
            1,
            2,
            3,
            4,
        }
        share = share_within(step["completed"], step["late"])
        assert step["within_limit"] == {"at_least": share.at_least, "at_most": share.at_most}
        assert share.at_least <= hidden / 20 <= share.at_most

    async def test_is_not_what_refusals_leave_over(self, filed, ask):
        await filed(10, refused=6)
        await filed(3, refused=3, ground="personal-data-wrong")
        counted = await ask()
        assert [cell["ground"] for cell in counted["refusals"]] == ["documents-wrong"]
        (done,) = {cell["completed"] for cell in counted["steps"]}
        refused = counted["refusals"][0]["count"]
        assert {whole - part for whole in possible(done) for part in possible(refused)} >= {1, 2, 3, 4}


class TestTold:
    @pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10), (1234, 1230)])
    def test_is_a_multiple_of_five(self, count, shown):
        assert told(count) == shown

    def test_leaves_the_share_of_a_large_count_narrow(self):
        share = share_within(10_000, None)
        assert (share.at_least, share.at_most) == (0.999, 1.0)
