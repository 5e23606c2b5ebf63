"""The sample's worker."""

from collections.abc import Sequence

from fastapi import FastAPI

from shared.testing.sample.settings import Settings
from shared.web import Job, Platform, create_worker


def create(settings: Settings) -> FastAPI:
    """Put the sample's worker together."""
    return create_worker(service="sample", settings=settings, jobs=_jobs, migrations="shared.testing.sample")


def _jobs(platform: Platform) -> Sequence[Job]:
    return [platform.relay()]
