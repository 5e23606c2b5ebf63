"""`GET /staff`: a supervisor's colleagues; `GET /internal/colleagues/{account}`: whether one may be given a task."""

from typing import Annotated

from fastapi import Depends, Query, Response

from auth.colleagues.schemas import ColleagueOut
from auth.colleagues.service import ColleagueNotFound, Staff, SupervisorOnly
from auth.words import Code
from shared.db import parse_public_id
from shared.errors import NotFound
from shared.shapes.accounts import ColleaguesOut
from shared.web import Assertion, Here, Router, Session, allow, problems

router = Router(tags=["tasks"])
Caller = Annotated[Assertion, Depends(allow("gateway"))]


async def staff_of(caller: Caller, session: Session, here: Here) -> Staff:
    return Staff(session, here.need_persons(), caller.person)


Mine = Annotated[Staff, Depends(staff_of)]


@router.get("/staff", responses=problems(SupervisorOnly))
async def list_colleagues(
    staff: Mine,
    response: Response,
    role: Code | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ColleaguesOut:
    """List who works at one's provider, by account, of one role or all."""
    response.headers["Cache-Control"] = "no-store"
    after = parse_public_id("aut", cursor) if cursor is not None else None
    found = await staff.listed(role=role, after=after, limit=limit + 1)
    shown = [ColleagueOut.of(member) for member in found[:limit]]
    return ColleaguesOut(items=shown, next_cursor=shown[-1].account_id if len(found) > limit else None)


@router.get("/internal/colleagues/{account_id}", responses=problems(ColleagueNotFound, SupervisorOnly))
async def show_colleague(account_id: str, staff: Mine, response: Response) -> ColleagueOut:
    """Give one colleague who works there now; anybody else is not found."""
    response.headers["Cache-Control"] = "no-store"
    try:
        key = parse_public_id("aut", account_id)
    except NotFound as error:
        raise ColleagueNotFound from error
    return ColleagueOut.of(await staff.one(key))
