"""The web process of attachment-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from attachment.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("attachment", settings)
