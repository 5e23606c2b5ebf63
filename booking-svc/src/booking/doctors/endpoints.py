"""Doctors over HTTP: a public list, and the administrator's keeping of it."""

from typing import Annotated

from fastapi import Query

from booking.administrators import AdministeredProvider, AdministratorOnly
from booking.doctors.schemas import DoctorChange, DoctorIn, DoctorOut
from booking.doctors.service import AccountTaken, Doctors
from booking.providers import provider_of
from shared.applications.access import Gateway, TheOffice
from shared.applications.forms import Bin
from shared.errors import InvalidRequest, NotFound
from shared.shapes.reception import DoctorsOut
from shared.web import Now, Router, Session, problems

router = Router(tags=["doctors"])


@router.get("/providers/{bin}/doctors", responses=problems(InvalidRequest, NotFound))
async def list_doctors(
    bin: Bin,  # noqa: A002  # the public path's name
    session: Session,
    _caller: Gateway,
    specialty: Annotated[str | None, Query(max_length=64)] = None,
) -> DoctorsOut:
    provider = await provider_of(session, bin)
    doctors = await Doctors(session=session, provider=provider.bin).list(specialty)
    return DoctorsOut(items=[DoctorOut.of(doctor) for doctor in doctors])


@router.post("/admin/doctors", status_code=201, responses=problems(AdministratorOnly, InvalidRequest))
async def add_doctor(new: DoctorIn, session: Session, provider: AdministeredProvider, now: Now) -> DoctorOut:
    return DoctorOut.of(await Doctors(session=session, provider=provider).add(new.doctor(), now))


@router.patch("/admin/doctors/{doctor}", responses=problems(AdministratorOnly, AccountTaken, InvalidRequest, NotFound))
async def change_doctor(
    doctor: str, change: DoctorChange, session: Session, office: TheOffice, provider: AdministeredProvider
) -> DoctorOut:
    doctors = Doctors(session=session, provider=provider)
    changed = await doctors.change(office.parse(doctor), active=change.active, account=change.account_id)
    return DoctorOut.of(changed)
