"""A doctor's exceptions over HTTP, kept by his provider's administrator: preview, make, settle, take back."""

from typing import Annotated

from fastapi import Depends

from booking.administrators import AdministeredProvider, AdministratorOnly
from booking.appointments.endpoints import after
from booking.exceptions.errors import ExceptionOver, ExceptionOverlaps
from booking.exceptions.schemas import ExceptionIn, SettleIn
from booking.exceptions.service import Exceptions
from booking.exceptions.settling import Order, Settling
from booking.providers import provider_of
from shared.applications.access import Gateway, TheOffice
from shared.applications.cursors import write_cursor
from shared.errors import InvalidRequest, NotFound
from shared.shapes.reception import ExceptionOut, ExceptionsOut, SettledOut, SettlementOut
from shared.web import Here, Lang, Now, Router, Session, problems

router = Router(tags=["schedules"])
_REFUSALS = problems(AdministratorOnly, InvalidRequest, NotFound, ExceptionOverlaps)


async def _exceptions(  # dependencies
    session: Session, office: TheOffice, bin_: AdministeredProvider, caller: Gateway, now: Now, language: Lang
) -> Exceptions:
    provider = await provider_of(session, bin_)
    return Exceptions(
        session=session, office=office, provider=provider, actor=caller.person, now=now, language=language
    )


TheExceptions = Annotated[Exceptions, Depends(_exceptions)]


@router.get("/admin/doctors/{doctor}/exceptions", responses=problems(AdministratorOnly, NotFound))
async def list_exceptions(doctor: str, exceptions: TheExceptions) -> ExceptionsOut:
    """List the exceptions in force, with how many appointments each still hits."""
    return ExceptionsOut.model_validate({"items": await exceptions.of_doctor(exceptions.office.parse(doctor))})


@router.post("/admin/doctors/{doctor}/exceptions/preview", responses=_REFUSALS)
async def preview_exception(doctor: str, request: ExceptionIn, exceptions: TheExceptions) -> ExceptionOut:
    """Say what an exception would hit; nothing changes."""
    told = await exceptions.preview(exceptions.office.parse(doctor), request.away())
    return ExceptionOut.model_validate(told)


@router.post("/admin/doctors/{doctor}/exceptions", status_code=201, responses=_REFUSALS)
async def make_exception(doctor: str, request: ExceptionIn, exceptions: TheExceptions) -> ExceptionOut:
    """Close the time: its free slots go, the appointments that it hits stay until they are settled."""
    return ExceptionOut.model_validate(await exceptions.make(exceptions.office.parse(doctor), request.away()))


@router.delete(
    "/admin/exceptions/{exception}", status_code=204, responses=problems(AdministratorOnly, NotFound, ExceptionOver)
)
async def end_exception(exception: str, exceptions: TheExceptions) -> None:
    """Take the exception back: what is still to come of its time is offered again."""
    await exceptions.end(exceptions.office.parse(exception))


@router.post(
    "/admin/exceptions/{exception}/settlement",
    responses=problems(AdministratorOnly, InvalidRequest, NotFound, ExceptionOver),
)
async def settle_exception(  # dependencies
    exception: str,
    request: SettleIn,
    here: Here,
    office: TheOffice,
    bin_: AdministeredProvider,
    caller: Gateway,
    now: Now,
) -> SettlementOut:
    """Move or cancel the next 50 appointments, each for itself; go on with `next_cursor` until it is null."""
    async with here.database.transaction() as session:
        provider = await provider_of(session, bin_)
    settling = Settling(database=here.database, office=office, provider=provider)
    order = Order(
        exception=office.parse(exception),
        deed=request.deed,
        note=request.note,
        after=after(request.cursor),
        actor=caller.person,
        now=now,
    )
    done = await settling.carry_out(order)
    items = [
        SettledOut(
            id=office.public(each.application),
            number=each.number,
            outcome=each.outcome,
            reason=each.reason,
            appointment=dict(each.appointment) if each.appointment else None,
        )
        for each in done.settled
    ]
    more = write_cursor(office, *done.last) if done.last else None
    return SettlementOut(items=items, remaining=done.remaining, next_cursor=more)
