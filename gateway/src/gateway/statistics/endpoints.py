"""GET /statistics: for administrators of the region's operator."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from gateway.entrance import StaffMember
from gateway.forwarding import language
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded, StaffOnly
from gateway.statistics.schemas import RegionStatisticsOut
from gateway.statistics.service import Statistics
from gateway.upstreams import PREFIX
from shared.errors import Forbidden, InvalidRequest, ServiceAway, TooManyRequests
from shared.web import Router, problems, resource

router = Router(prefix=PREFIX, tags=["statistics"])
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


@router.get(
    "/statistics",
    response_model=None,
    responses={
        200: {"model": RegionStatisticsOut},
        **problems(
            AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, StaffOnly, Forbidden,
            InvalidRequest, TooManyRequests, ServiceAway,
        ),
    },
)  # fmt: skip
async def count(
    request: Request,
    response: Response,
    person: StaffMember,
    statistics: Annotated[Statistics, Depends(resource("statistics"))],
    first: Annotated[str, Query(alias="from", pattern=MONTH, description="A month, YYYY-MM.")],
    to: Annotated[str, Query(pattern=MONTH, description="A finished month, within.")],
    region: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """Count finished months: applications by service and provider, steps within their limit, refusals by ground.

    Counts are multiples of five; what is under five is not told, and there are no totals.
    """
    response.headers["Cache-Control"] = "no-store"
    return await statistics.of(person, region=region, first=first, last=to, headers=language(request))
