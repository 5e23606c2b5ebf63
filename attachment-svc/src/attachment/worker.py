"""The worker of attachment-svc, made by the factory that all owning services share."""

from fastapi import FastAPI

from attachment.module import Attaching
from attachment.settings import Settings
from shared.applications import worker


def create(settings: Settings) -> FastAPI:
    return worker.create("attachment", settings, made=[Attaching])
