"""Compose lab-svc's web process: the case file's routes, the laboratory's, and the slips'."""

from fastapi import FastAPI

from lab.module import Testing
from lab.samples.endpoints import router as samples
from lab.settings import Settings
from lab.slips.endpoints import router as slips
from shared.applications import app


def create(settings: Settings) -> FastAPI:
    return app.create("lab", settings, made=[Testing], routers=[samples, slips])
