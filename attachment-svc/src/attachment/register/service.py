"""Find persons in the register, add them, and answer what regulations require of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.register import repository
from attachment.register.errors import PersonAlreadyInRegister
from attachment.register.models import Enrolment, Known, PersonalData, name_hash
from attachment.words import name_key
from shared.applications.access_log import record_access
from shared.applications.records import context
from shared.db import violated
from shared.personal import Iin, Person, Persons
from shared.web import Actor

NAMESAKES = 20
"""How many persons of one name and birth date are shown."""
Precondition = Literal["in-population-register", "attached-to-district"]
Reason = Literal["not-in-register", "dead", "moved-away", "not-attached", "attached-elsewhere"]


_COUNTRY = ZoneInfo("Asia/Almaty")


def local_day(now: datetime) -> date:
    """Give the day on which somebody is of an age: the country's, wherever in it he lives."""
    return now.astimezone(_COUNTRY).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    session: AsyncSession
    persons: Persons

    async def by_iin(self, iin: Iin) -> Known | None:
        """Find a person by IIN."""
        rows = await repository.by_iin(self.session, self.persons.lookup(iin))
        return self.opened(rows[0]) if rows else None

    async def by_name(self, surname: str, given_name: str, patronymic: str | None, birth_date: date) -> Sequence[Known]:
        """Find those of a name and birth date; a patronymic, where one is given, leaves out who has another."""
        key = name_hash(self.persons, surname, given_name, birth_date)
        found = [self.opened(row) for row in await repository.by_name(self.session, key, NAMESAKES)]
        return [each for each in found if patronymic is None or _same(patronymic, each.data.patronymic)]

    async def add(self, data: PersonalData, at: datetime) -> Person:
        """Enter a person; raises PersonAlreadyInRegister."""
        person = await self.persons.ensure(self.session, Iin(data.iin))
        try:
            await repository.add(self.session, person.id, data.name_key(self.persons), sealed(person, data), at)
        except IntegrityError as error:
            if violated(error) == "persons_pkey":
                raise PersonAlreadyInRegister from error
            raise
        return person

    async def lacks(self, iin: Iin, required: Precondition, provider: str | None) -> tuple[Known | None, Reason | None]:
        """Say why a precondition does not hold, or None if it does, and whom that is about."""
        known = await self.by_iin(iin)
        return known, _lack(known, required, provider)

    async def checked(
        self, iin: Iin, required: Precondition, provider: str | None, *, actor: Actor | None, at: datetime
    ) -> Reason | None:
        """Say why a precondition does not hold; where staff ask, the person sees that the register was asked."""
        known, reason = await self.lacks(iin, required, provider)
        if known is not None and actor is not None and actor.kind == "staff":
            await record_access(self.session, actor, "register-checked", [(known.person, None)], at=at)
        return reason

    def opened(self, row: Row[Any]) -> Known:
        """Open a person's row."""
        person = self.persons.person(id=row.id, key_name=row.key_name, wrapped=row.wrapped)
        value = person.open_json(context("persons", "content", row.id), row.content)
        enrolment = None
        if row.enrolment is not None:
            enrolment = Enrolment(
                id=row.enrolment, provider=row.provider, provider_names=row.provider_names, district=row.district,
                district_name=row.district_name, started_on=row.started_on,
            )  # fmt: skip
        return Known(person=person, data=PersonalData.from_json(value), state=row.state, enrolment=enrolment)


def sealed(person: Person, data: PersonalData) -> bytes:
    """Seal what the register holds about a person."""
    return person.seal_json(context("persons", "content", person.id), data.to_json())


def _same(given: str, held: str | None) -> bool:
    return held is not None and name_key(given) == name_key(held)


def _lack(known: Known | None, required: Precondition, provider: str | None) -> Reason | None:
    if known is None:
        return "not-in-register"
    if known.state != "present":
        return "dead" if known.state == "dead" else "moved-away"
    if required == "in-population-register":
        return None
    if known.enrolment is None or known.enrolment.district is None:
        return "not-attached"
    return None if provider in {None, known.enrolment.provider} else "attached-elsewhere"
