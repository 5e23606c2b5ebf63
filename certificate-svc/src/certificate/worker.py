"""The worker of certificate-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from certificate.modules import modules
from certificate.settings import Settings
from shared.applications import worker


def create(settings: Settings) -> FastAPI:
    return worker.create("certificate", settings, made=modules(settings))
