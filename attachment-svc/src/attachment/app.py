"""Compose attachment-svc's web process: the case file's routes, and the population register."""

from fastapi import FastAPI

from attachment.answering import own_register
from attachment.districts.endpoints import router as districts
from attachment.module import Attaching
from attachment.register.endpoints import router as register
from attachment.representing.endpoints import router as representing
from attachment.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create(
        "attachment", settings, made=[Attaching], routers=[districts, register, representing], register=own_register
    )
