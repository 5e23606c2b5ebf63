"""Answers that change only with the regulations: public, and not sent again to those who have them (RFC 9110, 13)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from shared.errors import Language

_SAFE: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=3600",
    "Vary": "Accept, Accept-Language",
}
_NOT_MODIFIED: Final = 304


def answer_once(request: Request, body: bytes, *, media_type: str, language: Language) -> Response:
    """Give the body with its entity tag, or 304 to a caller whose If-None-Match names it."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {**_SAFE, "ETag": tag, "Content-Language": language}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
