"""Bodies are read strictly: of the right type, well-formed, not nested beyond need; never a 5xx whatever comes."""

import re
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

import orjson
from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.web.refusals import EmptyBody, MalformedJson, TooDeeplyNested, UnsupportedMediaType

MAX_DEPTH = 32
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


class StrictRoute(APIRoute):
    """Parse the JSON body before FastAPI does, with refusals of our own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler, which finds the parsed body already there."""
        handler = super().get_route_handler()
        field = self.body_field
        if field is None or isinstance(field.field_info, params.Form):
            return handler
        required = field.field_info.is_required()

        async def strict(request: Request) -> Response:
            body = await request.body()
            if body:
                _require_json(request.headers.get("content-type"))
                # Starlette keeps the parsed body in this attribute, and gives it to FastAPI.
                request._json = read_json(body)  # noqa: SLF001
            elif required:
                raise EmptyBody
            return await handler(request)

        return strict


class Router(APIRouter):
    """An APIRouter whose routes read bodies strictly; use it for every route of every service."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=StrictRoute, **options)


def read_json(body: bytes) -> Any:
    """Parse JSON of at most 32 levels; raises `MalformedJson` or `TooDeeplyNested`.

    For requests that are not signed documents: duplicate names are not looked for (see `shared.applications.ijson`).
    """
    if _depth(body, MAX_DEPTH) > MAX_DEPTH:
        raise TooDeeplyNested(MAX_DEPTH)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJson from error


def _depth(body: bytes, limit: int) -> int:
    """Measure how deep the brackets go, looking closer only where there are enough of them to matter."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return 0
    depth = 0
    for token in _TOKENS.finditer(body):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > limit:
            break
    return depth


def _require_json(content_type: str | None) -> None:
    message = Message()
    message["content-type"] = content_type or "application/octet-stream"
    subtype = message.get_content_subtype()
    if message.get_content_maintype() != "application" or not (subtype == "json" or subtype.endswith("+json")):
        raise UnsupportedMediaType
