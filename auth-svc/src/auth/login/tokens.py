"""The answer of a granted login: an access token of ten minutes, and the refresh token that continues the session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth.keys.service import SigningKeys
from auth.sessions.service import Opened
from shared.db import new_id, public_id

ISSUER: Final = "shlyuz-auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access_token: str
    life: timedelta
    opened: Opened


class TokenIssuer:
    def __init__(self, keys: SigningKeys, life: timedelta) -> None:
        self._keys = keys
        self._life = life

    async def issue(self, opened: Opened, now: datetime) -> Tokens:
        """Sign who is meant by ids alone: an access token is shown around, and holds nothing personal."""
        claims = {
            "iss": ISSUER,
            "sub": public_id("aut", opened.account_id),
            "sid": public_id("aut", opened.session_id),
            "kind": opened.kind,
            "acr": opened.acr,
            "iat": int(now.timestamp()),
            "exp": int((now + self._life).timestamp()),
            "jti": new_id().hex,
        }
        return Tokens(access_token=await self._keys.sign(claims, now), life=self._life, opened=opened)
