"""What booking-svc carries out: two services that share doctors and nothing else."""

from collections.abc import Sequence

from booking.home_calls.module import HomeCalls
from booking.module import AppointmentBooking
from booking.settings import Settings
from shared.applications.case import ServiceModule


def modules(settings: Settings) -> Sequence[ServiceModule]:
    return (AppointmentBooking(), HomeCalls(within=settings.visit_horizon))
