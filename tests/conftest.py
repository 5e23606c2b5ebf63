"""The real PostgreSQL and the real broker, started once for all tests, and databases made as in production."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import structlog

from shared.db.provision import Provisioned
from shared.testing.broker import SYSTEM, Broker, test_broker
from shared.testing.databases import fresh_database
from shared.testing.postgres import PostgresServer, test_postgres
from shared.testing.programs import work_folder
from shlyuz.state import RegionState

# Logs go to pytest, which shows them with a failure; unconfigured, structlog would paint every traceback.
structlog.configure(
    processors=[structlog.stdlib.render_to_log_kwargs],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)

MakeDatabase = Callable[..., Awaitable[Provisioned]]


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[PostgresServer]:
    """A PostgreSQL server for the whole run; SHLYUZ_TEST_POSTGRES names another."""
    async with test_postgres() as server:
        yield server


@pytest.fixture(scope="session")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
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


@pytest.fixture(scope="session")
async def whole_region() -> AsyncIterator[RegionState]:
    """A region as `make run` starts it, for tests that come in by its front door; SHLYUZ_TEST_KAFKA names a broker."""
    from shlyuz.running.region import running_region

    with work_folder() as folder:
        async with running_region(folder / "region", settings=ROOMY, kafka=os.environ.get(SYSTEM)) as region:
            yield region


# All of a test run comes from one address, in a hurry, and logs in often; the machine is slow and does all at once.
ROOMY = {
    **{f"SHLYUZ_LIMIT_{name}": "1000000/minute" for name in ("ADDRESS", "ACCOUNT", "LOGIN_ADDRESS", "LOGIN_ACCOUNT")},
    "SHLYUZ_LIMIT_REGISTER_ADDRESS": "1000000/minute",
    "SHLYUZ_PASSWORD_MEMORY_KIB": "1024",
    "SHLYUZ_REVOCATION_EVERY": "PT1S",
    "SHLYUZ_PRINCIPAL_AGE": "PT2S",
    "SHLYUZ_GATHER_TIMEOUT": "PT30S",
    "SHLYUZ_REGISTER_TIMEOUT": "PT8S",
    "SHLYUZ_ACCESS_TOKEN_LIFE": "PT2H",
    # What other tests leave undone is not swept up while a test counts what a request has written.
    "SHLYUZ_OVERDUE_EVERY": "PT2H",
    "SHLYUZ_CLAIMS_EVERY": "PT2H",
}

IO_FIXTURES = frozenset(
    {"whole_region", "postgres", "broker", "kafka", "make_database", "make_module_database", "region"}
)
IO_FOLDERS = frozenset({"acceptance", "contract", "faults", "interop", "load"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="only the tests that start nothing and wait for nothing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --fast, leave out what is marked `io`, asks for a real server, or lies in a folder of such tests."""
    if config.getoption("--fast"):
        slow = [item for item in items if does_io(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not does_io(item)]


def does_io(item: pytest.Item) -> bool:
    fixtures = IO_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    folders = IO_FOLDERS.intersection(item.path.parts)
    return bool(fixtures or folders or item.get_closest_marker("io"))
