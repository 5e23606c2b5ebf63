"""GET /applications, /notices, /access-log."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request

from gateway.cabinet.schemas import AccessesOut, ApplicationsOut, NoticesOut
from gateway.cabinet.service import Cabinet
from gateway.entrance import Person
from gateway.forwarding import language
from gateway.gathering import Asked
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded
from gateway.upstreams import PREFIX
from shared.errors import InvalidRequest, TooManyRequests
from shared.web import Router, problems, resource

router = Router(prefix=PREFIX, tags=["cabinet"])
TheCabinet = Annotated[Cabinet, Depends(resource("cabinet"))]
_REFUSALS = problems(
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, InvalidRequest, TooManyRequests
)


async def _asked(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Asked:
    return Asked(limit=limit, cursor=cursor, headers=language(request))


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/applications", response_model=None, responses={200: {"model": ApplicationsOut}, **_REFUSALS})
async def list_applications(person: Person, cabinet: TheCabinet, asked: Wanted) -> dict[str, Any]:
    """List one's applications over all services, the newest first."""
    return (await cabinet.applications(person, asked)).shown()


@router.get("/notices", response_model=None, responses={200: {"model": NoticesOut}, **_REFUSALS})
async def list_notices(person: Person, cabinet: TheCabinet, asked: Wanted) -> dict[str, Any]:
    """List one's notices: refusals by the gateway (process 4), refusals and results by the providers."""
    return (await cabinet.notices(person, asked)).shown()


@router.get("/access-log", response_model=None, responses={200: {"model": AccessesOut}, **_REFUSALS})
async def list_accesses(person: Person, cabinet: TheCabinet, asked: Wanted) -> dict[str, Any]:
    """List who looked at one's data."""
    return (await cabinet.accesses(person, asked)).shown()
