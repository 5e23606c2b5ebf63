"""Problems as answers (RFC 9457): one body for every refusal, also the framework's, in the caller's language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import (
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    Language,
    MethodNotAllowed,
    NotFound,
    ProblemError,
    TooManyRequests,
    Unauthenticated,
    text_of,
)
from shared.log import request_id
from shared.web.languages import negotiate
from shared.web.refusals import BadRequest, BodyTooLarge, RequestTimeout, UnsupportedMediaType

MEDIA_TYPE = "application/problem+json"
_SERVER_ERROR = 500
_BY_STATUS: Mapping[int, type[ProblemError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    408: RequestTimeout,
    413: BodyTooLarge,
    429: TooManyRequests,
}
# pydantic's error types -> our stable codes; a type that is not here, or a newer one, is `invalid`.
_FIELD_CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_short": "too-short",
    "bytes_too_short": "too-short",
    "too_short": "too-short",
    "string_too_long": "too-long",
    "bytes_too_long": "too-long",
    "too_long": "too-long",
    "greater_than": "out-of-range",
    "greater_than_equal": "out-of-range",
    "less_than": "out-of-range",
    "less_than_equal": "out-of-range",
    "string_pattern_mismatch": "pattern",
    "literal_error": "choice",
    "enum": "choice",
    "bytes_invalid_encoding": "base64",
    "base64_decode": "base64",
    "model_attributes_type": "type",
}
_FIELD_ENDINGS: Mapping[str, str] = {"_type": "type", "_parsing": "type"}
_FIELD_STARTS: Mapping[str, str] = {
    "date": "date", "time": "date", "uuid": "uuid", "int_": "type", "float_": "type", "bool_": "type",
}  # fmt: skip


@cache
def _field_words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("shared.errors") / "fields.toml").read_text("utf-8"))


def problem_body(problem: ProblemError, language: Language, *, instance: str | None = None) -> dict[str, Any]:
    """Write a problem as the members of its JSON body; `instance` is the path, which holds no personal data."""
    words = text_of(problem, language)
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": words.title,
        "status": problem.status,
        "code": problem.code,
        "detail": words.detail,
    }
    optional = {
        "instance": instance, "condition": problem.condition, "process": problem.process, "request_id": request_id(),
    }  # fmt: skip
    body |= {name: value for name, value in optional.items() if value is not None}
    if isinstance(problem, InvalidRequest):
        body["errors"] = [_field(error, language) for error in problem.errors]
    return body | problem.extra


def _field(error: FieldError, language: Language) -> dict[str, str]:
    words = _field_words()
    message = words.get(error.code, words["invalid"])[language]
    return {"pointer": error.pointer, "code": error.code, "message": message}


def problem_response(problem: ProblemError, accept_language: str | None, *, instance: str | None = None) -> Response:
    """Answer with a problem in the language that the header asks for."""
    language = negotiate(accept_language)
    headers = {"Content-Language": language, "Cache-Control": "no-store", **problem.headers}
    content = orjson.dumps(problem_body(problem, language, instance=instance), default=str)
    return Response(content, problem.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


def _respond(request: Request, problem: ProblemError) -> Response:
    return problem_response(problem, request.headers.get("accept-language"), instance=request.url.path)


async def _on_problem(request: Request, error: Exception) -> Response:
    return _respond(request, error if isinstance(error, ProblemError) else InternalError())


async def _on_validation(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    return _respond(request, InvalidRequest([field_error(one) for one in found]))


async def _on_http(request: Request, error: Exception) -> Response:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ProblemError):
        cause = cause.__cause__
    if isinstance(cause, ProblemError):
        return _respond(request, cause)
    return _respond(request, _of_status(error) if isinstance(error, HTTPException) else InternalError())


def _of_status(error: HTTPException) -> ProblemError:
    headers = dict(error.headers or {})
    if error.status_code in _BY_STATUS:
        return _BY_STATUS[error.status_code](headers=headers)
    if error.status_code == UnsupportedMediaType.status:
        return UnsupportedMediaType()
    return InternalError() if error.status_code >= _SERVER_ERROR else BadRequest(headers=headers)


def field_error(error: Mapping[str, Any]) -> FieldError:
    """Turn one of pydantic's errors into a pointer and a stable code; its input is left out, it may be personal.

    The pointer starts after the part of the request (body, query, path, header), as these share no names here.
    """
    location = [str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"][1:]]
    return FieldError(pointer="/" + "/".join(location) if location else "", code=_field_code(str(error["type"])))


def _field_code(kind: str) -> str:
    if kind in _FIELD_CODES:
        return _FIELD_CODES[kind]
    starts = (code for start, code in _FIELD_STARTS.items() if kind.startswith(start))
    ends = (code for end, code in _FIELD_ENDINGS.items() if kind.endswith(end))
    return next(starts, None) or next(ends, "invalid")


def problems(*kinds: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """Describe for OpenAPI which problems a route answers with: `@router.get(…, responses=problems(NotFound))`."""
    by_status: dict[int | str, list[type[ProblemError]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _described(found) for status, found in by_status.items()}


def _described(kinds: list[type[ProblemError]]) -> dict[str, Any]:
    codes = [code for kind in kinds for code in (kind.variants or (kind.code,))]
    return {
        "description": " · ".join(f"`{code}`" for code in codes),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


PROBLEM_SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details with a stable code, in kk, ru or en by Accept-Language.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "condition": {"type": "integer", "description": "The number of the decree's condition that failed."},
        "process": {"type": "integer", "description": "The number of the decree's refusal process."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}
