"""A slip opens the result of an anonymous test, and nothing else does; without it the test is made anew."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lab.digits import CodeMistyped
from lab.samples import repository as samples
from lab.settings import Settings
from lab.slips import repository
from lab.slips.codes import new_slip, printed, read_slip, slip_hash
from lab.slips.errors import SlipMistyped, SlipUnknown
from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.anonymity import drop_times
from shared.applications.office import PREFIXES, Office
from shared.clock import Clock
from shared.db import Database, public_id
from shared.errors import TooManyRequests
from shared.personal import Persons
from shared.web import Actor

_MARK = PREFIXES["lab"]
_MINUTE = timedelta(minutes=1)
_TRIES_KEPT = timedelta(days=1)


async def digest_of(persons: Persons, code: str) -> bytes:
    """Hash a slip with the service's secret, in a thread."""
    return await asyncio.to_thread(slip_hash, code, persons.keyed_hash("slip-salt"))


async def hand_out(session: AsyncSession, persons: Persons, application: UUID) -> str:
    """Make the slip of a test and keep its hash; gives what is printed, once."""
    code = new_slip()
    await repository.add(session, await digest_of(persons, code), application)
    return printed(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """What staff do with a slip that is shown to them."""

    database: Database
    office: Office
    settings: Settings
    actor: Actor
    now: datetime

    async def open(self, typed: str) -> dict[str, Any]:
        """Find the test of a slip. Raises WrongRole, TooManyRequests, SlipMistyped, SlipUnknown; every try counts."""
        self._need_role()
        async with self.database.transaction() as session:
            tries = await repository.tried(session, self.actor.account_id, self.now)
        if tries >= self.settings.slip_tries:
            raise TooManyRequests(retry_after=_MINUTE)
        try:
            digest = await digest_of(self.office.persons, read_slip(typed))
        except CodeMistyped:
            raise SlipMistyped from None
        async with self.database.transaction() as session:
            return await self._found(session, digest)

    async def _found(self, session: AsyncSession, digest: bytes) -> dict[str, Any]:
        row = await repository.find(session, digest)
        if row is None or row.provider != self.actor.bin:
            raise SlipUnknown
        person = await self.office.persons.get(session, row.patient)
        await record_access(session, self.actor, "slip-opened", [(person, row.application)], at=self.now)
        await repository.note_opened(session, row.application, self.actor.account_id)
        last = self.office.regulations.by_id(row.edition).steps[-1].key  # the others' tasks would lead to the tube
        task = self.office.public(row.task) if row.step == last else None
        return {"application": self.office.public(row.application), "state": row.state, "task": task}

    def _need_role(self) -> None:
        """Let through who hands results over: the performer of a last step."""
        editions = self.office.regulations.current(self.now.date(), self.office.service)
        if not {edition.steps[-1].performer for edition in editions} & self.actor.roles:
            raise WrongRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Destroys the data keys of anonymous tests whose time is over: what was signed and kept cannot be read again.

    Nobody may ever come for a result: such a test is never closed, and drops its times here.
    """

    database: Database
    persons: Persons
    settings: Settings
    clock: Clock

    async def run_once(self) -> int:
        """Destroy what is over, and tell how many."""
        now = self.clock.now()
        async with self.database.transaction() as session:
            rows = await repository.over(session, now - self.settings.anonymous_retention)
            for row in rows:
                await drop_times(session, row.zone, row.application, public_id(_MARK, row.application), _MARK)
                await samples.drop_times(session, row.application, row.zone)
                await self.persons.destroy(session, row.patient)
                await repository.forget(session, row.application)
            await repository.forget_tries(session, now - _TRIES_KEPT)
        return len(rows)
