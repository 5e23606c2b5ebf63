"""The worker with a real broker: an event in Kafka reaches a workstation's stream, exactly once in effect."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from gateway import worker
from shared.db import new_id
from shared.events import APPLICATION_TOPICS, ENROLMENT_TOPIC, EnrolmentEnded, Envelope, StepOpened, application_topic
from shared.events.creating import ensure_topics
from shared.testing.programs import free_port

BOOKING = application_topic("booking")


@pytest.fixture(scope="module")
async def running(region, kafka, process):
    """The worker on the region's database; ready when its consumer has joined and every list was fetched."""
    await ensure_topics(kafka, dict.fromkeys((*APPLICATION_TOPICS, ENROLMENT_TOPIC), 2))
    changed = {
        "port": free_port(), "kafka": kafka, "kafka_session_timeout": timedelta(seconds=3),
        "kafka_heartbeat_interval": timedelta(milliseconds=100), "kafka_rebalance_timeout": timedelta(milliseconds=500),
    }  # fmt: skip
    settings = region.settings.model_copy(update=changed)
    started = process(app=worker.create(settings), settings=settings)
    await started.start()
    for _ in range(150):
        answer = await region.client.get(f"{started.url}/readyz")
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.2)
    assert answer.status_code == 200, answer.text
    yield started
    await started.stop()


@pytest.fixture
async def producer(kafka):
    made = AIOKafkaProducer(bootstrap_servers=kafka)
    await made.start()
    yield made
    await made.stop()


def told(region):
    return StepOpened(
        application_id=f"bkg-{new_id().hex}", provider_bin=region.provider_bin, region="zhambyl", service="booking",
        state="submitted", aggregate_version=1, task_id=f"bkg-{new_id().hex}",
    )  # fmt: skip


async def send(producer, event, *, id=None, topic=BOOKING):
    envelope = Envelope(
        id=id or new_id(), source=topic.partition(".")[0], type=event.type, subject=event.key, time=datetime.now(UTC),
        data=event.model_dump_json().encode(),
    )  # fmt: skip
    await producer.send_and_wait(topic, envelope.data, key=event.key.encode(), headers=list(envelope.headers()))


async def next_event(lines):
    found = {}
    async for line in lines:
        if not line and "event" in found:
            return found["event"], json.loads(found["data"])
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value
    raise AssertionError("the stream ended")


class TestWorker:
    async def test_brings_an_event_from_kafka_to_the_workstation_once(self, region, running, producer):
        headers = {"Authorization": f"Bearer {await region.staff_token()}"}
        async with region.client.stream("GET", "/api/v1/workstation/events", headers=headers, timeout=60) as answer:
            lines = answer.aiter_lines()
            assert (await next_event(lines))[0] == "open"
            first, second, id = told(region), told(region), new_id()
            await send(producer, first, id=id)
            kind, data = await asyncio.wait_for(next_event(lines), 60)
            assert (kind, data["application_id"], data["task_id"]) == (
                "application.step-opened", first.application_id, first.task_id,
            )  # fmt: skip
            await send(producer, first, id=id)
            await send(producer, second)
            _, data = await asyncio.wait_for(next_event(lines), 60)
            assert data["application_id"] == second.application_id

    async def test_tells_a_workstation_of_enrolment_at_its_provider(self, region, running, producer):
        headers = {"Authorization": f"Bearer {await region.staff_token()}"}
        async with region.client.stream("GET", "/api/v1/workstation/events", headers=headers, timeout=60) as answer:
            lines = answer.aiter_lines()
            assert (await next_event(lines))[0] == "open"
            ended = EnrolmentEnded(
                enrolment_id=f"att-{new_id().hex}", provider_bin=region.provider_bin, effective_on=date(2026, 4, 6),
                aggregate_version=2,
            )  # fmt: skip
            await send(producer, ended, topic=ENROLMENT_TOPIC)
            kind, data = await asyncio.wait_for(next_event(lines), 60)
            assert (kind, data["enrolment_id"]) == ("enrolment.ended", ended.enrolment_id)
