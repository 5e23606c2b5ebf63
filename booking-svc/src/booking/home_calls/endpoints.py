"""Home calls over HTTP, besides the case file: advice before anything is signed, the doctor's day, a visit's end."""

from datetime import date
from typing import Annotated

import orjson
from fastapi import Query, Response

from booking.home_calls.emergencies import emergency_signs
from booking.home_calls.errors import VisitBeingChanged, VisitEnded, VisitNotYet
from booking.home_calls.schemas import ComplaintIn, OutcomeIn
from booking.home_calls.service import Visits
from shared.applications.access import Gateway, Staff, TheOffice, WrongRole
from shared.applications.office import ServiceNotOffered
from shared.applications.replies import as_json
from shared.errors import InvalidRequest, NotFound
from shared.shapes.visits import AdviceOut, EndedOut, VisitsOut
from shared.web import IdempotencyKey, IdempotencyKeyReused, Now, Router, Session, claim_answer, problems

router = Router(tags=["visits"])
Day = Annotated[date | None, Query(alias="date", ge=date(2000, 1, 1), lt=date(2200, 1, 1))]


@router.post("/home-calls/advice", responses=problems(InvalidRequest))
async def advise(complaint: ComplaintIn, _caller: Gateway) -> AdviceOut:
    """Say whether a complaint sounds like an emergency, so that a portal can say "103 first" before it is signed."""
    return AdviceOut.model_validate({"advice": emergency_signs().advice(complaint.text)})


@router.get("/visits", responses=problems(WrongRole, ServiceNotOffered, InvalidRequest, NotFound))
async def list_visits(
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    day: Day = None,
    doctor_id: Annotated[str | None, Query(max_length=40)] = None,
) -> VisitsOut:
    """List the visits of a day, today's by default: a doctor his own, dispatchers all of their provider."""
    visits = Visits(office=office, session=session, actor=actor, now=now)
    doctor = office.parse(doctor_id) if doctor_id else None
    return VisitsOut.model_validate(await visits.of_day(day, doctor))


@router.post(
    "/visits/{visit}/outcome",
    response_model=EndedOut,
    responses=problems(
        NotFound, WrongRole, VisitEnded, VisitNotYet, VisitBeingChanged, InvalidRequest, IdempotencyKeyReused
    ),
)
async def end_visit(  # dependencies
    visit: str, request: OutcomeIn, session: Session, office: TheOffice, actor: Staff, now: Now, key: IdempotencyKey
) -> Response:
    """Record how a visit ended, once; under the same Idempotency-Key the answer is the same."""
    scope, same = f"{actor.account_id}:POST /visits/outcome", orjson.dumps([visit, request.outcome])
    claim = await claim_answer(session, scope=scope, key=key, body=same)
    if claim.answer is not None:
        return claim.answer.response()
    visits = Visits(office=office, session=session, actor=actor, now=now)
    response = as_json(await visits.end(office.parse(visit), request.outcome))
    await claim.remember(session, status=200, body=bytes(response.body), media_type="application/json")
    return response
