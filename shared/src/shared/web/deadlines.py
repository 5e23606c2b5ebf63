"""A slow sender is cut off: uvicorn waits for a request without end, so the protocol gets deadlines of our own.

10 s from the first byte, or the connection, to the whole head; 30 s from the head to the whole body.
"""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared.web.languages import DEFAULT
from shared.web.problems import MEDIA_TYPE, problem_body
from shared.web.refusals import RequestTimeout


class DeadlineProtocol(HttpToolsProtocol):
    """Close a connection whose request is not whole in time; `head` and `body` are set by `with_deadlines`."""

    head = 10.0
    body = 30.0
    _deadline: asyncio.TimerHandle | None = None
    _receiving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request's head."""
        super().connection_made(transport)
        self._arm(self.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more can be late."""
        self._disarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins, the first or a later one on this connection."""
        super().on_message_begin()
        self._receiving = True
        self._arm(self.head)

    def on_headers_complete(self) -> None:
        """The head is whole; the body has its own time."""
        super().on_headers_complete()
        self._arm(self.body)

    def on_message_complete(self) -> None:
        """The request is whole; until the next begins, uvicorn's keep-alive time runs."""
        self._receiving = False
        self._disarm()
        super().on_message_complete()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._expire)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        """Answer 408 if nothing else was answered yet, and close; the application sees a disconnect."""
        if self.transport.is_closing():
            return
        running: RequestResponseCycle | None = self.cycle
        if running is not None and running.response_complete:
            running = None
        if self._receiving and (running is None or not running.response_started):
            self.transport.write(_too_late())
        if running is not None:
            # What the application still writes must not follow the 408 on the wire.
            running.disconnected = True
            running.message_event.set()
        self.transport.close()


def _too_late() -> bytes:
    content = orjson.dumps(problem_body(RequestTimeout(), DEFAULT))
    head = (
        f"HTTP/1.1 408 Request Timeout\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-language: {DEFAULT}\r\n"
        f"content-length: {len(content)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + content


def with_deadlines(head: timedelta, body: timedelta) -> type[DeadlineProtocol]:
    """Make the protocol class for uvicorn with these deadlines."""
    values: dict[str, Any] = {"head": head.total_seconds(), "body": body.total_seconds()}
    return type("ConfiguredDeadlines", (DeadlineProtocol,), values)
