"""POST /applications."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.applications.service import Filing
from gateway.condition2.errors import SignatureNotBase64, SignatureNotConfirmed, SignatureNotJudged
from gateway.condition2.signed import SignedDocument
from gateway.entrance import Citizen, service_time
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
from gateway.upstreams import PREFIX
from shared.applications.filing.schemas import ReceiptOut
from shared.applications.ijson import UnreadableDocument
from shared.errors import Conflict, InvalidRequest, NotFound, ServiceAway, TooManyRequests
from shared.web import IdempotencyKey, Router, problems, resource

router = Router(prefix=PREFIX, tags=["applications"])

_REFUSALS = problems(
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, CitizensOnly, NotFound, Conflict,
    SignatureNotConfirmed, SignatureNotJudged, SignatureNotBase64, UnreadableDocument, FormTokenForged,
    FormTokenExpired, FormTokenForAnotherPurpose, FormTokenForAnotherService, InvalidRequest, TooManyRequests,
    ServiceAway,
)  # fmt: skip


@router.post(
    "/applications",
    status_code=201,
    response_model=None,
    responses={
        201: {"model": ReceiptOut},
        200: {"model": ReceiptOut, "description": "The same document again."},
        **_REFUSALS,
    },
)
async def file_application(
    request: Request,
    sent: SignedDocument,
    person: Citizen,
    filing: Annotated[Filing, Depends(resource("filing"))],
    _key: IdempotencyKey,
) -> Response:
    """File a signed application: condition 2, then the owner's acceptance, which takes what the form names."""
    owner, body = await filing.check(sent, person, now=service_time(request))
    headers = asked_headers(request)
    return answer(owner, await owner.post("/applications", json=body, actor=person, headers=headers))
