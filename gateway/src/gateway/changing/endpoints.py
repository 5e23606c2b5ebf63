"""POST /applications/{application_id}/reschedule and /withdrawal."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.applications.service import Filing
from gateway.condition2.errors import SignatureNotBase64, SignatureNotConfirmed, SignatureNotJudged
from gateway.condition2.signed import SignedDocument
from gateway.entrance import Citizen
from gateway.forms.errors import (
    FormTokenExpired,
    FormTokenForAnotherPurpose,
    FormTokenForAnotherService,
    FormTokenForged,
)
from gateway.forwarding import answer, asked_headers
from gateway.sessions.errors import (
    AccessTokenExpired,
    AccessTokenInvalid,
    AccessTokenMissing,
    CitizensOnly,
    SessionEnded,
)
from gateway.upstreams import PREFIX, Upstreams
from shared.applications.cabinet.schemas import ApplicationOut
from shared.applications.forms import RescheduleDocument, WithdrawalDocument
from shared.applications.ijson import UnreadableDocument
from shared.errors import Conflict, InvalidRequest, NotFound, ServiceAway, TooManyRequests
from shared.web import IdempotencyKey, Now, Router, problems, resource

router = Router(prefix=PREFIX, tags=["applications"])
TheFiling = Annotated[Filing, Depends(resource("filing"))]
TheUpstreams = Annotated[Upstreams, Depends(resource("upstreams"))]
_RESPONSES: Final = {
    200: {"model": ApplicationOut},
    **problems(
        AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, CitizensOnly, NotFound, Conflict,
        SignatureNotConfirmed, SignatureNotJudged, SignatureNotBase64, UnreadableDocument, FormTokenForged,
        FormTokenExpired, FormTokenForAnotherPurpose, FormTokenForAnotherService, InvalidRequest, TooManyRequests,
        ServiceAway,
    ),
}  # fmt: skip


@router.post("/applications/{application_id}/reschedule", response_model=None, responses=_RESPONSES)
async def reschedule(
    request: Request, application_id: str, sent: SignedDocument, person: Citizen, filing: TheFiling,
    upstreams: TheUpstreams, now: Now, _key: IdempotencyKey,
) -> Response:  # fmt: skip
    """Move the time of an application, signed, until the cut-off of the regulation."""
    owner = upstreams.owner_of(application_id)
    body = await filing.check_change(RescheduleDocument, sent, person, now=now)
    path = f"/applications/{quote(application_id, safe='')}/reschedule"
    return answer(owner, await owner.post(path, json=body, actor=person, headers=asked_headers(request)))


@router.post("/applications/{application_id}/withdrawal", response_model=None, responses=_RESPONSES)
async def withdraw(
    request: Request, application_id: str, sent: SignedDocument, person: Citizen, filing: TheFiling,
    upstreams: TheUpstreams, now: Now, _key: IdempotencyKey,
) -> Response:  # fmt: skip
    """Withdraw an application, signed, until the cut-off of the regulation."""
    owner = upstreams.owner_of(application_id)
    body = await filing.check_change(WithdrawalDocument, sent, person, now=now)
    path = f"/applications/{quote(application_id, safe='')}/withdrawal"
    return answer(owner, await owner.post(path, json=body, actor=person, headers=asked_headers(request)))
