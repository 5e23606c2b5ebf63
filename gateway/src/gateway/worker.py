"""Compose the gateway's worker: events for workstations, revocation lists, and what has served its time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.revocation.fetching import Fetcher, open_source
from gateway.settings import Settings
from gateway.workstation import service as workstation
from shared.events import (
    APPLICATION_TOPICS,
    ENROLMENT_TOPIC,
    ApplicationEvent,
    EnrolmentEvent,
    Event,
    Handler,
    Received,
)
from shared.pki.trust import Trust
from shared.web import Job, NotReady, Periodic, Platform, create_worker

SERVICE = "gateway"
_LOOK_FOR_DUE_LISTS = timedelta(seconds=1)
_FORGET_OLD_EVENTS = timedelta(hours=1)


def create(settings: Settings) -> FastAPI:
    trust = Trust.load(settings.trust, production=settings.production)

    @asynccontextmanager
    async def fetcher(platform: Platform) -> AsyncIterator[Fetcher]:
        async with open_source(trust, within=settings.revocation_timeout) as source:
            yield Fetcher(platform.database, platform.clock, trust, source, every=settings.revocation_every)

    return create_worker(
        service=SERVICE,
        settings=settings,
        resources={"fetcher": fetcher},
        jobs=jobs,
        checks={"revocation": _lists_held},
        migrations=SERVICE,
    )


def jobs(platform: Platform) -> list[Job]:
    async def forget_old_events() -> None:
        await workstation.forget_old(
            platform.database, now=platform.clock.now(), retention=platform.settings.workstation_retention
        )

    return [
        platform.relay(),
        platform.consumer((*APPLICATION_TOPICS, ENROLMENT_TOPIC), handlers(platform)),
        Periodic("revocation", _LOOK_FOR_DUE_LISTS, platform.resources["fetcher"].fetch_due),
        Periodic("old-events", _FORGET_OLD_EVENTS, forget_old_events),
    ]


def handlers(platform: Platform) -> dict[type[Event], Handler]:
    async def keep(session: AsyncSession, messages: Sequence[Received[Any]]) -> None:
        await workstation.keep(session, messages, now=platform.clock.now())

    return dict.fromkeys((*ApplicationEvent.__subclasses__(), *EnrolmentEvent.__subclasses__()), keep)


def _lists_held(platform: Platform) -> Any:
    async def check() -> None:
        if not await platform.resources["fetcher"].all_held():
            raise NotReady("not every revocation list was ever fetched")

    return check
