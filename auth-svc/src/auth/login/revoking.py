"""End a session by one of its tokens (RFC 7009); a token that is not ours is answered alike."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.service import AuditTrail, Deed
from auth.keys.service import SigningKeys
from auth.sessions.service import Sessions
from auth.settings import Settings
from shared.db import Database, parse_public_id


class Revoking:
    def __init__(self, *, database: Database, keys: SigningKeys, settings: Settings) -> None:
        self._database = database
        self._keys = keys
        self._settings = settings

    async def revoke(self, token: str, now: datetime) -> None:
        named = await self._keys.session_of(token, now)
        async with self._database.transaction() as session:
            sessions = Sessions(session, self._settings)
            if named is None:
                ended = await sessions.revoke(token, now)
            else:
                key = parse_public_id("aut", named)
                ended = key if await sessions.end(key, "revoked", now) else None
            if ended is not None:
                await _record(session, ended, now)


async def _record(session: AsyncSession, ended: UUID, now: datetime) -> None:
    await AuditTrail(session).record(Deed(name="session-revoked", at=now, facts={"session": str(ended)}))
