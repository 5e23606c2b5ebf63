"""A doctor's schedule over HTTP, kept by his provider's administrator."""

from booking.administrators import AdministeredProvider, AdministratorOnly
from booking.doctors.service import Doctors
from booking.providers import provider_of
from booking.schedules.schemas import ScheduleIn, ScheduleOut
from booking.schedules.service import Schedules
from booking.settings import Settings
from shared.db import parse_public_id
from shared.errors import InvalidRequest, NotFound
from shared.procedure import Regulations
from shared.web import Here, Now, Router, Session, problems

router = Router(tags=["schedules"])


@router.put("/admin/doctors/{doctor}/schedule", responses=problems(AdministratorOnly, InvalidRequest, NotFound))
async def replace_schedule(
    doctor: str, schedule: ScheduleIn, session: Session, provider: AdministeredProvider, now: Now, here: Here
) -> ScheduleOut:
    """Put a weekly schedule in force. Taken times stay; free ones that the schedule no longer has go."""
    settings, regulations = here.settings, here.resources["regulations"]
    assert isinstance(settings, Settings)  # noqa: S101 - the application was created with these
    assert isinstance(regulations, Regulations)  # noqa: S101 - as above
    schedules = Schedules(
        session=session,
        provider=await provider_of(session, provider),
        calendar=regulations.calendar,
        horizon=settings.slot_horizon,
        now=now,
    )
    found = await Doctors(session=session, provider=provider).get(parse_public_id("bkg", doctor))
    return ScheduleOut.of(await schedules.replace(found, schedule.schedule()))
