"""Free slots over HTTP, for anyone: zhambyl's citizen picks one of these (booking, closing paragraph of clause 11)."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime

from booking.appointments import repository
from booking.appointments.schemas import SlotOut, SlotsOut
from booking.appointments.service import describe_free
from booking.providers import provider_of
from shared.applications.forms import Bin
from shared.db import parse_public_id
from shared.errors import InvalidRequest, NotFound
from shared.web import Assertion, Now, Router, Session, allow, problems

router = Router(tags=["slots"])

LOOK_AHEAD = timedelta(days=31)


@router.get("/providers/{bin}/slots", responses=problems(InvalidRequest, NotFound))
async def list_free_slots(
    bin: Bin,  # noqa: A002 - the public path's name
    session: Session,
    now: Now,
    _caller: Annotated[Assertion, Depends(allow("gateway"))],
    doctor_id: Annotated[str | None, Query(max_length=40)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SlotsOut:
    provider = await provider_of(session, bin)
    start: datetime = max(since or now, now)
    slots = await repository.free_slots(
        session,
        bin,
        doctor=parse_public_id("bkg", doctor_id) if doctor_id else None,
        since=start,
        until=until or start + LOOK_AHEAD,
        limit=limit,
    )
    return SlotsOut(items=[SlotOut.model_validate(each) for each in describe_free(slots, provider.zone)])
