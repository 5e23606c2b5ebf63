"""The broker under the other interop tests is Apache Kafka 4, and keeps what it acknowledged through a crash."""

import subprocess
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

pytestmark = pytest.mark.interop

SCRIPT = Path(__file__).parent / "kafka" / "kafka.sh"
PLACE = TopicPartition("interop.record.v1", 0)


async def made(servers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(PLACE.topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def sent(servers: str, value: bytes) -> int:
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        return (await producer.send_and_wait(PLACE.topic, value, partition=0)).offset
    finally:
        await producer.stop()


async def read(servers: str) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([PLACE])
        end = (await consumer.end_offsets([PLACE]))[PLACE]
        return [(await consumer.getone()).value for _ in range(end)]
    finally:
        await consumer.stop()


class TestApacheKafka:
    async def test_takes_and_gives_records(self, apache_kafka):
        await made(apache_kafka)

        assert await sent(apache_kafka, b"fact") == 0
        assert await read(apache_kafka) == [b"fact"]

    async def test_keeps_its_records_through_a_crash(self, tmp_path, free_port):
        def run(verb, *arguments):
            done = subprocess.run(
                [SCRIPT, verb, tmp_path, *arguments], check=True, timeout=300, stdout=subprocess.PIPE, text=True
            )
            return done.stdout.strip()

        servers = run("start", str(free_port))
        await made(servers)
        await sent(servers, b"before")
        run("kill")
        try:
            assert run("start", str(free_port)) == servers
            assert await sent(servers, b"after") == 1
            assert await read(servers) == [b"before", b"after"]
        finally:
            run("stop")
