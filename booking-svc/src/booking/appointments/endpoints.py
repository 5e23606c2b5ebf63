"""Free slots over HTTP, for anyone: zhambyl's citizen picks one of these (booking, closing paragraph of clause 11)."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from booking.appointments.moments import LATEST, Moment, sensible
from booking.appointments.repository import Search, free_slots
from booking.appointments.service import describe_free
from booking.providers import provider_of
from shared.applications.access import Gateway, TheOffice
from shared.applications.cursors import read_cursor, write_cursor
from shared.applications.forms import Bin
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.shapes.reception import SlotOut, SlotsOut
from shared.web import Now, Router, Session, problems

router = Router(tags=["slots"])

LOOK_AHEAD = timedelta(days=31)


@router.get("/providers/{bin}/slots", responses=problems(InvalidRequest, NotFound))
async def list_free_slots(  # noqa: PLR0913, PLR0917  # filters and dependencies
    bin: Bin,  # noqa: A002  # the public path's name
    session: Session,
    office: TheOffice,
    now: Now,
    _caller: Gateway,
    doctor_id: Annotated[str | None, Query(max_length=40)] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SlotsOut:
    provider = await provider_of(session, bin)
    start = max(since or now, now)
    search = Search(
        provider=bin,
        doctor=office.parse(doctor_id) if doctor_id else None,
        since=start,
        until=until or min(start + LOOK_AHEAD, LATEST),
        after=after(cursor),
        limit=limit,
        now=now,
    )
    found = await free_slots(session, search)
    full = len(found) == limit
    return SlotsOut(
        items=[SlotOut.model_validate(each) for each in describe_free(found, provider.zone)],
        next_cursor=write_cursor(office, found[-1].starts_at, found[-1].id) if full else None,
    )


def after(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Read the slot that the page before ended with; slots always have a time."""
    last = read_cursor(cursor)
    if last is None:
        return None
    try:
        return sensible(last.at or datetime.min), last.id  # noqa: DTZ901  # naive, and so refused
    except ValueError:
        raise InvalidRequest([FieldError(pointer="/cursor", code="invalid")]) from None
