"""The outbox and its relay, on the real database and broker."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cloudevents.v1.kafka import KafkaMessage, from_binary
from sqlalchemy import text
from tests.shared.events.conftest import quick

from shared.db import Database
from shared.events import ApplicationSubmitted
from shared.events.creating import ensure_topics
from shared.events.envelope import EnvelopeInvalid, read_envelope
from shared.events.relay import Relay
from shared.log import set_request_id
from shared.testing.broker import kafka_broker
from shared.testing.programs import free_port

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


async def publish(database, outbox, topic, *events):
    for event in events:
        async with database.transaction() as session:
            await outbox.publish(session, event, topic=topic, at=NOW)


async def unsent(database) -> int:
    async with database.transaction() as session:
        return (await session.execute(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))).scalar_one()


class TestRelay:
    async def test_sends_a_cloud_event_that_others_read(
        self, database, settings, outbox, topic, submitted, at_work, read
    ):
        set_request_id("0192-request")
        await publish(database, outbox, topic, submitted())
        set_request_id(None)
        async with at_work(Relay("sample", database, settings, outbox=outbox)):
            (message,) = await read(settings.kafka, topic, 1)
        headers = dict(message.headers)
        event = from_binary(
            KafkaMessage(headers=headers, key=message.key, value=message.value), data_unmarshaller=orjson.loads
        )
        assert event["type"] == "kz.shlyuz.application.submitted.v1"
        assert event["source"] == "/sample"
        assert event["subject"] == message.key.decode() == "smp-1"
        assert event["time"] == "2026-11-20T05:00:00.000000Z"
        assert event["requestid"] == "0192-request"
        assert event.data == submitted().model_dump(mode="json")

    async def test_wakes_in_process_after_a_commit(
        self, database, settings, outbox, topic, submitted, at_work, eventually
    ):
        slow = settings.model_copy(update={"relay_poll": timedelta(hours=1)})
        relay = Relay("sample", database, slow, outbox=outbox)
        async with at_work(relay):
            await eventually(lambda: _holds(lambda: relay.ready))
            await asyncio.sleep(0.2)
            await publish(database, outbox, topic, submitted())
            await eventually(lambda: _none_left(database))

    async def test_keeps_each_keys_order_with_three_replicas(
        self, database, settings, outbox, topic, submitted, at_work, read, sample
    ):
        await ensure_topics(settings.kafka, {topic: 3})
        keys = [f"smp-{number}" for number in range(20)]
        async with AsyncExitStack() as stack:
            for _ in range(3):
                own = Database(sample.url)
                stack.push_async_callback(own.close)
                await stack.enter_async_context(at_work(Relay("sample", own, settings)))
            for version in range(1, 16):
                await publish(database, outbox, topic, *(submitted(key, version) for key in keys))
            messages = await read(settings.kafka, topic, 300, 30)
        seen: dict[str, list[int]] = {}
        for message in messages:
            seen.setdefault(message.key.decode(), []).append(orjson.loads(message.value)["aggregate_version"])
        assert all(versions == list(range(1, 16)) for versions in seen.values())
        assert set(seen) == set(keys)

    async def test_sends_nothing_again_when_it_is_started_again_on_the_same_broker(
        self, database, settings, topic, submitted, at_work, read, eventually, outbox
    ):
        for version in (1, 2):
            await publish(database, outbox, topic, submitted("smp-1", version))
            async with at_work(relay := Relay("sample", database, settings)):
                await eventually(lambda: _none_left(database))
                await eventually(lambda: _holds(lambda: relay.ready))
        messages = await read(settings.kafka, topic, 2)
        await asyncio.sleep(0.3)
        assert len(await read(settings.kafka, topic, 2)) == len(messages) == 2

    async def test_finds_an_event_that_was_committed_late_with_a_low_number(
        self, database, settings, outbox, topic, submitted, at_work, read
    ):
        async with at_work(Relay("sample", database, settings)):
            async with database.transaction() as late:
                await outbox.publish(late, submitted("smp-late"), topic=topic, at=NOW)
                await publish(database, outbox, topic, submitted("smp-early"))
                (first,) = await read(settings.kafka, topic, 1)
            both = await read(settings.kafka, topic, 2)
        assert [first.key, both[1].key] == [b"smp-early", b"smp-late"]

    async def test_sends_nothing_of_a_transaction_that_was_rolled_back(self, database, outbox, topic, submitted):
        with pytest.raises(RuntimeError):  # noqa: PT012  # the block is the transaction
            async with database.transaction() as session:
                await outbox.publish(session, submitted(), topic=topic, at=NOW)
                raise RuntimeError
        assert await unsent(database) == 0

    async def test_sends_what_waits_when_the_broker_comes_back_and_again_what_it_forgot(
        self, database, outbox, topic, submitted, at_work, read, eventually, tmp_path
    ):
        port = free_port()
        settings = quick(f"127.0.0.1:{port}")
        relay = Relay("sample", database, settings, outbox=outbox)
        async with at_work(relay):
            await publish(database, outbox, topic, submitted("smp-1", 1), submitted("smp-1", 2))
            await asyncio.sleep(1)
            assert not relay.ready
            async with kafka_broker(tmp_path, port=port):
                assert len(await read(settings.kafka, topic, 2)) == 2
                await eventually(lambda: _none_left(database))
            async with kafka_broker(tmp_path, port=port):
                await publish(database, outbox, topic, submitted("smp-1", 3))

                async def again():
                    messages = await read(settings.kafka, topic, 1)
                    versions = [orjson.loads(message.value)["aggregate_version"] for message in messages]
                    return versions[-3:] == [1, 2, 3]

                await eventually(again, 30)
                await eventually(lambda: _none_left(database))


async def _holds(condition):
    return condition()


async def _none_left(database):
    return await unsent(database) == 0


class TestEnsureTopics:
    async def test_makes_what_is_missing_and_leaves_the_rest(self, kafka, topic):
        missing = topic.replace("application", "missing")
        assert await ensure_topics(kafka, {topic: 3, missing: 2}) == [missing]
        assert await ensure_topics(kafka, {topic: 3, missing: 2}) == []


class TestEnvelope:
    @pytest.mark.parametrize("missing", [
        "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_specversion", "content-type",
    ])  # fmt: skip
    def test_is_not_read_without_its_attributes(self, missing):
        whole = {
            "ce_id": "0192f0c0-0000-7000-8000-000000000000", "ce_type": "t", "ce_source": "/s", "ce_subject": "k",
            "ce_time": "2026-11-20T05:00:00Z", "ce_specversion": "1.0", "content-type": "application/json",
        }  # fmt: skip
        assert read_envelope([(name, value.encode()) for name, value in whole.items()], b"{}").subject == "k"
        with pytest.raises(EnvelopeInvalid):
            read_envelope([(name, value.encode()) for name, value in whole.items() if name != missing], b"{}")

    @pytest.mark.parametrize(("name", "value"), [
        ("ce_id", "nonsense"), ("ce_time", "2026-11-20T05:00:00"), ("ce_specversion", "0.3"),
        ("content-type", "text/plain"),
    ])  # fmt: skip
    def test_is_not_read_with_nonsense_in_it(self, name, value):
        whole = {
            "ce_id": "0192f0c0-0000-7000-8000-000000000000", "ce_type": "t", "ce_source": "/s", "ce_subject": "k",
            "ce_time": "2026-11-20T05:00:00Z", "ce_specversion": "1.0", "content-type": "application/json",
            name: value,
        }  # fmt: skip
        with pytest.raises(EnvelopeInvalid):
            read_envelope([(key, content.encode()) for key, content in whole.items()], b"{}")


class TestEvent:
    def test_ignores_fields_that_a_newer_sender_adds(self, submitted):
        data = {**submitted().model_dump(), "newer": 1}
        assert ApplicationSubmitted.model_validate(data) == submitted()
