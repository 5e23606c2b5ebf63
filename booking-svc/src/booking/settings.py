"""Settings of booking-svc, besides those of every owning service."""

from datetime import timedelta

from shared.applications.settings import ApplicationsSettings


class Settings(ApplicationsSettings):
    slot_horizon: timedelta = timedelta(days=31)
    """How far ahead slots are made, and so how far ahead people can book."""
    visit_horizon: timedelta = timedelta(days=7)
    """How far ahead a doctor's visit at home may be set."""
    extend_every: timedelta = timedelta(hours=1)
    """How often the worker looks for schedules whose slots end before the horizon."""
    follow_hours_every: timedelta = timedelta(seconds=20)
    """How often the worker looks for providers whose opening hours have changed since slots were made."""
