"""Asking the broker how far its partitions reach."""

from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.events.clients import ended

Place = tuple[str, int]


async def end_offsets(bootstrap: str, places: Sequence[Place]) -> Mapping[Place, int]:
    """Give the end (one past the last message) of each partition that exists; raises KafkaError when nobody answers."""
    known = sorted(await _existing(bootstrap, {topic for topic, _ in places}) & set(places))
    if not known:
        return {}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        await consumer.start()
        ends = await consumer.end_offsets([TopicPartition(*place) for place in known])
        return {(place.topic, place.partition): offset for place, offset in ends.items()}
    finally:
        await ended(consumer.stop())


async def _existing(bootstrap: str, topics: set[str]) -> set[Place]:
    """Name the partitions that there are; a consumer's own view may be older than a topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        names = sorted(topics & set(await admin.list_topics()))
        described = await admin.describe_topics(names) if names else []
        return {(topic["topic"], partition["partition"]) for topic in described for partition in topic["partitions"]}
    finally:
        await ended(admin.close())
