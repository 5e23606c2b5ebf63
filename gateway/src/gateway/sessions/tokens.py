"""Verify an access token here, so that a forged or expired one costs auth-svc nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid
from gateway.sessions.keys import AccessKeys
from gateway.sessions.remembering import Memory

_ISSUER = "shlyuz-auth"
_LONGEST = 4096
_REQUIRED = ["iss", "sid", "exp", "iat"]
_REMEMBERED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    session_id: str
    expires_at: datetime


class AccessTokens:
    """Verified tokens are remembered a minute: the signature of the same token need not be checked at each request."""

    def __init__(self, keys: AccessKeys) -> None:
        self._keys = keys
        self._verified: Memory[str, AccessToken] = Memory(age=_REMEMBERED, most=20_000)

    async def read(self, text: str, *, now: datetime) -> AccessToken:
        token = self._verified.get(text)
        if token is None:
            token = await self._verify(text)
            self._verified.keep(text, token)
        if now >= token.expires_at:
            raise AccessTokenExpired
        return token

    async def _verify(self, text: str) -> AccessToken:
        if len(text) > _LONGEST:
            raise AccessTokenInvalid
        try:
            key = await self._keys.find(str(jwt.get_unverified_header(text).get("kid", "")))
            if key is None:
                raise AccessTokenInvalid
            # The time is judged by the caller against the service's clock, not by the library against the host's.
            options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
            claims = jwt.decode(text, key, algorithms=["EdDSA"], issuer=_ISSUER, options=options)
            return AccessToken(
                session_id=str(claims["sid"]), expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC)
            )
        except (jwt.PyJWTError, ValueError, OverflowError):
            raise AccessTokenInvalid from None
