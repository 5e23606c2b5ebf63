"""POST /users, /auth/challenge, /auth/token, /auth/revoke, and the keys that access tokens are signed with."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.condition1.errors import TokenRequestInvalid
from gateway.condition1.forms import RegistrationIn, TokenForm, form_fields
from gateway.condition1.schemas import FORM_BODY, REVOKE_BODY, AccountOut, ChallengeOut, ReceivedOut, TokenOut
from gateway.condition1.service import Condition1
from gateway.condition2.errors import SignatureNotBase64, SignatureNotConfirmed, SignatureNotJudged
from gateway.entrance import Gate
from gateway.forms.errors import (
    FormTokenExpired,
    FormTokenForAnotherPurpose,
    FormTokenForAnotherService,
    FormTokenForged,
)
from gateway.forwarding import answer, asked_headers
from gateway.limits.limiting import LOGIN_ACCOUNT, LOGIN_ADDRESS, REGISTER_ADDRESS, unnamed
from gateway.upstreams import PREFIX, Upstreams
from shared.applications.ijson import UnreadableDocument
from shared.errors import InvalidRequest, ProblemError, ServiceAway, TooManyRequests
from shared.web import EmptyBody, Now, Router, UnsupportedMediaType, problems, resource

router = Router(prefix=PREFIX, tags=["accounts"])
well_known = Router(tags=["accounts"])
TheCondition1 = Annotated[Condition1, Depends(resource("condition1"))]
TheUpstreams = Annotated[Upstreams, Depends(resource("upstreams"))]

_FORM = "application/x-www-form-urlencoded"
_ALWAYS: tuple[type[ProblemError], ...] = (InvalidRequest, TooManyRequests, ServiceAway)
_PROOF = (
    SignatureNotConfirmed, SignatureNotJudged, SignatureNotBase64, UnreadableDocument, FormTokenForged,
    FormTokenExpired, FormTokenForAnotherPurpose, FormTokenForAnotherService,
)  # fmt: skip


@router.post(
    "/users",
    status_code=202,
    response_model=None,
    responses={201: {"model": AccountOut}, 202: {"model": ReceivedOut}, **problems(*_ALWAYS, *_PROOF)},
)
async def register(
    request: Request, form: RegistrationIn, gate: Gate, condition1: TheCondition1, upstreams: TheUpstreams, now: Now
) -> Response:
    """Register: with `proof` 201, without it 202 alike for a free and a taken IIN."""
    gate.admit(request)
    address = gate.address(request)
    gate.limits.spend(REGISTER_ADDRESS, address)
    reply = await condition1.register(form, address=address, headers=_headers(request), now=now)
    return answer(upstreams.auth, reply)


@router.post(
    "/auth/challenge",
    status_code=201,
    response_model=None,
    responses={201: {"model": ChallengeOut}, **problems(*_ALWAYS)},
)
async def challenge(request: Request, gate: Gate, upstreams: TheUpstreams) -> Response:
    """Get a challenge to sign: one use, five minutes."""
    gate.admit(request)
    gate.limits.spend(LOGIN_ADDRESS, gate.address(request))
    return answer(upstreams.auth, await upstreams.auth.post("/auth/challenge", json={}, headers=_headers(request)))


@router.post(
    "/auth/token",
    response_model=None,
    responses={200: {"model": TokenOut}, **problems(TokenRequestInvalid, SignatureNotJudged, *_ALWAYS)},
    openapi_extra=FORM_BODY,
)
async def token(request: Request, gate: Gate, condition1: TheCondition1, upstreams: TheUpstreams, now: Now) -> Response:
    """Log in (condition 1) or refresh: RFC 6749's form; a refusal is process 2 and carries RFC 6749's `error` too."""
    gate.admit(request)
    form = TokenForm.read(await _form(request))
    address = gate.address(request)
    if form.grant_type == "password":
        gate.limits.spend(LOGIN_ADDRESS, address)
        if form.username:  # who signs a challenge is known by his certificate alone, and auth-svc counts his failures
            gate.limits.spend(LOGIN_ACCOUNT, unnamed(form.username))
    reply = await condition1.token(form, address=address, headers=_headers(request), now=now)
    return answer(upstreams.auth, reply, {"Cache-Control": "no-store", "Pragma": "no-cache"})


@router.post(
    "/auth/revoke",
    response_model=None,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **problems(*_ALWAYS)},
    openapi_extra=REVOKE_BODY,
)
async def revoke(request: Request, gate: Gate, upstreams: TheUpstreams, now: Now) -> Response:
    """End the session of a refresh or access token (RFC 7009): 200 whatever the token was."""
    gate.admit(request)
    given = form_fields(await _form(request)).get("token")
    if not given:
        raise TokenRequestInvalid
    reply = await upstreams.auth.post("/auth/revoke", json={"token": given}, headers=_headers(request))
    await _forget(gate, given, now)
    return answer(upstreams.auth, reply)


async def _forget(gate: Gate, given: str, now: Any) -> None:
    try:
        gate.principals.forget((await gate.tokens.read(given, now=now)).session_id)
    except ProblemError:
        # A refresh token, or nothing of ours: what is remembered of the session dies within seconds.
        return


@router.get("/.well-known/jwks.json", response_model=None, include_in_schema=False)
@well_known.get(
    "/.well-known/jwks.json",
    response_model=None,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(TooManyRequests, ServiceAway),
    },
)
async def keys(request: Request, gate: Gate, upstreams: TheUpstreams) -> Response:
    """Give the public keys of access tokens."""
    gate.admit(request)
    return answer(upstreams.auth, await upstreams.auth.get("/.well-known/jwks.json"))


async def _form(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType(_FORM)
    body = await request.body()
    if not body:
        raise EmptyBody
    return body


def _headers(request: Request) -> dict[str, str]:
    return {
        name: value for name, value in asked_headers(request).items() if name in {"accept-language", "idempotency-key"}
    }
