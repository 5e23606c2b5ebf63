"""The worker on a real broker: providers come in, the facts of applications go out."""

import asyncio
from datetime import timedelta

from aiokafka import AIOKafkaConsumer

from shared.applications.worker import create
from shared.events import PROVIDER_TOPIC, Outbox, ProviderChanged, application_topic
from shared.testing.identities import bin_

NEW_BIN = bin_(number=3)


async def tell_of_a_provider(world):
    """Say it as auth-svc does; the relay of the worker under test carries it."""
    changed = ProviderChanged(
        bin=NEW_BIN, region="ulytau", names={"kk": "Жаңа", "ru": "Новая", "en": "New"}, zone="Asia/Almaty",
        opening_hours={"zone": "Asia/Almaty", "week": {"mon": [["09:00", "13:00"]]}}, services=("fitness",), version=1,
    )  # fmt: skip
    async with world.database.transaction() as session:
        await Outbox("auth").publish(session, changed, topic=PROVIDER_TOPIC, at=world.clock.now())


async def heard(kafka, application):
    """Gather the facts of one application, in the order in which the broker has them."""
    consumer = AIOKafkaConsumer(
        application_topic("attachment"), bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    messages = []
    try:
        async with asyncio.timeout(60):
            while len(messages) < 3:
                message = await consumer.getone()
                messages += [message] if message.key.decode() == application else []
    finally:
        await consumer.stop()
    return messages


class TestWorker:
    async def test_learns_of_providers_and_tells_of_applications(self, world, kafka):
        filed = (await world.file(world.citizen())).json()
        await tell_of_a_provider(world)
        settings = world.settings.model_copy(update={
            "kafka": kafka, "kafka_session_timeout": timedelta(seconds=3),
            "kafka_heartbeat_interval": timedelta(milliseconds=100),
            "kafka_rebalance_timeout": timedelta(milliseconds=500),
        })  # fmt: skip
        worker = create("attachment", settings, [world.module])
        async with worker.router.lifespan_context(worker):
            messages = await heard(kafka, filed["id"])
            async with asyncio.timeout(60):
                while not await world.rows("SELECT 1 FROM providers WHERE bin = :bin", bin=NEW_BIN):
                    await asyncio.sleep(0.1)
        facts = [dict(message.headers)["ce_type"].decode().split(".")[3] for message in messages]
        assert facts == ["submitted", "registered", "step-opened"]
        assert all(world.citizen().actor.iin.encode() not in message.value for message in messages)
