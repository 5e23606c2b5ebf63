"""A made-up service with a database and an outbox, the real broker, and topics of each test's own."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from shared.db import Database
from shared.events import ApplicationSubmitted, Outbox, dead_letter_topic
from shared.events.creating import ensure_topics
from shared.settings import ServiceSettings
from shared.testing.broker import SYSTEM


@pytest.fixture(scope="module")
async def sample(make_module_database):
    return await make_module_database("sample", package="shared.testing.sample")


@pytest.fixture
async def database(sample) -> AsyncIterator[Database]:
    made = Database(sample.url)
    async with made.transaction() as session:
        for table in ("outbox", "outbox_offsets", "inbox", "dead_letters", "rooms"):
            await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # names of this list
    yield made
    await made.close()


@pytest.fixture
def settings(kafka) -> ServiceSettings:
    return quick(kafka)


def quick(bootstrap: str) -> ServiceSettings:
    """The timings of the embedded broker, which another would refuse (docs/decisions/0026)."""
    if SYSTEM in os.environ:
        return ServiceSettings(env="development", kafka=bootstrap)
    return embedded(bootstrap)


def embedded(bootstrap: str) -> ServiceSettings:
    return ServiceSettings(
        env="development",
        kafka=bootstrap,
        kafka_session_timeout=timedelta(seconds=3),
        kafka_heartbeat_interval=timedelta(milliseconds=100),
        kafka_rebalance_timeout=timedelta(milliseconds=500),
        kafka_send_timeout=timedelta(seconds=2),
    )


@pytest.fixture
def outbox() -> Outbox:
    return Outbox("sample")


@pytest.fixture
async def topic(kafka) -> str:
    """A topic of this test's own, made as `shlyuz migrate` makes them: a broker need not make any by itself."""
    name = f"sample.application-{secrets.token_hex(4)}.v1"
    await ensure_topics(kafka, {name: 3, dead_letter_topic("sample"): 3})
    return name


@pytest.fixture
def submitted() -> Callable[..., ApplicationSubmitted]:
    def make(key: str = "smp-1", version: int = 1) -> ApplicationSubmitted:
        return ApplicationSubmitted(
            application_id=key,
            provider_bin="000140000019",
            region="sample",
            service="sample",
            state="submitted",
            aggregate_version=version,
        )

    return make


@asynccontextmanager
async def working(job) -> AsyncIterator[None]:
    """Run a job while the block lasts."""
    task = asyncio.create_task(job.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def at_work():
    return working


async def read_all(bootstrap: str, topic: str, count: int, within: float = 40.0) -> list:
    """Read the first messages of a topic, without a group."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    found: list = []
    try:
        async with asyncio.timeout(within):
            while len(found) < count:
                batches = await consumer.getmany(timeout_ms=100)
                found += [record for records in batches.values() for record in records]
    finally:
        await consumer.stop()
    return found


@pytest.fixture
def read():
    return read_all


async def until(condition, within: float = 40.0):
    """Wait for something to become true, and give it."""
    async with asyncio.timeout(within):
        while not (value := await condition()):
            await asyncio.sleep(0.02)
    return value


@pytest.fixture
def eventually():
    return until
