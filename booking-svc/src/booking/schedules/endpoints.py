"""A doctor's schedule over HTTP, kept by his provider's administrator."""

from booking.administrators import AdministeredProvider, AdministratorOnly
from booking.doctors.service import Doctors
from booking.providers import provider_of
from booking.schedules.schemas import ScheduleIn, ScheduleOut
from booking.schedules.service import Schedules
from shared.applications.access import TheOffice
from shared.errors import InvalidRequest, NotFound
from shared.web import Now, Router, Session, problems

router = Router(tags=["schedules"])


@router.put("/admin/doctors/{doctor}/schedule", responses=problems(AdministratorOnly, InvalidRequest, NotFound))
async def replace_schedule(  # dependencies
    doctor: str, schedule: ScheduleIn, session: Session, provider: AdministeredProvider, now: Now, office: TheOffice
) -> ScheduleOut:
    """Put a weekly schedule in force. Taken times stay; free ones that the schedule no longer has go."""
    schedules = Schedules.of(session, office, await provider_of(session, provider), now)
    found = await Doctors(session=session, provider=provider).locked(office.parse(doctor))
    return ScheduleOut.of(await schedules.replace(found, schedule.schedule()))
