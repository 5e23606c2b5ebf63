"""Make the routes of the table: each lets its callers in, finds the owner, and hands on."""

from collections.abc import Callable
from typing import Annotated, Any, Final, cast
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.catalogue.service import Catalogue
from gateway.entrance import Admission, anyone, citizen, person, staff
from gateway.forwarding import forward
from gateway.routing.table import TABLE, ByBody, ById, ByService, Fixed, Route, Who
from gateway.sessions.errors import (
    AccessTokenExpired,
    AccessTokenInvalid,
    AccessTokenMissing,
    CitizensOnly,
    SessionEnded,
    StaffOnly,
)
from gateway.upstreams import PREFIX, Upstreams
from shared.errors import Conflict, FieldError, InvalidRequest, NotFound, ProblemError, ServiceAway, TooManyRequests
from shared.web import Actor, EmptyBody, IdempotencyKey, Router, problems, resource
from shared.web.client import ServiceClient
from shared.web.routing import read_json

_ADMISSIONS: Final[dict[Who, Admission]] = {
    Who.ANYONE: anyone,
    Who.PERSON: person,
    Who.CITIZEN: citizen,
    Who.STAFF: staff,
}
_NAMED: Final = ("region", "service")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
SIGNED_IN: Final = (AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded)
_REFUSALS: Final[dict[Who, tuple[type[ProblemError], ...]]] = {
    Who.ANYONE: (),
    Who.PERSON: SIGNED_IN,
    Who.CITIZEN: (*SIGNED_IN, CitizensOnly),
    Who.STAFF: (*SIGNED_IN, StaffOnly),
}
TheUpstreams = Annotated[Upstreams, Depends(resource("upstreams"))]
TheCatalogue = Annotated[Catalogue, Depends(resource("catalogue"))]


def make_router() -> Router:
    router = Router(prefix=PREFIX)
    for route in TABLE:
        router.add_api_route(
            route.path,
            _endpoint(route),
            methods=[route.method],
            status_code=route.status,
            response_class=Response,
            response_model=None,
            responses=_responses(route),
            summary=route.summary,
            tags=[route.tag],
            name=f"{route.method} {route.path}",
            operation_id=_operation(route),
            openapi_extra=_extra(route),
        )
    return router


def _endpoint(route: Route) -> Callable[..., Any]:
    admission = _ADMISSIONS[route.who]

    async def hand_on(
        request: Request,
        actor: Annotated[Actor | None, Depends(admission)],
        upstreams: TheUpstreams,
        catalogue: TheCatalogue,
        _key: IdempotencyKey,
    ) -> Response:
        client = await _owner(route, request, upstreams, catalogue)
        body = await request.body() if route.method in _WITH_BODY else None
        return await forward(request, client, _path(route, request), actor=actor, body=body)

    return hand_on


async def _owner(route: Route, request: Request, upstreams: Upstreams, catalogue: Catalogue) -> ServiceClient:
    match route.to:
        case Fixed(service):
            return upstreams[service]
        case ById(parameter):
            return upstreams.owner_of(request.path_params[parameter])
        case ByService(parameter):
            named = request.path_params.get(parameter) or request.query_params.get(parameter)
            if not named:
                raise InvalidRequest([FieldError(pointer=f"/{parameter}", code="missing")])
            return await catalogue.owner(named)
        case ByBody():
            return await catalogue.owner(".".join(_named(await request.body())))


def _named(body: bytes) -> tuple[str, str]:
    """Read region and service; whatever else is wrong with the body is the owner's to say."""
    if not body:
        raise EmptyBody
    sent = read_json(body)
    named = tuple(sent.get(member) for member in _NAMED) if isinstance(sent, dict) else (None, None)
    faults = [
        FieldError(pointer=f"/{member}", code="missing" if value is None else "type")
        for member, value in zip(_NAMED, named, strict=True)
        if not isinstance(value, str)
    ]
    if faults:
        raise InvalidRequest(faults)
    return cast("tuple[str, str]", named)


def _path(route: Route, request: Request) -> str:
    """Write the path anew from its parts, each quoted whole: what came in can name no other path at the owner."""
    parts = {name: quote(value, safe="") for name, value in request.path_params.items()}
    if any(set(value) <= {"."} for value in parts.values()):
        raise NotFound
    return route.path.format(**parts)


def _responses(route: Route) -> dict[int | str, dict[str, Any]]:
    described: dict[str, Any] = {"description": route.summary}
    if isinstance(route.answer, str):
        described["content"] = {route.answer: {"schema": _schema_of(route.answer)}}
    elif route.answer is not None:
        described["model"] = route.answer
    lost = () if route.method == "GET" else (Conflict,)
    refused = problems(*_REFUSALS[route.who], NotFound, *lost, InvalidRequest, TooManyRequests, ServiceAway)
    return {route.status: described, **refused}


def _schema_of(media_type: str) -> dict[str, Any]:
    return {"type": "object"} if media_type == "application/json" else {"type": "string", "format": "binary"}


def _operation(route: Route) -> str:
    words = route.path.replace("{", "").replace("}", "").replace("/", " ").replace("-", " ").split()
    return "_".join([route.method.lower(), *words])


def _extra(route: Route) -> dict[str, Any]:
    path = [_parameter(name, "path", required=True) for name in route.parameters]
    query = [_parameter(name, "query", required=route.to == ByService(name)) for name in route.query]
    extra: dict[str, Any] = {"parameters": [*path, *query]}
    if isinstance(route.body, tuple):
        content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in route.body}
        extra["requestBody"] = {"required": True, "content": content}
    elif route.body is not None:
        reference = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return extra


def _parameter(name: str, where: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": {"type": "string"}}
