"""Settings of lab-svc: those of every owning service, and how long an anonymous test is kept."""

from datetime import timedelta

from pydantic import Field

from shared.applications.settings import ApplicationsSettings


class Settings(ApplicationsSettings):
    random_ids: bool = True
    anonymous_retention: timedelta = timedelta(days=90)
    """How long after the last that happened in it an anonymous test can be opened by its slip, also one whose result
    nobody came for; then its data key is destroyed."""
    slip_tries: int = Field(default=10, ge=1)
    """How many slips a member of staff may try in a minute."""
