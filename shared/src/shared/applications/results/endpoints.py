"""`GET /verify/{code}`: JSON for a program, a page for a browser."""

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from shared.applications.access import Gateway, TheOffice
from shared.applications.replies import as_json
from shared.applications.results.page import HEADERS, verification_page, wants_page
from shared.applications.results.schemas import VerifyOut
from shared.applications.results.service import CodeUnknown, verify
from shared.web import Router, Session, problems

router = Router(tags=["verification"])


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
