"""Settings of certificate-svc: those of every owning service, and where external registers answer."""

from datetime import timedelta

from pydantic import Field

from shared.applications.settings import ApplicationsSettings
from shared.settings import BaseUrl, Duration


class Settings(ApplicationsSettings):
    registers: dict[str, BaseUrl] = Field(default_factory=dict)
    """Where the registers answer that regulations name: `{"tb-patients": "https://…"}`; one without an address is
    away, and steps that must consult it stay open."""
    consultation_timeout: Duration = timedelta(seconds=5)
    """How long one of them may take for an answer."""
