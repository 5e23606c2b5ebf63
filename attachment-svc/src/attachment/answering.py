"""The register asked in process: what other services ask over REST, the applications of this one ask here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from attachment.register.service import Register, local_day
from attachment.representing.service import Representing
from shared.applications.register import Acting, Lacking, PopulationRegister, RegisterAway, Requirement, Standing
from shared.clock import Clock
from shared.db import Database
from shared.personal import Persons
from shared.web import Actor, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRegister:
    """Each answer is a transaction of its own, as it would be over REST."""

    database: Database
    persons: Persons
    clock: Clock

    async def lacks(self, asked: Requirement, actor: Actor) -> Lacking:
        """Say whether a requirement holds; who moved away is in the register still, and is back by his enrolment."""
        async with self.database.transaction() as session:
            reason = await Register(session=session, persons=self.persons).checked(
                asked.iin, asked.require, asked.provider, actor=actor, at=self.clock.now()
            )
        back = reason == "moved-away" and asked.require == "in-population-register"
        return Lacking(reason=None if back else reason)

    async def standing(self, asked: Acting, actor: Actor) -> Standing:
        """Say whether one may act for another today."""
        now = self.clock.now()
        async with self.database.transaction() as session:
            representing = Representing(
                session=session, persons=self.persons, rights={}, now=now, today=local_day(now)
            )  # fmt: skip
            standing, known = await representing.asked(asked.applicant, asked.patient, actor)
        if standing.right is None or not standing.holds:
            return Standing(reason=standing.reason or "not-recorded")
        if known is None:
            raise RegisterAway
        data = known.data
        names = {"surname": data.surname, "given_name": data.given_name, "patronymic": data.patronymic}
        return Standing(reason=None, kind=standing.right.kind, until=standing.right.until_on, names=names)


@asynccontextmanager
async def own_register(platform: Platform) -> AsyncIterator[PopulationRegister]:
    """Open it for the web process: its database, its keys, its clock."""
    yield OwnRegister(database=platform.database, persons=platform.need_persons(), clock=platform.clock)
