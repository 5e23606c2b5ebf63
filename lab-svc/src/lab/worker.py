"""The worker of lab-svc: that of every owning service, and the end of what anonymous tests are kept for."""

from datetime import timedelta

from fastapi import FastAPI

from lab.module import Testing
from lab.settings import Settings
from lab.slips.service import Retention
from shared.applications import worker
from shared.web import Periodic, Platform

_EVERY = timedelta(hours=1)


def create(settings: Settings) -> FastAPI:
    def own_jobs(platform: Platform) -> list[Periodic]:
        retention = Retention(
            database=platform.database, persons=platform.need_persons(), settings=settings, clock=platform.clock
        )
        return [Periodic("retention", _EVERY, retention.run_once)]

    return worker.create("lab", settings, made=[Testing], own_jobs=own_jobs)
