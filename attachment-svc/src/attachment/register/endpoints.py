"""The register over HTTP: look-ups and events for staff, preconditions for the services that carry regulations out."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

from attachment.providers import provider_of
from attachment.register.changing import Changing
from attachment.register.errors import (
    IinOfAnother,
    PeriodsOutOfOrder,
    PersonAlreadyInRegister,
    PersonDead,
    PersonNotInRegister,
    PersonOfAnotherProvider,
)
from attachment.register.models import Known
from attachment.register.schemas import (
    LookupIn,
    PersonIn,
    PersonOut,
    PreconditionIn,
    PreconditionOut,
    RegisterEventIn,
)
from attachment.register.service import Register, local_day
from attachment.roles import MayChange, MayLookUp
from shared.applications.access import TheOffice, WrongRole
from shared.applications.access_log import record_access
from shared.applications.office import Office
from shared.errors import FieldError, InvalidRequest
from shared.personal import Iin, IinInvalid
from shared.shapes.register import PersonsOut
from shared.web import Assertion, Now, Router, Session, allow, problems

router = Router(tags=["register"])
_EARLIEST = date(1900, 1, 1)
Owners = Annotated[Assertion, Depends(allow("booking", "certificate", "lab"))]


@router.post("/register/lookups", responses=problems(WrongRole, InvalidRequest, IinInvalid, PersonNotInRegister))
async def look_up(sought: LookupIn, session: Session, office: TheOffice, actor: MayLookUp, now: Now) -> PersonsOut:
    """Find persons by IIN, or by name and birth date; each who is shown gets a record of it."""
    if sought.birth_date is not None and sought.birth_date > now.date():
        raise InvalidRequest([FieldError(pointer="/birth_date", code="out-of-range")])
    found = await _found(sought, Register(session=session, persons=office.persons), office)
    if not found:
        raise PersonNotInRegister
    seen = [(each.person, None) for each in found if each.data.iin != actor.iin]
    await record_access(session, actor, "register-looked-up", seen, at=now)
    return PersonsOut(items=[PersonOut.of(each) for each in found])


async def _found(sought: LookupIn, register: Register, office: Office) -> list[Known]:
    if sought.iin is not None:
        known = await register.by_iin(_iin(sought.iin, office))
        return [known] if known else []
    if sought.surname is None or sought.given_name is None or sought.birth_date is None:
        return []  # the schema lets no such look-up in
    return list(await register.by_name(sought.surname, sought.given_name, sought.patronymic, sought.birth_date))


def _iin(text: str, office: Office) -> Iin:
    return Iin.parse(text, allow_test=office.settings.allow_test_identities)


@router.post(
    "/register/persons",
    status_code=201,
    responses=problems(WrongRole, PersonAlreadyInRegister, InvalidRequest, IinInvalid),
)
async def enter_person(new: PersonIn, session: Session, office: TheOffice, actor: MayChange, now: Now) -> PersonOut:
    """Enter a person, enrolled nowhere yet; `warnings` name what the IIN tells otherwise."""
    data = new.data(allow_test=office.settings.allow_test_identities)
    if not _EARLIEST <= data.birth_date <= local_day(now):
        raise InvalidRequest([FieldError(pointer="/birth_date", code="out-of-range")])
    person = await Register(session=session, persons=office.persons).add(data, now)
    await record_access(session, actor, "register-entered", [(person, None)], at=now)
    return PersonOut.of(Known(person=person, data=data, state="present", enrolment=None))


@router.post(
    "/register/persons/{person}/events",
    responses=problems(
        WrongRole, PersonOfAnotherProvider, PersonNotInRegister, PersonDead, IinOfAnother, PeriodsOutOfOrder,
        InvalidRequest, IinInvalid,
    ),
)  # fmt: skip
async def record_event(  # dependencies
    person: str, event: RegisterEventIn, session: Session, office: TheOffice, actor: MayChange, now: Now
) -> PersonOut:
    """Record death, moving away, a change of IIN, name or address, with its effects on entry and enrolment."""
    provider = await provider_of(session, actor.bin or "")
    changing = Changing(
        session=session, persons=office.persons, outbox=office.outbox, actor=actor, now=now,
        today=now.astimezone(ZoneInfo(provider.zone)).date(), provider=provider,
    )  # fmt: skip
    change = event.change(allow_test=office.settings.allow_test_identities)
    known = await changing.carry_out(office.parse(person), change)
    await record_access(session, actor, f"register-{change.kind}", [(known.person, None)], at=now)
    return PersonOut.of(known)


@router.post("/internal/register/preconditions", responses=problems(InvalidRequest, IinInvalid))
async def check_precondition(
    asked: PreconditionIn, session: Session, office: TheOffice, caller: Owners, now: Now
) -> PreconditionOut:
    """Tell an owning service whether what its regulation requires of a person holds, and why not.

    Where the service acts for staff, the person sees that the register was asked.
    """
    register = Register(session=session, persons=office.persons)
    reason = await register.checked(
        _iin(asked.iin, office), asked.precondition, asked.provider, actor=caller.actor, at=now
    )
    return PreconditionOut(holds=reason is None, reason=reason)
