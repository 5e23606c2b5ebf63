"""A region of their own for the tests that break it, the people who work in it, and whoever breaks it."""

import os
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx
import pytest
from tests.acceptance.conftest import Town
from tests.conftest import ROOMY
from tests.faults.history import History, Recording
from tests.faults.injecting import ApacheKafka, Broker, EmbeddedBroker, Faults
from tests.faults.load import Load, everybody

from shared.testing.broker import SYSTEM
from shared.testing.programs import work_folder
from shlyuz.demo.world import World
from shlyuz.running.region import running_region
from shlyuz.state import RegionState

SEED = "SHLYUZ_FAULTS_SEED"
KAFKA_FOLDER = "SHLYUZ_TEST_KAFKA_FOLDER"
"""Where tests/interop/kafka/kafka.sh runs the broker that SHLYUZ_TEST_KAFKA names."""


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """What chance depends on, said before anything happens; SHLYUZ_FAULTS_SEED repeats a run."""
    value = int(os.environ.get(SEED, secrets.randbelow(1_000_000)))
    with pytestconfig.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        sys.stderr.write(f"\nfaults: {SEED}={value}\n")
    return value


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory):
    kept = History(tmp_path_factory.mktemp("faults") / "history.jsonl")
    yield kept
    kept.close()


@pytest.fixture(scope="session")
async def region() -> AsyncIterator[RegionState]:
    with work_folder() as folder:
        async with running_region(folder / "region", settings=ROOMY, kafka=os.environ.get(SYSTEM)) as running:
            yield running


@pytest.fixture(scope="session")
async def town(region, history, tmp_path_factory) -> AsyncIterator[Town]:
    """The people of that region; whatever goes over their wire stands in the history."""
    wire = Recording(httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=300), trust_env=False), history)
    async with httpx.AsyncClient(base_url=region.url, timeout=60, transport=wire) as http:
        authorities = {"rsa": region.authority.authority, "gost": region.gost_authority.authority}
        for authority in authorities.values():
            authority.fresh_keys = False  # one key for many certificates is quicker
        world = World(http=http, people=region.people, folder=tmp_path_factory.mktemp("results"))
        yield Town(region=region, http=http, world=world, authorities=authorities)


@pytest.fixture(scope="session")
async def load(town, history, seed) -> Load:
    return await everybody(town, history, Random(seed))


@pytest.fixture(scope="session")
def broker(region) -> Broker:
    if not os.environ.get(SYSTEM):
        return EmbeddedBroker(region)
    assert os.environ.get(KAFKA_FOLDER), f"{SYSTEM} is set: {KAFKA_FOLDER} must say where that broker can be killed"
    return ApacheKafka(region, Path(os.environ[KAFKA_FOLDER]))


@pytest.fixture(scope="session")
def faults(region, broker, history) -> Faults:
    return Faults(region, broker, history)
