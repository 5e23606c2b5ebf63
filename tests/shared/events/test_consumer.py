"""The consumer: one effect for each message whatever happens, on the real database and broker."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from shared.errors import ServiceAway
from shared.events import ApplicationSubmitted, dead_letter_topic
from shared.events.consumer import Consumer
from shared.events.creating import ensure_topics
from shared.events.dead_letters import release, waiting
from shared.events.envelope import Envelope
from shared.events.relay import Relay
from shared.testing import FixedClock
from shared.testing.broker import kafka_broker
from shared.testing.programs import free_port

from .conftest import embedded

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


class Guests:
    """Writes a room for each message, or fails as it is told."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.away = False
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.one_by_one = False
        self.tries: list[str] = []

    async def arrive(self, session, messages) -> None:
        if self.one_by_one and len(messages) > 1:
            raise RuntimeError("too many at once")
        for message in messages:
            await self._arrive(session, message)

    async def _arrive(self, session, message) -> None:
        key = f"{message.event.application_id}/{message.event.aggregate_version}"
        self.tries.append(key)
        await self.goes_on.wait()
        await session.execute(
            text("INSERT INTO rooms VALUES (gen_random_uuid(), (SELECT count(*) FROM rooms), :guest, now())"),
            {"guest": key},
        )
        if self.away:
            raise ServiceAway("auth")
        if key in self.failing:
            raise RuntimeError("cannot be handled")


@pytest.fixture
def guests() -> Guests:
    return Guests()


@pytest.fixture
def group() -> str:
    return f"group-{uuid4().hex[:8]}"


@pytest.fixture
def world(at_work, eventually, read):
    """What a test does with the broker: run jobs, wait for an effect, read a topic."""
    return at_work, eventually, read


@pytest.fixture
def consumer(database, settings, outbox, topic, guests, group):
    return Consumer(
        name=group, topics=[topic], handlers={ApplicationSubmitted: guests.arrive}, database=database,
        settings=settings, outbox=outbox, clock=FixedClock(NOW),
    )  # fmt: skip


async def rooms(database) -> list[str]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT guest FROM rooms ORDER BY number"))).scalars())


async def letters(database) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        return [(letter.key, letter.state) for letter in await waiting(session)]


async def send(kafka, topic, *events, event_id=None):
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for event in events:
        envelope = Envelope(
            id=event_id or uuid4(), source="/sample", type=event.type, subject=event.key, time=NOW,
            data=orjson.dumps(event.model_dump(mode="json")),
        )  # fmt: skip
        await producer.send_and_wait(topic, envelope.data, key=event.key.encode(), headers=list(envelope.headers()))
    await producer.stop()


class TestConsumer:
    async def test_handles_a_repeated_message_once(
        self, database, settings, topic, consumer, submitted, at_work, eventually
    ):
        twice = uuid4()
        await send(settings.kafka, topic, submitted("smp-1"), event_id=twice)
        await send(settings.kafka, topic, submitted("smp-1"), event_id=twice)
        await send(settings.kafka, topic, submitted("smp-2"))
        async with at_work(consumer):
            # Keys are handled side by side: either may be first.
            await eventually(lambda: _same(rooms(database), ["smp-1/1", "smp-2/1"]))
        assert consumer.ready

    async def test_handles_messages_that_came_together_in_one_transaction_each_once(
        self, database, settings, topic, consumer, guests, submitted, at_work, eventually
    ):
        twice = uuid4()
        await send(settings.kafka, topic, submitted("smp-1"), submitted("smp-1"), event_id=twice)
        await send(settings.kafka, topic, *(submitted("smp-1", version) for version in range(2, 40)))
        async with at_work(consumer):
            await eventually(lambda: _equal(rooms(database), [f"smp-1/{version}" for version in range(1, 40)]))
        async with database.transaction() as session:
            # A row's system column names the transaction that wrote it.
            transactions = (await session.execute(text("SELECT count(DISTINCT xmin::text) FROM rooms"))).scalar_one()
        assert transactions < 20
        assert len(guests.tries) == 39

    async def test_begins_after_what_it_handled_when_it_is_started_again(
        self, database, settings, topic, consumer, guests, submitted, world
    ):
        at_work, eventually, _ = world
        await send(settings.kafka, topic, submitted("smp-1"))
        async with at_work(consumer):
            await eventually(lambda: _equal(rooms(database), ["smp-1/1"]))
            await asyncio.sleep(0.5)
        await send(settings.kafka, topic, submitted("smp-2"))
        async with at_work(consumer):
            await eventually(lambda: _equal(rooms(database), ["smp-1/1", "smp-2/1"]))
        assert guests.tries == ["smp-1/1", "smp-2/1"]

    async def test_tries_three_times_then_parks_what_follows_in_order_and_goes_on_with_other_keys(
        self, database, settings, topic, consumer, guests, submitted, world
    ):
        at_work, eventually, read = world
        guests.failing = {"smp-1/1"}
        events = [submitted("smp-1", 1), submitted("smp-1", 2), submitted("smp-2", 1), submitted("smp-1", 3)]
        await send(settings.kafka, topic, *events)
        parked = [("smp-1", "dead"), ("smp-1", "parked"), ("smp-1", "parked")]
        async with at_work(consumer), at_work(Relay("sample", database, settings)):
            await eventually(lambda: _equal(letters(database), parked))
            assert await rooms(database) == ["smp-2/1"]
            tried = guests.tries.count("smp-1/1")
            assert tried in {3, 4}  # once more when it came together with others
            told = await read(settings.kafka, dead_letter_topic("sample"), 1)
            assert orjson.loads(told[-1].value)["error"] == "RuntimeError"

            async with database.transaction() as session:
                assert await release(session) == 1
            await eventually(lambda: _holds(lambda: guests.tries.count("smp-1/1") == tried + 1))
            await asyncio.sleep(0.2)
            assert await letters(database) == parked

            guests.failing = set()
            async with database.transaction() as session:
                assert await release(session) == 1
            await eventually(lambda: _equal(letters(database), []))
        assert await rooms(database) == ["smp-2/1", "smp-1/1", "smp-1/2", "smp-1/3"]

    async def test_buries_a_message_that_is_no_event_of_its_type(
        self, database, settings, topic, consumer, submitted, at_work, eventually
    ):
        class Broken(ApplicationSubmitted):
            def model_dump(self, **options):
                return {"application_id": 1}

        await send(settings.kafka, topic, Broken(**submitted("smp-1").model_dump()), submitted("smp-2"))
        async with at_work(consumer):
            await eventually(lambda: _equal(rooms(database), ["smp-2/1"]))
            await eventually(lambda: _equal(letters(database), [("smp-1", "dead")]))

    async def test_passes_over_what_is_no_event_and_what_it_does_not_know(
        self, database, settings, topic, consumer, submitted, at_work, eventually
    ):
        producer = AIOKafkaProducer(bootstrap_servers=settings.kafka)
        await producer.start()
        await producer.send_and_wait(topic, b"nonsense", key=b"k")
        await producer.stop()

        class Unknown(ApplicationSubmitted):
            type = "kz.shlyuz.application.unheard-of.v1"

        await send(settings.kafka, topic, Unknown(**submitted().model_dump()), submitted("smp-2"))
        async with at_work(consumer):
            await eventually(lambda: _equal(rooms(database), ["smp-2/1"]))
        assert await letters(database) == []

    async def test_waits_without_using_up_tries_while_something_is_away(
        self, database, settings, topic, consumer, guests, submitted, at_work, eventually
    ):
        guests.away = True
        await send(settings.kafka, topic, submitted("smp-1"), submitted("smp-1", 2))
        async with at_work(consumer):
            await eventually(lambda: _holds(lambda: len(guests.tries) > 3))
            assert set(guests.tries) == {"smp-1/1"}
            assert await rooms(database) == []
            guests.away = False
            await eventually(lambda: _equal(rooms(database), ["smp-1/1", "smp-1/2"]))
        assert await letters(database) == []


class TestABrokerThatLostItsLog:
    async def test_is_read_from_its_beginning_whatever_was_to_be_committed(
        self, database, outbox, guests, submitted, tmp_path, at_work, eventually
    ):
        """It dies while messages are handled, and comes back empty: new ones stand where those stood."""
        port, topic = free_port(), "sample.application.v1"
        settings, topics = embedded(f"127.0.0.1:{port}"), {topic: 3, dead_letter_topic("sample"): 1}
        consumer = Consumer(
            name="sample", topics=[topic], handlers={ApplicationSubmitted: guests.arrive}, database=database,
            settings=settings, outbox=outbox, clock=FixedClock(NOW),
        )  # fmt: skip
        old, new = ([f"smp-{number}" for number in numbers] for numbers in (range(100, 130), range(200, 260)))
        guests.one_by_one = True  # so that partitions are handled side by side
        guests.goes_on.clear()
        async with AsyncExitStack() as stack:
            broker = await stack.enter_async_context(kafka_broker(tmp_path / "first", port=port))
            await ensure_topics(settings.kafka, topics)
            await send(settings.kafka, topic, *map(submitted, old))
            await stack.enter_async_context(at_work(consumer))
            await eventually(lambda: _some(guests.tries))
            os.kill(broker.program.pid, signal.SIGKILL)
            await broker.program.ended()
            guests.goes_on.set()
            await eventually(lambda: _holds(lambda: len(set(guests.tries)) == len(old)))
            await stack.enter_async_context(kafka_broker(tmp_path / "second", port=port))
            await ensure_topics(settings.kafka, topics)
            await send(settings.kafka, topic, *map(submitted, new))
            await eventually(lambda: _same(rooms(database), [f"{key}/1" for key in (*old, *new)]))


async def _equal(found, expected):
    return await found == expected


async def _same(found, expected):
    return sorted(await found) == expected


async def _holds(condition):
    return condition()


async def _some(found):
    return bool(found)
