"""Hold a slot: one for each account, for the time that the regulation says; a new hold takes the place of the old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments import repository as slots
from booking.appointments.service import Appointments, describe_free
from booking.holds import repository
from booking.holds.errors import HoldNotOffered
from booking.providers import provider_of
from shared.applications.case import Provider
from shared.applications.office import Office, ServiceNotOffered
from shared.errors import NotFound
from shared.procedure import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The holds of one account; `service` is the service whose regulation says for how long."""

    session: AsyncSession
    office: Office
    service: str
    account: str
    now: datetime

    async def hold(self, slot: UUID) -> dict[str, Any]:
        """Hold the slot, and let go of another one; what is held already stays so, and no longer than before.

        Raises NotFound, HoldNotOffered, and what taking the slot is refused with: then the old hold stays.
        """
        wanted = await slots.find(self.session, slot)
        if wanted is None:
            raise NotFound
        provider = await provider_of(self.session, wanted.provider)
        length = self._length(provider)
        await repository.lock(self.session, self.account, slot)
        held = await repository.own(self.session, self.account, slot, self.now)
        if held is None:
            await repository.let_go(self.session, self.account, None)
            held = await repository.hold(self.session, self.account, slot, now=self.now, until=self.now + length)
        if held is None:
            raise await self._appointments(provider).refusal(slot)
        return _described(held, provider.zone)

    async def let_go(self, slot: UUID) -> None:
        """Free the slot if the account holds it; what is not held (any more) stays as it is. Raises NotFound."""
        if await slots.find(self.session, slot) is None:
            raise NotFound
        await repository.let_go(self.session, self.account, slot)

    def _length(self, provider: Provider) -> timedelta:
        try:
            on = self.now.astimezone(ZoneInfo(provider.zone)).date()
            edition = self.office.edition(provider.region, self.service, on)
        except ServiceNotOffered:
            raise HoldNotOffered from None
        rules = edition.channels.get(Channel.PORTAL)
        if rules is None or rules.hold is None or self.service not in provider.services:
            raise HoldNotOffered
        return rules.hold.limit.duration

    def _appointments(self, provider: Provider) -> Appointments:
        return Appointments(session=self.session, provider=provider.bin, zone=provider.zone, now=self.now)


def _described(held: Row[Any], zone: str) -> dict[str, Any]:
    (slot,) = describe_free([held], zone)
    return {**slot, "held_until": held.held_until.astimezone(ZoneInfo(zone)).isoformat()}
