"""The worker of lab-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from lab.module import Testing
from lab.settings import Settings
from shared.applications import worker


def create(settings: Settings) -> FastAPI:
    return worker.create("lab", settings, made=[Testing])
