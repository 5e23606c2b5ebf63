"""The sample's web process."""

from fastapi import FastAPI

from shared.testing.sample.rooms import router
from shared.testing.sample.settings import Settings
from shared.web import create_app


def create(settings: Settings) -> FastAPI:
    """Put the sample together."""
    return create_app(
        service="sample", settings=settings, routers=[router], migrations="shared.testing.sample", documented=True
    )
