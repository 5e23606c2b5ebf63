"""What FastAPI cannot say by itself in the public API's document."""

from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.condition1.forms import TokenForm
from gateway.routing.table import TABLE
from shared.errors import InvalidRequest, ProblemError
from shared.web import problems
from shared.web.refusals import (
    BodyTooLarge,
    EmptyBody,
    MalformedJson,
    RequestTimeout,
    TooDeeplyNested,
    UnsupportedMediaType,
)

VERSION: Final = "1.0.0"
_REFERENCE: Final = "#/components/schemas/{model}"
_BEARER: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_DESCRIPTION: Final = """\
Apply for health services of a region, follow the application, carry its steps out.

Errors are RFC 9457 problems (`application/problem+json`) with a stable `code`, the number of the decree's condition or
process that failed, and words in kk, ru or en by `Accept-Language`; `detail` says what to do next. Unsafe requests take
an `Idempotency-Key`. Lists are continued by `cursor`; a service that is away is named in `unavailable`.
"""


def install(app: FastAPI) -> None:
    """Complete the document that FastAPI makes: bodies that pass through, who must be logged in, and what this is."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(original())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to add to the document


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {}).update(_passing_bodies())
    components["securitySchemes"] = {"bearer": _BEARER}
    for ours_are_problems in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(ours_are_problems, None)
    schema["info"] |= {"version": VERSION, "description": _DESCRIPTION, "license": {"name": "Apache-2.0"}}
    for operations in schema["paths"].values():
        for operation in operations.values():
            if "401" in operation["responses"]:
                operation["security"] = [{"bearer": []}]
            _add_refusals(operation)
    return schema


def _add_refusals(operation: dict[str, Any]) -> None:
    """What no route says of itself: a query or path that does not fit, and a body that cannot be read."""
    told = operation["responses"]
    if "application/json" in told.get("422", {}).get("content", {}):
        told |= _numbered(InvalidRequest)
    if "requestBody" in operation:
        missing = _numbered(
            EmptyBody, MalformedJson, TooDeeplyNested, RequestTimeout, BodyTooLarge, UnsupportedMediaType
        )
        operation["responses"] = missing | told


def _numbered(*kinds: type[ProblemError]) -> dict[str, Any]:
    return {str(status): described for status, described in problems(*kinds).items()}


def _passing_bodies() -> dict[str, Any]:
    models: list[type[BaseModel]] = [TokenForm]
    models += [route.body for route in TABLE if isinstance(route.body, type)]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    found: dict[str, Any] = definitions["$defs"]
    return found
