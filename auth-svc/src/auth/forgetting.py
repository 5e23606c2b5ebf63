"""Forget what is over: challenges, failures, sessions, keys. The trail and the proofs stay."""

from datetime import datetime, timedelta
from typing import Final

from auth.challenges.repository import ChallengeRepository
from auth.keys.repository import KeyRepository
from auth.lockout.repository import LockoutRepository
from auth.sessions.repository import SessionRepository
from auth.settings import Settings
from shared.db import Database

CHALLENGES_KEPT: Final = timedelta(hours=1)


async def forget(database: Database, settings: Settings, now: datetime) -> None:
    async with database.transaction() as session:
        await ChallengeRepository(session).forget(now - CHALLENGES_KEPT)
        await LockoutRepository(session).forget_older(now - settings.login_failures_kept)
        await SessionRepository(session).forget(now - settings.sessions_kept)
        await KeyRepository(session).forget(now)
