"""The real PostgreSQL and the real broker, started once for all tests, and databases made as in production."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from pytest import TempPathFactory

from shared.db.provision import Provisioned
from shared.testing.broker import Broker, test_broker
from shared.testing.databases import fresh_database
from shared.testing.postgres import PostgresServer, test_postgres

MakeDatabase = Callable[..., Awaitable[Provisioned]]


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: TempPathFactory) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL server for the whole run; SHLYUZ_TEST_POSTGRES names another."""
    async with test_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
async def broker(tmp_path_factory: TempPathFactory) -> AsyncIterator[Broker]:
    """A Kafka broker for the whole run; SHLYUZ_TEST_KAFKA names another."""
    async with test_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> str:
    """The bootstrap address of the broker."""
    return broker.bootstrap


@pytest.fixture
async def make_database(postgres: PostgresServer) -> AsyncIterator[MakeDatabase]:
    """Make migrated databases (`await make_database("booking")`), dropped after the test."""
    async with AsyncExitStack() as stack:

        async def make(service: str, *, package: str | None = None) -> Provisioned:
            return await stack.enter_async_context(fresh_database(postgres.admin_url, service, package=package))

        yield make


@pytest.fixture(scope="module")
async def make_module_database(postgres: PostgresServer) -> AsyncIterator[MakeDatabase]:
    """Make migrated databases that last for a module of tests."""
    async with AsyncExitStack() as stack:

        async def make(service: str, *, package: str | None = None) -> Provisioned:
            return await stack.enter_async_context(fresh_database(postgres.admin_url, service, package=package))

        yield make
