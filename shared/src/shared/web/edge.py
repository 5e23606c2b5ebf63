"""The outermost layer of every process: request id, size limit, access log, metrics, an answer whatever happens."""

import asyncio
import re
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from time import perf_counter
from typing import Any, Final

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.db import new_id
from shared.errors import InternalError, ProblemError
from shared.log import blacken, get_logger, set_request_id
from shared.web.problems import problem_response
from shared.web.refusals import BadRequest, BodyTooLarge

_LOG = get_logger(__name__)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_MOST_DRAINED: Final = 16 * 1024 * 1024
_DRAIN_SECONDS: Final = 2.0
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_SECONDS = Histogram(
    "shlyuz_http_request_seconds",
    "Time from the whole head of a request to the end of its answer.",
    ("service", "method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_ERRORS = Counter("shlyuz_http_errors_total", "Requests that ended in an unexpected error.", ("service",))


class Edge:
    """Wrap an ASGI application; `limits` gives paths their own size limit in bytes, every other has `max_body`."""

    def __init__(self, app: ASGIApp, *, service: str, max_body: int, limits: Mapping[str, int]) -> None:
        self._app = app
        self._service = service
        self._max_body = max_body
        self._limits = dict(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        identity = _request_id(headers.get("x-request-id"))
        set_request_id(identity)
        answer = _Answer(send, identity)
        began = perf_counter()
        try:
            await self._handle(scope, receive, answer, headers)
        finally:
            self._record(scope, answer.status, perf_counter() - began)

    async def _handle(self, scope: Scope, receive: Receive, answer: "_Answer", headers: Headers) -> None:
        try:
            limit = self._limits.get(scope["path"], self._max_body)
            _refuse_announced(headers.get("content-length"), limit)
            await self._app(scope, _limited(receive, limit), answer)
        except ProblemError as problem:
            await _give(problem, scope, receive, answer, headers)
        except ClientDisconnect:
            _LOG.info("the client went away", method=scope["method"], route=_route(scope))
        except Exception:  # noqa: BLE001  # whatever it is, the caller gets an answer and the log the reason
            _ERRORS.labels(self._service).inc()
            _LOG.exception("request failed", method=scope["method"], route=_route(scope))
            await _give(InternalError(), scope, receive, answer, headers)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The method is any word that a stranger likes: only those of HTTP become labels.
        route, method = _route(scope), scope["method"] if scope["method"] in _METHODS else "other"
        _SECONDS.labels(self._service, method, route, str(status)).observe(seconds)
        if route not in _QUIET:
            _LOG.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                caller=scope.get("shlyuz.caller"),
            )


class _Answer:
    """Pass the answer on, with the request id in its head."""

    def __init__(self, send: Send, identity: str) -> None:
        self._send = send
        self._header = (b"x-request-id", identity.encode())
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), self._header]
        await self._send(message)


async def _give(problem: ProblemError, scope: Scope, receive: Receive, answer: _Answer, headers: Headers) -> None:
    if answer.status:
        raise problem  # the head is out: break the connection, so that nobody takes a torn answer for a whole one
    response = problem_response(problem, headers.get("accept-language"), instance=scope["path"])
    if isinstance(problem, BodyTooLarge):
        response.headers["Connection"] = "close"
        if "expect" not in headers:  # whoever asked first has sent nothing yet, and is answered instead
            await _drain(receive)
    await response(scope, receive, answer)


async def _drain(receive: Receive) -> None:
    """Read on and throw away for a moment.

    Closed with unread bytes, a socket is reset, and the sender loses the answer that was on its way.
    """
    left = _MOST_DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def _request_id(given: str | None) -> str:
    if given and _REQUEST_ID.fullmatch(given) and blacken(given) == given:
        return given
    return new_id().hex


def _refuse_announced(length: str | None, limit: int) -> None:
    if length is None:
        return
    if not length.isascii() or not length.isdigit():
        raise BadRequest
    if int(length) > limit:
        raise BodyTooLarge


def _limited(receive: Receive, limit: int) -> Receive:
    total = 0

    async def limited() -> Message:
        nonlocal total
        message: MutableMapping[str, Any] = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise BodyTooLarge
        return message

    return limited


def _route(scope: Scope) -> str:
    """Give the template of the route, never the path itself: a path holds ids, and there are endless ones."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(context or scope.get("route"), "path", None)
    return str(path) if path else "unmatched"
