"""GET /applications/{application_id}/evidence."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse

from gateway.entrance import Citizen
from gateway.evidence.schemas import EvidenceFile
from gateway.evidence.service import Evidence
from gateway.forwarding import language
from gateway.sessions.errors import (
    AccessTokenExpired,
    AccessTokenInvalid,
    AccessTokenMissing,
    CitizensOnly,
    SessionEnded,
)
from gateway.upstreams import PREFIX
from shared.errors import NotFound, ServiceAway, TooManyRequests
from shared.web import Router, problems, resource

router = Router(prefix=PREFIX, tags=["applications"])
_REFUSALS = problems(
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, CitizensOnly, NotFound, TooManyRequests,
    ServiceAway,
)  # fmt: skip


@router.get(
    "/applications/{application_id}/evidence",
    response_model=None,
    responses={200: {"model": EvidenceFile}, **_REFUSALS},
)
async def show_evidence(
    request: Request,
    application_id: str,
    person: Citizen,
    evidence: Annotated[Evidence, Depends(resource("evidence"))],
) -> StreamingResponse:
    """Give all that was signed, what condition 2 saw, and the lists: `shlyuz evidence verify` checks it off-line."""
    told = await evidence.of(application_id, person, language(request))
    headers = {"Content-Disposition": 'attachment; filename="evidence.json"', "Cache-Control": "no-store"}
    return StreamingResponse(evidence.write(told), media_type="application/json", headers=headers)
