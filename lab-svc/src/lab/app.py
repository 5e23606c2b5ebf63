"""The web process of lab-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from lab.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("lab", settings)
