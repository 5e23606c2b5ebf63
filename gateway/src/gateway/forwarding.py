"""Hand a request on to the service that owns its object, and its answer back: bodies as they are, headers by list."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from shared.errors import ServiceAway
from shared.log import get_logger
from shared.web import Actor
from shared.web.client import Reply, ServiceClient

_ASKED: Final = ("accept", "accept-language", "content-type", "idempotency-key", "if-none-match")
_ANSWERED: Final = frozenset({
    "allow", "cache-control", "content-disposition", "content-language", "content-security-policy", "content-type",
    "etag", "last-modified", "location", "retry-after", "vary", "x-content-type-options",
})  # fmt: skip
_UNAUTHENTICATED: Final = 401
_FORBIDDEN: Final = 403
_NOT_US: Final = b'"caller-not-allowed"'

log = get_logger(__name__)


def asked_headers(request: Request) -> dict[str, str]:
    given = request.headers
    return {name: given[name] for name in _ASKED if name in given}


def language(request: Request) -> dict[str, str]:
    return {"accept-language": given} if (given := request.headers.get("accept-language")) else {}


async def forward(
    request: Request, client: ServiceClient, path: str, *, actor: Actor | None, body: bytes | None = None
) -> Response:
    """Send the request on under `path` (already quoted) with its query, for `actor`, and give the answer back."""
    reply = await client.request(
        request.method,
        path,
        params=request.url.query or None,
        actor=actor,
        content=body,
        headers=asked_headers(request),
    )
    return answer(client, reply)


def answer(client: ServiceClient, reply: Reply, more: Mapping[str, str] | None = None) -> Response:
    """Give a service's answer to the caller; raises ServiceAway where the service does not take us for the gateway."""
    if reply.status == _UNAUTHENTICATED or (reply.status == _FORBIDDEN and _NOT_US in reply.body):
        log.error("a service refuses the gateway's assertion", service=client.service, status=reply.status)
        raise ServiceAway(client.service)
    headers = {name: value for name, value in reply.headers.items() if name.lower() in _ANSWERED}
    return Response(reply.body, reply.status, headers | dict(more or {}))
