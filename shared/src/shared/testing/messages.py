"""Reads whatever lies in a broker's topics, without a group: what anyone can read who reaches the broker."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer


async def all_messages(bootstrap: str, *, within: float = 30.0) -> list[Any]:
    """Give every message (aiokafka's ConsumerRecord) of every topic but the broker's own, up to this moment's ends.

    Raises TimeoutError when they do not come within so many seconds.
    """
    topics = await _topics(bootstrap)
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        found: list[Any] = []
        async with asyncio.timeout(within):
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                batches = await consumer.getmany(timeout_ms=100)
                found += [message for batch in batches.values() for message in batch]
        return found
    finally:
        await consumer.stop()


async def _topics(bootstrap: str) -> list[str]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    await consumer.start()
    try:
        return sorted(topic for topic in await consumer.topics() if not topic.startswith("_"))
    finally:
        await consumer.stop()
