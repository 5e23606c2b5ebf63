"""Give a challenge, show it to who verifies its signature, and let it be used once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.challenges.repository import ChallengeRepository
from shared.applications.forms import AUDIENCE, LoginChallenge, write_document
from shared.db import new_id, parse_public_id, public_id
from shared.errors import NotFound

PREFIX: Final = "aut"
NONCE_BYTES: Final = 32


class ChallengeNotFound(NotFound):
    """It was never given, is used or is over: all alike."""

    code = "challenge-not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    id: str
    document: bytes
    expires_at: datetime


class Challenges:
    def __init__(self, session: AsyncSession) -> None:
        self._challenges = ChallengeRepository(session)

    async def give(self, life: timedelta, now: datetime) -> Challenge:
        key, expires_at = new_id(), now + life
        document = write_document(
            LoginChallenge(
                purpose="login",
                audience=AUDIENCE,
                challenge_id=public_id(PREFIX, key),
                nonce=token_urlsafe(NONCE_BYTES),
                expires_at=expires_at,
            )
        )
        await self._challenges.add(key, document, expires_at)
        return Challenge(id=public_id(PREFIX, key), document=document, expires_at=expires_at)

    async def document(self, challenge_id: str, now: datetime) -> bytes:
        document = await self._challenges.document(parse_challenge(challenge_id), now)
        if document is None:
            raise ChallengeNotFound
        return document

    async def use(self, challenge_id: str, now: datetime) -> bool:
        """Use it up in the transaction that decides the login; of two at once one gets True."""
        try:
            return await self._challenges.use(parse_challenge(challenge_id), now)
        except ChallengeNotFound:
            return False


def parse_challenge(challenge_id: str) -> UUID:
    try:
        return parse_public_id(PREFIX, challenge_id)
    except NotFound as error:
        raise ChallengeNotFound from error
