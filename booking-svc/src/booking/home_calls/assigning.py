"""Set a visit: the performer names doctor and time (akmola home-call 5, 7; zhambyl home-call 5(2), 8(2), 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.errors import DoctorUnknown
from booking.appointments.moments import read_moment
from booking.doctors import repository as doctors
from booking.doctors.models import Doctor
from booking.home_calls import repository, wording
from booking.home_calls.errors import VisitEnded, VisitTimeUnfit
from booking.specialties import specialties
from shared.applications.case import CaseFile
from shared.db import parse_public_id, public_id
from shared.errors import FieldError, InvalidRequest, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the performer chose; `urgency` and `district` (a name of the provider's own) may be left open.

    `specialties` are those of which the regulation sends doctors; empty: of any.
    """

    doctor: str
    visit_at: str
    urgency: str | None = None
    district: str | None = None
    specialties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning:
    """Sets visits at `now`, no further than `within` ahead (ours)."""

    session: AsyncSession
    now: datetime
    within: timedelta

    async def assign(self, case: CaseFile, chosen: Assignment, *, dry_run: bool) -> tuple[dict[str, Any], datetime]:
        """Describe the visit and give its time (UTC); without `dry_run` it is on the doctor's list from now on.

        Raises DoctorUnknown, VisitTimeUnfit, VisitEnded.
        """
        if case.correcting and (confirmed := await self._confirmed(case, chosen)):
            return confirmed
        visit_at, doctor = self._time(chosen.visit_at), await self._doctor(case.provider.bin, chosen)
        local = visit_at.astimezone(ZoneInfo(case.provider.zone))
        if not dry_run:
            visit = repository.SetVisit(
                application=case.id,
                provider=case.provider.bin,
                doctor=doctor.id,
                visit_at=visit_at,
                on_date=local.date(),
            )
            if not await repository.keep(self.session, visit):
                raise VisitEnded
        return _described(case.details, chosen, doctor, local), visit_at

    async def _confirmed(self, case: CaseFile, chosen: Assignment) -> tuple[dict[str, Any], datetime] | None:
        """Describe the visit that there is, if that is what was chosen: it may have been long ago, and stays as it was.

        None for another one; raises VisitEnded where that comes too late.
        """
        visit_at, known = self._moment(chosen.visit_at), case.details["visit"]
        if known["doctor"]["id"] == chosen.doctor and datetime.fromisoformat(known["at"]) == visit_at:
            return dict(known), visit_at
        if known["outcome"] is not None:
            raise VisitEnded
        return None

    def _moment(self, written: str) -> datetime:
        try:
            return read_moment(written)
        except ValueError:
            raise InvalidRequest([FieldError(pointer="/data/visit_at", code="date")]) from None

    def _time(self, written: str) -> datetime:
        visit_at = self._moment(written)
        if visit_at <= self.now:
            raise VisitTimeUnfit(code="visit-in-the-past")
        if visit_at - self.now > self.within:
            raise VisitTimeUnfit(code="visit-too-far-ahead", days=self.within.days)
        return visit_at

    async def _doctor(self, provider: str, chosen: Assignment) -> Doctor:
        try:
            found = await doctors.find(self.session, parse_public_id("bkg", chosen.doctor), provider)
        except NotFound:
            raise DoctorUnknown from None
        if found is None or not found.active:
            raise DoctorUnknown
        if chosen.specialties and found.specialty not in chosen.specialties:
            raise InvalidRequest([FieldError(pointer="/data/doctor", code="choice")])
        return found


def _described(details: Mapping[str, Any], chosen: Assignment, doctor: Doctor, local: datetime) -> dict[str, Any]:
    emergency = details.get("advice") is not None
    return {
        "at": local.isoformat(),
        "doctor": {
            "id": public_id("bkg", doctor.id),
            "name": " ".join(filter(None, (doctor.surname, doctor.given_name, doctor.patronymic))),
            "specialty": doctor.specialty,
            "specialty_title": dict(specialties()[doctor.specialty]),
        },
        "urgency": wording.urgency(wording.EMERGENCY if emergency else chosen.urgency or wording.ORDINARY),
        "district": chosen.district,
        "outcome": None,
    }
