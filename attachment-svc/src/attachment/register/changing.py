"""What happens to persons of the register: death, moving away, another IIN, name or address, each with its effect.

The event is kept with what was there before, sealed; the entry and the look-up keys are written anew.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts import repository as districts
from attachment.districts.models import Place
from attachment.register import repository
from attachment.register.enrolling import Enrolling
from attachment.register.errors import IinOfAnother, PersonDead, PersonNotInRegister, PersonOfAnotherProvider
from attachment.register.models import Known, PersonalData, Residence, State
from attachment.register.service import Register, sealed
from shared.applications.case import Provider
from shared.applications.records import context
from shared.db import new_id, violated
from shared.errors import FieldError, InvalidRequest
from shared.events import Outbox
from shared.personal import Iin, Persons
from shared.web import Actor

Kind = Literal["died", "moved-away", "iin-changed", "name-changed", "address-changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened and when (a local date); `iin`, the names or `residence` as they are from then on."""

    kind: Kind
    on: date
    iin: Iin | None = None
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    residence: Residence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Record events of persons who are enrolled at the acting person's provider, or nowhere."""

    session: AsyncSession
    persons: Persons
    outbox: Outbox
    actor: Actor
    now: datetime
    today: date
    provider: Provider

    async def carry_out(self, person: UUID, change: Change) -> Known:
        """Record what happened, with its effects, and give the entry as it is then."""
        known = await self._to_change(person)
        if not known.data.birth_date <= change.on <= self.today:
            raise InvalidRequest([FieldError(pointer="/on", code="out-of-range")])
        await self._remember(known, change)
        if change.kind in {"died", "moved-away"}:
            return await self._left(known, change)
        if change.residence is not None:
            return await self._moved(known, change.residence)
        return await self._renamed(known, change)

    async def _to_change(self, person: UUID) -> Known:
        row = await repository.locked(self.session, person)
        if row is None:
            raise PersonNotInRegister
        known = Register(session=self.session, persons=self.persons).opened(row)
        if known.enrolment is not None and known.enrolment.provider != self.actor.bin:
            raise PersonOfAnotherProvider
        if known.state == "dead":
            raise PersonDead
        return known

    async def _left(self, known: Known, change: Change) -> Known:
        if known.enrolment is not None:
            enrolling = Enrolling(session=self.session, persons=self.persons, outbox=self.outbox, now=self.now)
            await enrolling.end(known.enrolment, change.on, "death" if change.kind == "died" else "moved-away")
        state: State = "dead" if change.kind == "died" else "away"
        return await self._written(replace(known, enrolment=None, state=state))

    async def _moved(self, known: Known, residence: Residence) -> Known:
        """Write the address, and the district that it lies in; the provider stays until another enrols him."""
        enrolment = known.enrolment
        if enrolment is not None:
            district, name = await self._district(residence)
            await repository.move(self.session, enrolment.id, district)
            enrolment = replace(enrolment, district=district, district_name=name)
        data = replace(known.data, **residence.to_json())
        return await self._written(replace(known, data=data, enrolment=enrolment))

    async def _district(self, residence: Residence) -> tuple[UUID | None, str | None]:
        """Find the provider's own district of an address; none where it lies in no one's, or another's."""
        place = Place(
            region=self.provider.region, locality=residence.locality, street=residence.street, house=residence.house
        )
        district, owner = (await districts.covering(self.session, [place])).get(0, (None, None))
        if district is None or owner != self.provider.bin:
            return None, None
        return district, await districts.name_of(self.session, district)

    async def _renamed(self, known: Known, change: Change) -> Known:
        if change.iin is None:
            return await self._written(replace(known, data=_with_name(known.data, change)))
        try:
            await repository.rekey(self.session, known.person.id, self.persons.lookup(change.iin))
        except IntegrityError as error:
            if violated(error) == "uq_person_keys_lookup":
                raise IinOfAnother from error
            raise
        return await self._written(replace(known, data=replace(known.data, iin=change.iin.value)))

    async def _written(self, known: Known) -> Known:
        await repository.change(
            self.session, known.person.id, name_key=known.data.name_key(self.persons),
            content=sealed(known.person, known.data), state=known.state, at=self.now,
        )  # fmt: skip
        return known

    async def _remember(self, known: Known, change: Change) -> None:
        event, data = new_id(), known.data
        before = {
            "iin": data.iin, "name": [data.surname, data.given_name, data.patronymic], "state": known.state,
            "address": data.residence.to_json(),
        }  # fmt: skip
        content = known.person.seal_json(context("register_events", "content", event), {"before": before})
        await repository.remember(
            self.session,
            {
                "id": event, "person": known.person.id, "kind": change.kind, "on": change.on, "content": content,
                "actor": self.actor.account_id, "bin": self.actor.bin or "", "at": self.now,
            },
        )  # fmt: skip


def _with_name(data: PersonalData, change: Change) -> PersonalData:
    surname, given_name = change.surname or data.surname, change.given_name or data.given_name
    return replace(data, surname=surname, given_name=given_name, patronymic=change.patronymic)
