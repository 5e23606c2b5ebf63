"""Writing an event: a row in the transaction of the deed, so that there is never one without the other."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from weakref import WeakSet
from zlib import crc32

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import after_commit, new_id
from shared.events.event import Event
from shared.events.tables import LANES, outbox
from shared.log import request_id

_INSERT = insert(outbox)


def lane_of(key: str) -> int:
    """Give the lane of a key; must never change for keys that have events waiting."""
    return crc32(key.encode()) % LANES


class Outbox:
    """Publish a service's events.

    Events of one key keep the order in which they were published as long as their transactions exclude one another:
    publish while the thing's row is locked (inserted or updated in the same transaction).
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._listeners: WeakSet[_Listener] = WeakSet()

    def row(self, event: Event, *, topic: str, at: datetime, traced: bool = True) -> dict[str, Any]:
        """Give the values of the outbox row, for a statement of the caller's own; `at` is when it happened (UTC).

        One that is not `traced`, or happened in no request, has a request id that leads nowhere: all have one.
        """
        return {
            "id": new_id(),
            "topic": topic,
            "key": event.key,
            "lane": lane_of(event.key),
            "type": event.type,
            "time": at,
            "data": event.model_dump(mode="json"),
            "request_id": (request_id() if traced else None) or new_id().hex,
        }

    async def publish(
        self, session: AsyncSession, event: Event, *, topic: str, at: datetime, traced: bool = True
    ) -> None:
        """Add the event to the session's transaction; it is sent after the commit."""
        await session.execute(_INSERT, self.row(event, topic=topic, at=at, traced=traced))
        self.announce(session)

    def announce(self, session: AsyncSession) -> None:
        """Have the relay of this process, if there is one, look at the outbox after the commit."""
        after_commit(session, self._wake)

    def listen(self, wake: Callable[[], None]) -> object:
        """Call `wake` after each commit with events, as long as the returned object is kept."""
        listener = _Listener(wake)
        self._listeners.add(listener)
        return listener

    def _wake(self) -> None:
        for listener in list(self._listeners):
            listener.wake()


class _Listener:
    """Holds a callback for as long as its owner holds it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
