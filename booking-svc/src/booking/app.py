"""Compose booking-svc's web process."""

from fastapi import FastAPI

from booking.modules import modules
from booking.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("booking", settings, modules(settings))
