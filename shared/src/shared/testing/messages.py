"""Reads whatever lies in a broker's topics, without a group: what anyone can read who reaches the broker."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


async def all_messages(bootstrap: str, *, within: float = 30.0) -> list[Any]:
    """Give every message (aiokafka's ConsumerRecord) of every topic but the broker's own, up to this moment's ends.

    Raises TimeoutError when they do not come within so many seconds.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        topics = [topic for topic in await consumer.topics() if not topic.startswith("_")]
        places = [TopicPartition(topic, each) for topic in topics for each in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        async with asyncio.timeout(within):
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                batches = await consumer.getmany(timeout_ms=100)
                found += [message for batch in batches.values() for message in batch]
        return found
    finally:
        await consumer.stop()
