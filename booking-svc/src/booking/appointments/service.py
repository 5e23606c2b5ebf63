"""Take the time that a document names, or check that it can be had; say precisely why not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments import repository
from booking.appointments.errors import (
    SlotAlreadyTaken,
    SlotInThePast,
    SlotOfAnotherProvider,
    SlotOutsideSchedule,
    SlotTimeMismatch,
    SlotUnknown,
)
from booking.appointments.models import CITIZEN, PERFORMER
from booking.appointments.moments import read_moment
from booking.appointments.repository import Taking
from booking.specialties import specialties
from shared.db import parse_public_id, public_id
from shared.errors import NotFound, ProblemError

NEXT_FREE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSlot:
    """A slot as a signed document names it: the id, and the time (UTC) that the signer read beside it."""

    id: UUID
    starts_at: datetime

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "WantedSlot":
        """Read the form's or outcome's `slot`; SlotUnknown for an id that is not ours, SlotTimeMismatch for no time."""
        try:
            return cls(id=parse_public_id("bkg", value["id"]), starts_at=read_moment(value["starts_at"]))
        except NotFound:
            raise SlotUnknown from None
        except ValueError:
            raise SlotTimeMismatch from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointments:
    """Appointments at one provider, whose people read times in `zone`."""

    session: AsyncSession
    provider: str
    zone: str
    now: datetime

    async def take(self, wanted: WantedSlot, application: UUID, account: str | None = None) -> dict[str, Any]:
        """Book the slot that the citizen chose, and may hold by his account; refuse when it cannot be had.

        Describes the appointment. One statement on success: only a refusal looks for its reason.
        """
        return await self._take(wanted, application, given_by=CITIZEN, account=account)

    async def move(self, wanted: WantedSlot, application: UUID, account: str | None = None) -> dict[str, Any]:
        """Book the slot that the citizen chose in place of the one that the application has.

        A refusal ends the caller's transaction, so that the application keeps what it had.
        """
        await repository.lock(self.session, application, wanted.id)
        await repository.release(self.session, application)
        return await self._take(wanted, application, given_by=CITIZEN, account=account)

    async def give(self, wanted: WantedSlot, application: UUID) -> dict[str, Any]:
        """Book the slot that the performer gives, in place of the one that the application may have.

        A refusal ends the caller's transaction, so that the application keeps what it had.
        """
        await repository.lock(self.session, application, wanted.id)
        await repository.release(self.session, application)
        return await self._take(wanted, application, given_by=PERFORMER)

    async def check(self, wanted: WantedSlot, application: UUID) -> dict[str, Any]:
        """Describe the appointment that `give` would make, or refuse as it would; change nothing."""
        slot = await self._find(wanted)
        reason = self._reason(slot, application)
        if reason is not None:
            raise await self._refusal(slot, reason)
        return self.describe(slot)

    async def confirm(self, wanted: WantedSlot, application: UUID) -> dict[str, Any] | None:
        """Describe the slot anew, whenever it is, if it is what the application has; else give None."""
        slot = await repository.find(self.session, wanted.id)
        if slot is None or slot.application != application or slot.starts_at != wanted.starts_at:
            return None
        return self.describe(slot)

    async def _take(
        self, wanted: WantedSlot, application: UUID, *, given_by: str, account: str | None = None
    ) -> dict[str, Any]:
        taken = await repository.take(
            self.session,
            Taking(
                slot=wanted.id,
                time=wanted.starts_at,
                provider=self.provider,
                application=application,
                given_by=given_by,
                account=account,
                at=self.now,
            ),
        )
        if taken is None:
            slot = await self._find(wanted)
            # It may have been freed since: it was taken when it was asked for, which is what the answer says.
            raise await self._refusal(slot, self._reason(slot, application, account) or SlotAlreadyTaken)
        return self.describe(taken)

    async def _find(self, wanted: WantedSlot) -> Row[Any]:
        slot = await repository.find(self.session, wanted.id)
        if slot is None:
            raise SlotUnknown
        if slot.provider != self.provider:
            raise SlotOfAnotherProvider
        if slot.starts_at != wanted.starts_at:
            raise SlotTimeMismatch
        return slot

    def _reason(self, slot: Row[Any], application: UUID, account: str | None = None) -> type[ProblemError] | None:
        if slot.withdrawn_at is not None or slot.outside_schedule or not slot.active:
            return SlotOutsideSchedule
        if slot.starts_at <= self.now:
            return SlotInThePast
        return SlotAlreadyTaken if is_anothers(slot, self.now, application=application, account=account) else None

    async def refusal(self, slot: UUID, account: str | None = None) -> ProblemError:
        """Say why the slot cannot be had, with the next free ones; NotFound when there is none of that id."""
        found = await repository.find(self.session, slot)
        if found is None:
            raise NotFound
        # It may have been freed since: it was taken when it was asked for, which is what the answer says.
        return await self._refusal(found, self._reason(found, UUID(int=0), account) or SlotAlreadyTaken)

    async def _refusal(self, slot: Row[Any], reason: type[ProblemError]) -> ProblemError:
        free = await repository.next_free(self.session, slot, self.now, limit=NEXT_FREE)
        return reason(extra={"next_free": describe_free(free, self.zone)})

    def describe(self, slot: Row[Any]) -> dict[str, Any]:
        """Say when, to whom and where, as JSON, times in the provider's zone."""
        return {
            "slot_id": public_id("bkg", slot.id),
            **_times(slot, self.zone),
            "room": slot.room,
            "doctor": {
                "id": public_id("bkg", slot.doctor),
                "name": " ".join(filter(None, (slot.surname, slot.given_name, slot.patronymic))),
                "specialty": slot.specialty,
                "specialty_title": dict(specialties()[slot.specialty]),
            },
        }


def is_anothers(slot: Row[Any], now: datetime, *, application: UUID | None, account: str | None) -> bool:
    """Tell whether another application has the slot, or another account holds it."""
    held = slot.held_until is not None and slot.held_until > now and slot.held_by != account
    return held or slot.application not in {None, application}


def describe_free(slots: Iterable[Row[Any]], zone: str) -> list[dict[str, Any]]:
    """List free slots as people are offered them, times in the provider's zone."""
    return [
        {"id": public_id("bkg", slot.id), "doctor_id": public_id("bkg", slot.doctor), **_times(slot, zone)}
        for slot in slots
    ]


def _times(slot: Row[Any], zone: str) -> dict[str, str]:
    local = ZoneInfo(zone)
    return {
        "starts_at": slot.starts_at.astimezone(local).isoformat(),
        "ends_at": slot.ends_at.astimezone(local).isoformat(),
    }
