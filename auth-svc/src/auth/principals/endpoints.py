"""`GET /internal/sessions/{session_id}`."""

from fastapi import Depends, Response

from auth.principals.schemas import ShownPrincipal
from auth.principals.service import Principals, SessionEnded
from shared.web import Here, Now, Router, Session, allow, problems

router = Router(tags=["sessions"], dependencies=[Depends(allow("gateway"))])


@router.get("/internal/sessions/{session_id}", responses=problems(SessionEnded))
async def show_principal(session_id: str, session: Session, now: Now, here: Here, response: Response) -> ShownPrincipal:
    response.headers["Cache-Control"] = "no-store"
    return ShownPrincipal.of(await Principals(session, here.need_persons()).of(session_id, now))
