"""Compose certificate-svc's web process: the case file's routes, and the printed forms."""

from fastapi import FastAPI

from certificate.modules import modules
from certificate.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("certificate", settings, made=modules(settings))
