"""What clients were told holds, whatever breaks: the broker away for a minute, PostgreSQL restarted, processes killed.

Each class breaks something while people work, lets everything come to rest, and holds databases, topics and documents
against what was told since the region began.
"""

import asyncio
import signal
from collections import Counter
from random import Random
from time import monotonic
from types import SimpleNamespace

import pytest
from tests.faults import books, checking, repeating
from tests.faults.injecting import KINDS, victims

from shlyuz.demo.checking import check_signatures

AWAY_SECONDS = 60.0
RESTARTS = (signal.SIGINT, signal.SIGQUIT, signal.SIGINT)
KILLS, VOLLEY = 20, 4
LOOKED_INTO = 8
"""Documents in which every signature is checked by pyHanko, a quarter of a second each; all are asked for by code."""


class WhatWasTold:
    """Whatever was broken; `scene` has the exchanges since the class began to break it, and the books afterwards."""

    def test_was_success_or_an_expected_refusal_or_503_with_retry_after(self, scene, history):
        assert checking.unfit_answers(scene.exchanges, history.faults) == []

    def test_is_in_the_database_once_and_nothing_else_is(self, scene, history):
        assert checking.lost_or_doubled(history, scene.books) == []
        assert checking.broken_histories(scene.books) == []

    def test_of_times_is_held_by_one_application_each(self, scene, history):
        assert checking.wrong_slots(history, scene.books) == []

    def test_of_steps_was_not_taken_back(self, scene, history):
        assert checking.lost_steps(history, scene.books) == []

    def test_is_in_journals_without_a_gap(self, scene):
        assert checking.gaps_in_journals(scene.books) == []

    def test_is_on_the_topics_in_order(self, scene, history, broker):
        assert checking.unannounced(history, scene.books) == []
        assert checking.unordered_events(scene.books, durable=broker.durable) == []

    def test_is_at_the_workstations_once(self, scene, broker):
        assert checking.doubled_at_workstations(scene.books, durable=broker.durable) == []

    async def test_of_results_verifies(self, scene, town, history, seed):
        assert checking.unsealed(scene.books) == []
        given = {word.about: word.said for word in history.words_of("given")}
        assert given
        for application, said in given.items():
            answer = (await town.http.get(said["verify_url"], headers={"Accept": "application/json"})).json()
            assert (answer["genuine"], answer["in_force"], answer["sha256"]) == (True, True, said["sha256"]), (
                application
            )
        for application in Random(seed).sample(sorted(given), min(LOOKED_INTO, len(given))):
            await check_signatures(history.path.with_name(f"{application}.pdf"), town.roots)


async def settled(town, load, history, since):
    """Let everything come to rest, and give the scene that the checks look at."""
    rest = await books.read(town.region)
    await load.collect({row["id"] for row in rest.applications if row["state"] == "issued"})
    return SimpleNamespace(exchanges=history.exchanges[since:], books=rest)


@pytest.fixture(scope="module")
async def without_a_broker(town, load, faults, history, seed):
    since, prepared = len(history.exchanges), await repeating.prepare(town, Random(seed))
    async with load.at_work(), faults.broken("broker") as away:
        await faults.broker.kill()
        began, before = monotonic(), len(history.words_of("filed"))
        answers = await repeating.repeat(prepared, history)
        await asyncio.sleep(max(0.0, began + AWAY_SECONDS - monotonic()))
        accepted = len(history.words_of("filed")) - before
        await faults.broker.restore()
    scene = await settled(town, load, history, since)
    scene.answers, scene.accepted, scene.away = answers, accepted, away
    return scene


class TestWithoutABroker(WhatWasTold):
    """Sixty seconds in which no event can be sent, and a hundred keys come twenty times each meanwhile."""

    @pytest.fixture
    def scene(self, without_a_broker):
        return without_a_broker

    def test_applications_are_accepted_as_ever(self, scene):
        assert scene.away.ended - scene.away.began >= AWAY_SECONDS
        assert scene.accepted > repeating.KEYS

    def test_each_key_has_one_answer(self, scene):
        assert len(scene.answers) == repeating.KEYS
        assert {len(each) for each in scene.answers.values()} == {repeating.TIMES}
        assert {key for key, each in scene.answers.items() if len(set(each)) > 1} == set()
        assert {status for each in scene.answers.values() for status, _ in each} == {201}


@pytest.fixture(scope="module")
async def postgresql_restarted(town, load, faults, history):
    since = len(history.exchanges)
    async with load.at_work():
        for number in RESTARTS:
            async with faults.broken("postgres"):
                await faults.end("postgres", number)
            await faults.answered_again(3)
    return await settled(town, load, history, since)


class TestPostgresqlRestarted(WhatWasTold):
    """Three times, in order and at once, while people work."""

    @pytest.fixture
    def scene(self, postgresql_restarted):
        return postgresql_restarted

    def test_no_connection_breaks(self, scene):
        assert [each for each in scene.exchanges if each.status is None] == []

    def test_some_were_asked_to_come_again(self, scene):
        assert Counter(each.status for each in scene.exchanges)[503] > 0


@pytest.fixture(scope="module")
async def killed(town, load, faults, history, seed):
    since, killed = len(history.exchanges), victims(seed, KILLS)
    async with load.at_work():
        for first in range(0, KILLS, VOLLEY):
            for name in killed[first : first + VOLLEY]:
                await faults.kill(name)
            await faults.answered_again(3)
        await faults.ready()
    scene = await settled(town, load, history, since)
    scene.killed = killed
    return scene


class TestKilled(WhatWasTold):
    """Twenty SIGKILLs, each kind of process at least once, four at a time while people work."""

    @pytest.fixture
    def scene(self, killed):
        return killed

    def test_every_kind_of_process_at_least_once(self, scene):
        assert len(scene.killed) == KILLS
        assert set(scene.killed) == set(KINDS)

    async def test_everything_is_ready_again(self, scene, faults):
        await faults.ready()
