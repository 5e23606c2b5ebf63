"""Settings of lab-svc: those of every owning service."""

from shared.applications.settings import ApplicationsSettings


class Settings(ApplicationsSettings):
    pass
