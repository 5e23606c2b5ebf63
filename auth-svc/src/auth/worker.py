"""The worker of auth-svc: carries events out, chains the trail, announces keys, forgets what is over."""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import FastAPI

from auth.audit.chaining import chain
from auth.forgetting import forget
from auth.keys.service import KeyKeeper
from auth.settings import Settings
from shared.web import Job, Periodic, Platform, create_worker


def create(settings: Settings) -> FastAPI:
    return create_worker(service="auth", settings=settings, jobs=jobs, migrations="auth")


def jobs(platform: Platform) -> Sequence[Job]:
    keeper = KeyKeeper(platform.need_persons(), platform.settings)

    async def chain_trail() -> None:
        while await chain(platform.database):
            continue

    async def announce_key() -> None:
        async with platform.database.transaction() as session:
            await keeper.rotate(session, platform.clock.now())

    async def forget_old() -> None:
        await forget(platform.database, platform.settings, platform.clock.now())

    return [
        platform.relay(),
        Periodic("chain", timedelta(seconds=15), chain_trail),
        Periodic("keys", timedelta(minutes=5), announce_key),
        Periodic("forget", timedelta(minutes=10), forget_old),
    ]
