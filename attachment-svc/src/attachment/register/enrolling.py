"""Enrolment periods: one at a time, which constraints hold; a transfer ends one and begins the next at once.

Who is enrolled by an application lives from then on where it says, in the register too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts import repository as districts
from attachment.districts.models import Place
from attachment.register import repository
from attachment.register.errors import (
    AddressOutsideDistricts,
    AlreadyAttachedHere,
    PeriodsOutOfOrder,
    PersonDead,
    PersonNotInRegister,
)
from attachment.register.models import Enrolment, Known, Residence
from attachment.register.service import Register, sealed
from shared.applications.case import Provider
from shared.applications.records import context
from shared.db import new_id, public_id, violated
from shared.events import ENROLMENT_TOPIC, EnrolmentEnded, EnrolmentOpened, Outbox
from shared.personal import Persons
from shared.web import Actor

_ORDER = frozenset({"enrolments_order", "enrolments_overlap", "enrolments_one_open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The application by which somebody is enrolled: the address that it gives, and who carried it out."""

    application: UUID
    residence: Residence
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """Begin and end periods; both providers are told by events, which say nothing of the person."""

    session: AsyncSession
    persons: Persons
    outbox: Outbox
    now: datetime

    async def enrol(self, person: UUID, provider: Provider, on: date, *, basis: Basis | None = None) -> UUID:
        """Enrol a person at a provider from a date on, and give the period; who moved away is back by it.

        The district is that of the address which the application gives, without one that of the register. Raises
        PersonNotInRegister, PersonDead, AlreadyAttachedHere, AddressOutsideDistricts, PeriodsOutOfOrder.
        """
        known = await self._to_enrol(person, provider)
        residence = known.data.residence if basis is None else basis.residence
        district = await self.district(residence, provider)
        async with _in_order():
            if known.enrolment is not None:
                await self.end(known.enrolment, on, "transfer")
            period = await repository.open_period(
                self.session, person=person, provider=provider.bin, district=district, on=on,
                application=None if basis is None else basis.application, at=self.now,
            )  # fmt: skip
        if basis is not None and known.data.residence != residence:
            await self._remember_move(known, basis, on)
        if known.state == "away" or known.data.residence != residence:
            await self._lives_at(known, residence)
        event = EnrolmentOpened(
            enrolment_id=public_id("att", period), provider_bin=provider.bin, district_id=public_id("att", district),
            effective_on=on, aggregate_version=1,
        )  # fmt: skip
        await self.outbox.publish(self.session, event, topic=ENROLMENT_TOPIC, at=self.now)
        return period

    async def check(self, person: UUID, provider: Provider, residence: Residence) -> UUID:
        """Give the district in which the person could be enrolled now; raises what `enrol` raises but the order."""
        await self._to_enrol(person, provider)
        return await self.district(residence, provider)

    async def end(self, enrolment: Enrolment, on: date, reason: str) -> None:
        """End an open period; raises PeriodsOutOfOrder. The person's row is to be locked by the caller."""
        async with _in_order():
            await repository.close(self.session, enrolment.id, on, reason)
        event = EnrolmentEnded(
            enrolment_id=public_id("att", enrolment.id), provider_bin=enrolment.provider,
            district_id=public_id("att", enrolment.district) if enrolment.district else None, effective_on=on,
            aggregate_version=2,
        )  # fmt: skip
        await self.outbox.publish(self.session, event, topic=ENROLMENT_TOPIC, at=self.now)

    async def _to_enrol(self, person: UUID, provider: Provider) -> Known:
        row = await repository.locked(self.session, person)
        if row is None:
            raise PersonNotInRegister
        known = Register(session=self.session, persons=self.persons).opened(row)
        if known.state == "dead":
            raise PersonDead
        if known.enrolment is not None and known.enrolment.provider == provider.bin:
            raise AlreadyAttachedHere
        return known

    async def district(self, residence: Residence, provider: Provider) -> UUID:
        """Find the provider's district of an address; AddressOutsideDistricts names who else serves it."""
        place = Place(
            region=provider.region, locality=residence.locality, street=residence.street, house=residence.house
        )
        district, owner = (await districts.covering(self.session, [place])).get(0, (None, None))
        if district is None or owner != provider.bin:
            raise AddressOutsideDistricts(extra={"served_by": owner})
        return district

    async def _remember_move(self, known: Known, basis: Basis, on: date) -> None:
        event = new_id()
        before = {"before": {"address": known.data.residence.to_json()}}
        await repository.remember(
            self.session,
            {
                "id": event, "person": known.person.id, "kind": "address-changed", "on": on,
                "content": known.person.seal_json(context("register_events", "content", event), before),
                "actor": basis.actor.account_id, "bin": basis.actor.bin or "", "at": self.now,
            },
        )  # fmt: skip

    async def _lives_at(self, known: Known, residence: Residence) -> None:
        data = replace(known.data, **residence.to_json())
        await repository.change(
            self.session, known.person.id, name_key=data.name_key(self.persons), content=sealed(known.person, data),
            state="present", at=self.now,
        )  # fmt: skip


@asynccontextmanager
async def _in_order() -> AsyncIterator[None]:
    try:
        yield
    except IntegrityError as error:
        if violated(error) in _ORDER:
            raise PeriodsOutOfOrder from error
        raise
