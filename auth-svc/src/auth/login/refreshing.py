"""The refresh grant: a new pair of tokens for a used-up one. Assurance and roles stay what the login gave."""

from dataclasses import dataclass
from datetime import datetime

from auth.audit.service import AuditTrail, Deed
from auth.lockout.subjects import ADDRESS
from auth.login.errors import RefreshRefused
from auth.sessions.service import Opened, Refused, Sessions
from auth.settings import Settings
from shared.db import Database
from shared.personal import Persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    refresh_token: str
    address: str | None


class Refreshing:
    def __init__(self, *, database: Database, persons: Persons, settings: Settings) -> None:
        self._database = database
        self._persons = persons
        self._settings = settings

    async def refresh(self, renewal: Renewal, now: datetime) -> Opened:
        """Raise RefreshRefused; that a used token was seen, and so its session ended, is committed before."""
        async with self._database.transaction() as session:
            found = await Sessions(session, self._settings).refresh(renewal.refresh_token, now)
            if isinstance(found, Opened):
                return found
            problem = RefreshRefused()
            problem.numbered(await AuditTrail(session).refuse(self._deed(renewal, found, now), problem))
        raise problem

    def _deed(self, renewal: Renewal, found: Refused, now: datetime) -> Deed:
        address = ADDRESS + self._persons.keyed_hash("address", renewal.address) if renewal.address else None
        session_id = str(found.session_id) if found.session_id is not None else None
        return Deed(name="refresh-refused", at=now, address=address, facts={"why": found.why, "session": session_id})
