"""Asking the broker how far its partitions reach."""

from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition


async def end_offsets(bootstrap: str, places: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
    """Give the end (one past the last message) of each partition that exists; raises KafkaError when nobody answers."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer.topics()
        known = [
            TopicPartition(topic, partition)
            for topic, partition in places
            if partition in (consumer.partitions_for_topic(topic) or ())
        ]
        ends = await consumer.end_offsets(known) if known else {}
        return {(place.topic, place.partition): offset for place, offset in ends.items()}
    finally:
        await consumer.stop()
