"""Open, refresh and end sessions. Refresh tokens are random, kept as hashes and used once; reuse ends the session.

RFC 9700 4.14.2: whoever presents a used token, the thief or the robbed, nobody can say which, so both are stopped.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.sessions.repository import SessionRepository
from auth.settings import Settings
from shared.db import new_id

Kind = Literal["citizen", "staff"]
Acr = Literal["password", "certificate"]
Because = Literal["revoked", "refresh-reused", "taken-over", "account-closed", "password-reset"]
NotRefreshed = Literal["unknown", "expired", "ended", "reused"]
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Whose login was granted, and what it showed."""

    kind: Kind
    account_id: UUID
    acr: Acr
    certificate_serial: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with the refresh token that continues it; the token is nowhere else."""

    session_id: UUID
    kind: Kind
    account_id: UUID
    acr: Acr
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    why: NotRefreshed
    session_id: UUID | None = None


class Sessions:
    def __init__(self, session: AsyncSession, settings: Settings) -> None:
        self._sessions = SessionRepository(session)
        self._settings = settings

    async def open(self, login: LoggedIn, now: datetime) -> Opened:
        key, expires_at = new_id(), now + self._settings.session_life
        await self._sessions.add(
            {
                "id": key,
                "kind": login.kind,
                "account_id": login.account_id,
                "acr": login.acr,
                "certificate_serial": login.certificate_serial,
                "started_at": now,
                "expires_at": expires_at,
            }
        )
        token = await self._new_token(key, expires_at, now)
        return Opened(session_id=key, kind=login.kind, account_id=login.account_id, acr=login.acr, refresh_token=token)

    async def refresh(self, token: str, now: datetime) -> Opened | Refused:
        digest = digest_of(token)
        key = await self._sessions.use_token(digest, now)
        if key is None:
            return await self._not_usable(digest, now)
        row = await self._sessions.live(key, now)
        if row is None:
            return Refused(why="ended", session_id=key)
        new = await self._new_token(key, row.expires_at, now)
        return Opened(session_id=key, kind=row.kind, account_id=row.account_id, acr=row.acr, refresh_token=new)

    async def revoke(self, token: str, now: datetime) -> UUID | None:
        """End the session of a refresh token, used or not; gives the session that ended."""
        row = await self._sessions.token(digest_of(token))
        return row.session_id if row is not None and await self.end(row.session_id, "revoked", now) else None

    async def end(self, key: UUID, because: Because, now: datetime) -> bool:
        return await self._sessions.end(key, because, now)

    async def end_all(self, account_id: UUID, because: Because, now: datetime) -> int:
        return await self._sessions.end_all(account_id, because, now)

    async def _not_usable(self, digest: bytes, now: datetime) -> Refused:
        row = await self._sessions.token(digest)
        if row is None:
            return Refused(why="unknown")
        if row.used_at is None:
            return Refused(why="expired", session_id=row.session_id)
        await self.end(row.session_id, "refresh-reused", now)
        return Refused(why="reused", session_id=row.session_id)

    async def _new_token(self, key: UUID, session_ends: datetime, now: datetime) -> str:
        token = urlsafe_b64encode(token_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
        await self._sessions.add_token(
            {
                "digest": digest_of(token),
                "session_id": key,
                "issued_at": now,
                "expires_at": min(now + self._settings.refresh_idle, session_ends),
            }
        )
        return token


def digest_of(token: str) -> bytes:
    """256 random bits need no slow hash."""
    return sha256(token.encode()).digest()
