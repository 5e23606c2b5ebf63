"""`GET /verify/{code}`: JSON for a program, a page for a browser; annulling a result and having it issued anew."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from shared.applications.access import Gateway, Staff, TheOffice, WrongRole
from shared.applications.replies import as_json
from shared.applications.results.annulling import Annulling
from shared.applications.results.errors import AnnulmentNotOffered, NothingInForce, NotReissued, ResultAnnulled
from shared.applications.results.page import HEADERS, verification_page, wants_page
from shared.applications.results.schemas import AnnulmentIn, AnnulmentOut, QrKeysOut, ReissueOut, VerifyOut
from shared.applications.results.service import CodeUnknown, verify
from shared.errors import InvalidRequest, NotFound
from shared.web import Actor, IdempotencyKey, Lang, Now, Router, Session, claim_answer, problems

router = Router(tags=["verification"])
_REFUSED = (NotFound, WrongRole, AnnulmentNotOffered)


@router.get("/verify/{code}", response_model=VerifyOut, responses=problems(CodeUnknown))
async def verify_result(code: str, request: Request, session: Session, office: TheOffice, _caller: Gateway) -> Response:
    """Tell whether a result is genuine and in force."""
    page = wants_page(request.headers.get("accept"))
    try:
        found = await verify(session, office, code)
    except CodeUnknown:
        if not page:
            raise
        return HTMLResponse(verification_page(None), 404, headers=dict(HEADERS))
    if page:
        return HTMLResponse(verification_page(found), headers=dict(HEADERS))
    answer = as_json(VerifyOut.model_validate(found).model_dump())
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Accept"
    return answer


@router.get("/verify-keys", response_model=QrKeysOut)
async def list_qr_keys(office: TheOffice, _caller: Gateway) -> dict[str, Any]:
    """Give the public keys of what the QR codes say, those of keys that are not used any more too."""
    return {"items": office.qr.published() if office.qr else []}


@router.post(
    "/results/{result}/annulment",
    response_model=AnnulmentOut,
    responses=problems(*_REFUSED, NothingInForce, ResultAnnulled, InvalidRequest),
)
async def annul_result(  # dependencies
    result: str,
    body: AnnulmentIn,
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    language: Lang,
    key: IdempotencyKey,
) -> Response:
    """Put the result out of force: `result` is its verification code or its application's id."""

    async def annul() -> dict[str, Any]:
        annulling = Annulling(office, session, actor, now)
        return await annulling.annul(result, reason=body.reason, note=body.note, language=language)

    same = orjson.dumps([result, body.model_dump(mode="json")])
    return await _once(session, actor, "POST /results/annulment", key, same, annul)


@router.post("/results/{result}/reissue", response_model=ReissueOut, responses=problems(*_REFUSED, NotReissued))
async def reissue_result(  # dependencies
    result: str, session: Session, office: TheOffice, actor: Staff, now: Now, language: Lang, key: IdempotencyKey
) -> Response:
    """Open the step that signs the result again, for a corrected one with a code of its own."""

    async def reissue() -> dict[str, Any]:
        return await Annulling(office, session, actor, now).reissue(result, language=language)

    return await _once(session, actor, "POST /results/reissue", key, result.encode(), reissue)


async def _once(  # what a deed under a key is made of
    session: Session,
    actor: Actor,
    deed: str,
    key: str | None,
    same: bytes,
    do: Callable[[], Awaitable[dict[str, Any]]],
) -> Response:
    """Do it once under an Idempotency-Key, and answer a repeat as the first time."""
    claim = await claim_answer(session, scope=f"{actor.account_id}:{deed}", key=key, body=same)
    if claim.answer is not None:
        return claim.answer.response()
    answer = as_json(await do())
    await claim.remember(session, status=answer.status_code, body=bytes(answer.body))
    return answer
