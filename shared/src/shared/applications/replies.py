"""Answers as JSON, made once: the same bytes are sent and remembered under an Idempotency-Key."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

MEDIA_TYPE = "application/json"


def as_json(body: Mapping[str, Any], status: int = 200) -> Response:
    """Answer with JSON; instants are RFC 3339."""
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), status, media_type=MEDIA_TYPE)
