"""Ending aiokafka's clients, whatever has become of their broker."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka.errors import KafkaError

from shared.log import get_logger

_LOG = get_logger(__name__)
_SECONDS = 3.0


async def ended(stop: Coroutine[Any, Any, None]) -> None:
    """Wait for a client's end, at most 3 s: with the broker gone, what it has left can never be flushed.

    In a task of its own, since a client that stops waits for tasks that it cancelled, and sometimes lets their
    `CancelledError` through: it would end the caller as if somebody had asked for that.
    """
    task = asyncio.create_task(stop)
    try:
        await asyncio.wait({task}, timeout=_SECONDS)
    finally:
        if not task.done():
            task.cancel()
        elif not task.cancelled() and (error := task.exception()) is not None:
            level = _LOG.info if isinstance(error, KafkaError) else _LOG.warning
            level("a client of the broker did not end in order", error_type=type(error).__name__)
