"""GET /journals/{journal}."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request

from gateway.entrance import StaffMember
from gateway.forwarding import language
from gateway.gathering import Asked, Gathering
from gateway.journals.schemas import VolumesOut
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded, StaffOnly
from gateway.upstreams import OWNERS, PREFIX
from shared.errors import Forbidden, InvalidRequest, NotFound, TooManyRequests
from shared.web import Router, problems, resource

router = Router(prefix=PREFIX, tags=["journals"])
_REFUSALS = problems(
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, StaffOnly, Forbidden, NotFound,
    InvalidRequest, TooManyRequests,
)  # fmt: skip


@router.get("/journals/{journal}", response_model=None, responses={200: {"model": VolumesOut}, **_REFUSALS})
async def read_journal(  # noqa: PLR0913, PLR0917 - filters and dependencies
    request: Request,
    journal: str,
    person: StaffMember,
    gathering: Annotated[Gathering, Depends(resource("gathering"))],
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    provider: Annotated[str | None, Query(max_length=12)] = None,
    volume: Annotated[Literal["booking", "attachment", "certificate", "lab"] | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=20, description="Of the one volume that is named.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Read the provider's own volumes of a journal; to go on in one, name it with its cursor."""
    filters = {"year": str(year) if year else None, "provider": provider}
    asked = Asked(limit=limit, cursor=cursor if volume else None, filters=filters, headers=language(request))
    owners = (volume,) if volume else OWNERS
    found, away = await gathering.volumes(f"/journals/{quote(journal, safe='')}", asked, actor=person, owners=owners)
    return {"journal": journal, "volumes": found, "unavailable": away}
