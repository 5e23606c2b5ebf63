"""The web process of certificate-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from certificate.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("certificate", settings)
