"""Rights to represent over HTTP: recorded and revoked by staff, asked for by services that carry regulations out."""

from typing import Annotated

from fastapi import Depends

from attachment.providers import provider_of
from attachment.register.errors import PersonDead, PersonNotInRegister, PersonOfAnotherProvider
from attachment.register.service import local_day
from attachment.representing.errors import RepresentationEnded, RepresentationRecorded, RepresentationRevoked
from attachment.representing.schemas import (
    RepresentationAsked,
    RepresentationIn,
    RepresentationOut,
    RevocationIn,
    StandingOut,
)
from attachment.representing.service import Representing
from attachment.roles import MayRepresent
from shared.applications.access import TheOffice, WrongRole
from shared.errors import InvalidRequest, NotFound
from shared.personal import Iin, IinInvalid
from shared.shapes.register import RepresentationsOut
from shared.web import Assertion, Now, Router, Session, allow, problems

router = Router(tags=["register"])
Owners = Annotated[Assertion, Depends(allow("booking", "certificate", "lab"))]


async def _representing(session: Session, office: TheOffice, now: Now) -> Representing:
    return Representing(
        session=session, persons=office.persons, rights=office.regulations.rights, now=now,
        today=local_day(now),
    )  # fmt: skip


Rights = Annotated[Representing, Depends(_representing)]


@router.post(
    "/register/representations",
    status_code=201,
    responses=problems(
        WrongRole, InvalidRequest, IinInvalid, PersonNotInRegister, PersonDead, PersonOfAnotherProvider,
        RepresentationEnded, RepresentationRecorded,
    ),
)  # fmt: skip
async def record_representation(
    new: RepresentationIn, rights: Rights, office: TheOffice, actor: MayRepresent
) -> RepresentationOut:
    """Record who may act for whom, as a document shows it; both see the record in their access logs."""
    await provider_of(rights.session, actor.bin or "")
    right = await rights.record(new.new(allow_test=office.settings.allow_test_identities), actor)
    return RepresentationOut.of(right)


@router.post(
    "/register/representations/{representation}/revocation",
    responses=problems(WrongRole, InvalidRequest, NotFound, PersonOfAnotherProvider, RepresentationRevoked),
)
async def revoke_representation(
    representation: str, revocation: RevocationIn, rights: Rights, office: TheOffice, actor: MayRepresent
) -> RepresentationOut:
    """End a right now, and say why; what was filed under it stays."""
    right = await rights.revoke(office.parse(representation), revocation.reason, actor)
    return RepresentationOut.of(right)


@router.get(
    "/register/persons/{person}/representations",
    responses=problems(WrongRole, PersonNotInRegister, PersonOfAnotherProvider),
)
async def list_representations(
    person: str, rights: Rights, office: TheOffice, actor: MayRepresent
) -> RepresentationsOut:
    """List the rights to act for a person, those that ended too."""
    found = await rights.of_person(office.parse(person), actor)
    return RepresentationsOut(items=[RepresentationOut.of(each) for each in found])


@router.post("/internal/register/representation", responses=problems(InvalidRequest, IinInvalid))
async def ask_representation(
    asked: RepresentationAsked, rights: Rights, office: TheOffice, caller: Owners
) -> StandingOut:
    """Tell an owning service whether one may act for another today; where he may, the other's name goes with it."""
    applicant, patient = (
        Iin.parse(each, allow_test=office.settings.allow_test_identities) for each in (asked.applicant, asked.patient)
    )
    standing, known = await rights.asked(applicant, patient, caller.actor)
    return StandingOut.of(standing, None if known is None else known.data)
