"""Compose lab-svc's web process: the case file's routes, and the laboratory's."""

from fastapi import FastAPI

from lab.module import Testing
from lab.samples.endpoints import router as samples
from lab.settings import Settings
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("lab", settings, made=[Testing], routers=[samples])
