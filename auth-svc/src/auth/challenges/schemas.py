"""What the door of challenges answers."""

from base64 import b64encode
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from auth.challenges.service import Challenge


class GivenChallenge(BaseModel):
    challenge_id: str
    document: str
    expires_at: datetime

    @classmethod
    def of(cls, challenge: Challenge) -> Self:
        return cls(
            challenge_id=challenge.id,
            document=b64encode(challenge.document).decode(),
            expires_at=challenge.expires_at,
        )
