"""What the worker does beside carrying events."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import orjson
from aiokafka import AIOKafkaConsumer

from auth.audit.chaining import first_broken_link
from auth.forgetting import forget
from auth.worker import create
from shared.events import PROVIDER_TOPIC
from shared.events.creating import ensure_topics


class TestWorker:
    async def test_carries_a_provider_to_kafka_and_chains_the_trail(self, auth, auth_settings, kafka, polyclinic):
        settings, _ = auth_settings
        app = create(settings.model_copy(update={"kafka": kafka}))
        async with app.router.lifespan_context(app), reading(kafka) as received:
            message = await asyncio.wait_for(first_of(received, polyclinic.bin), 20)
            await asyncio.wait_for(all_linked(auth), 20)
        assert dict(message.headers)["ce_type"] == b"kz.shlyuz.provider.changed.v1"
        assert orjson.loads(message.value)["version"] == 1
        assert await first_broken_link(auth.platform.database) is None


@asynccontextmanager
async def reading(kafka):
    consumer = AIOKafkaConsumer(PROVIDER_TOPIC, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await ensure_topics(kafka, {PROVIDER_TOPIC: 1})
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def first_of(consumer, organisation):
    async for message in consumer:
        if message.key == organisation.encode():
            return message
    return None


async def all_linked(auth):
    unlinked = "SELECT count(*) FROM audit_records LEFT JOIN audit_links USING (number) WHERE digest IS NULL"
    while (await auth.rows(unlinked))[0]["count"]:
        await asyncio.sleep(0.1)


class TestForget:
    async def test_removes_what_is_over_and_keeps_the_trail(self, auth, make_iin, later):
        iin = make_iin()
        await auth.register(iin)
        await auth.log_in(iin, "мүлде басқа сөз")
        await auth.log_in_with_certificate(iin)
        [before] = await auth.rows("SELECT count(*) AS records FROM audit_records")
        later(days=31)
        now = auth.clock.now() + timedelta(hours=1)
        await forget(auth.platform.database, auth.platform.settings, now)
        for table in ("challenges", "login_failures", "sessions", "refresh_tokens", "signing_keys"):
            [left] = await auth.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this test
            assert left["count"] == 0, table
        [after] = await auth.rows("SELECT count(*) AS records FROM audit_records")
        assert after == before

    async def test_keeps_what_is_not_over(self, auth, make_iin):
        iin = make_iin()
        await auth.register(iin)
        tokens = (await auth.log_in(iin)).json()
        challenge = await auth.challenge()
        await forget(auth.platform.database, auth.platform.settings, auth.clock.now())
        assert (await auth.principal(tokens)).status_code == 200
        assert (await auth.ask("GET", f"/internal/challenges/{challenge}")).status_code == 200
