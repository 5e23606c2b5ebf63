"""What an endpoint may ask for: one transaction, the time, the caller, the language.

A `yield` dependency of FastAPI ends after the answer is sent unless its scope is the function: the session's is,
so that a commit that fails still changes the answer.
"""

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from shared.errors import Language, ProblemError
from shared.web.assertions import Assertion, AssertionInvalid, CallerNotAllowed
from shared.web.languages import negotiate
from shared.web.platform import Platform

ALLOWED = "shlyuz_allowed_callers"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_BEARER = "bearer "


class IdempotencyKeyInvalid(ProblemError):
    """The header is not 1 to 128 visible ASCII characters."""

    code = "idempotency-key-invalid"
    status = 400


# Each dependency is a coroutine, also where it awaits nothing: FastAPI would run a plain function in a thread.


async def _here(request: Request) -> Platform:
    return _platform(request)


def _platform(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


Here = Annotated[Platform, Depends(_here)]
"""The process's collaborators."""


async def _session(platform: Here) -> AsyncIterator[AsyncSession]:
    async with platform.database.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session, scope="function")]
"""One transaction for the request, committed before the answer goes out; an error in the commit is the answer."""


async def _now(platform: Here) -> datetime:
    return platform.clock.now()


Now = Annotated[datetime, Depends(_now)]
"""The service time (aware, UTC), read once for the request."""


async def _language(request: Request) -> Language:
    return negotiate(request.headers.get("accept-language"))


Lang = Annotated[Language, Depends(_language)]
"""The language that the caller prefers; Kazakh if it says nothing."""


async def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid
    return key


IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
"""The Idempotency-Key header, if one came; raises `IdempotencyKeyInvalid`."""


def allow(*callers: str) -> Callable[[Request], Assertion]:
    """Make the dependency that lets only these callers in: `Annotated[Assertion, Depends(allow("gateway"))]`.

    Raises `AssertionInvalid` (401) or `CallerNotAllowed` (403).
    """
    allowed = frozenset(callers)

    async def verified(request: Request) -> Assertion:
        platform = _platform(request)
        token = _bearer(request)
        if platform.caller_keys is None:
            raise AssertionInvalid
        assertion = platform.caller_keys.verify(token, platform.service, now=platform.clock.now())
        request.scope["shlyuz.caller"] = assertion.caller
        if assertion.caller not in allowed:
            raise CallerNotAllowed
        return assertion

    setattr(verified, ALLOWED, allowed)
    return verified  # type: ignore[return-value]  # FastAPI awaits it; to the endpoint it is an Assertion


def _bearer(request: Request) -> str:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_BEARER):
        raise AssertionInvalid
    return header[len(_BEARER) :].strip()


def resource(name: str) -> Callable[[Request], Any]:
    """Make the dependency that gives a resource that the service opened under this name."""

    async def find(request: Request) -> Any:
        return _platform(request).resources[name]

    return find
