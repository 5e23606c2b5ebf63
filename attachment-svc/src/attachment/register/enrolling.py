"""Enrolment periods: one at a time, which constraints hold; a transfer ends one and begins the next at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from attachment.register.models import Enrolment, Known
from attachment.register.service import Register, sealed
from shared.applications.case import Provider
from shared.db import public_id, violated
from shared.events import ENROLMENT_TOPIC, EnrolmentEnded, EnrolmentOpened, Outbox
from shared.personal import Persons

_ORDER = frozenset({"enrolments_order", "enrolments_overlap", "enrolments_one_open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """Begin and end periods; both providers are told by events, which say nothing of the person."""

    session: AsyncSession
    persons: Persons
    outbox: Outbox
    now: datetime

    async def enrol(self, person: UUID, provider: Provider, on: date, *, application: UUID | None = None) -> UUID:
        """Enrol a person at a provider from a date on, and give the period; who moved away is back by it.

        Raises PersonNotInRegister, PersonDead, AlreadyAttachedHere, AddressOutsideDistricts, PeriodsOutOfOrder.
        """
        known = await self._to_enrol(person, provider)
        district = await self._district(known, provider)
        async with _in_order():
            if known.enrolment is not None:
                await self.end(known.enrolment, on, "transfer")
            period = await repository.open_period(
                self.session, person=person, provider=provider.bin, district=district, on=on, application=application,
                at=self.now,
            )  # fmt: skip
        if known.state == "away":
            await self._is_back(known)
        event = EnrolmentOpened(
            enrolment_id=public_id("att", period), provider_bin=provider.bin, district_id=public_id("att", district),
            effective_on=on, aggregate_version=1,
        )  # fmt: skip
        await self.outbox.publish(self.session, event, topic=ENROLMENT_TOPIC, at=self.now)
        return period

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

    async def _district(self, known: Known, provider: Provider) -> UUID:
        data = known.data
        place = Place(region=provider.region, locality=data.locality, street=data.street, house=data.house)
        district, owner = (await districts.covering(self.session, [place])).get(0, (None, None))
        if district is None or owner != provider.bin:
            raise AddressOutsideDistricts
        return district

    async def _is_back(self, known: Known) -> None:
        await repository.change(
            self.session, known.person.id, name_key=known.data.name_key(self.persons),
            content=sealed(known.person, known.data), state="present", at=self.now,
        )  # fmt: skip


@asynccontextmanager
async def _in_order() -> AsyncIterator[None]:
    try:
        yield
    except IntegrityError as error:
        if violated(error) in _ORDER:
            raise PeriodsOutOfOrder from error
        raise
