"""Take the time that a document names, or check what a citizen would like; say precisely why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

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
from booking.appointments.models import Slot
from booking.appointments.repository import Taking
from booking.doctors.models import Doctor
from booking.specialties import specialties
from shared.db import parse_public_id, public_id
from shared.errors import NotFound

NEXT_FREE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSlot:
    """A slot as a signed document names it: the id, and the time that the signer read beside it (aware)."""

    id: UUID
    starts_at: datetime

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "WantedSlot":
        """Read the form's or outcome's `slot`; SlotUnknown when the id is not one of ours."""
        try:
            slot = parse_public_id("bkg", value["id"])
        except NotFound:
            raise SlotUnknown from None
        return cls(id=slot, starts_at=datetime.fromisoformat(value["starts_at"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointments:
    """Appointments at one provider, whose people read times in `zone`."""

    session: AsyncSession
    provider: str
    zone: str
    now: datetime

    async def take(self, wanted: WantedSlot, application: UUID, *, given_by: str) -> dict[str, Any]:
        """Book the slot for the application and describe the appointment; refuse when it cannot be had.

        Look first, take second: the look gives the description and the reasons, the take alone decides.
        """
        slot, doctor, taken = await self._look(wanted)
        taking = Taking(slot=wanted.id, provider=self.provider, application=application, given_by=given_by, at=self.now)
        if taken or not await repository.take(self.session, taking):
            raise await self._refusal(slot)
        return self.describe(slot, doctor)

    async def check(self, wanted: WantedSlot) -> dict[str, Any]:
        """Describe the appointment that would be made, or refuse as `take` would; change nothing."""
        slot, doctor, taken = await self._look(wanted)
        if taken:
            raise await self._refusal(slot)
        return self.describe(slot, doctor)

    async def release(self, application: UUID) -> None:
        """Free the application's slot for others."""
        await repository.release(self.session, application, self.now)

    async def _look(self, wanted: WantedSlot) -> tuple[Slot, Doctor, bool]:
        found = await repository.find(self.session, wanted.id)
        if found is None:
            raise SlotUnknown
        slot, doctor, taken = found
        if slot.provider != self.provider:
            raise SlotOfAnotherProvider
        if slot.starts_at != wanted.starts_at:
            raise SlotTimeMismatch
        return slot, doctor, taken

    async def _refusal(self, slot: Slot) -> SlotAlreadyTaken | SlotInThePast | SlotOutsideSchedule:
        free = [each for (each,) in await repository.next_free(self.session, slot, self.now, limit=NEXT_FREE)]
        extra = {"next_free": describe_free(free, self.zone)}
        if slot.withdrawn_at is not None:
            return SlotOutsideSchedule(extra=extra)
        if slot.starts_at <= self.now:
            return SlotInThePast(extra=extra)
        return SlotAlreadyTaken(extra=extra)

    def describe(self, slot: Slot, doctor: Doctor) -> dict[str, Any]:
        """Say when, to whom and where, as JSON, times in the provider's zone."""
        return {
            "slot_id": public_id("bkg", slot.id),
            **_times(slot, self.zone),
            "room": doctor.room,
            "doctor": {
                "id": public_id("bkg", doctor.id),
                "name": " ".join(filter(None, (doctor.surname, doctor.given_name, doctor.patronymic))),
                "specialty": doctor.specialty,
                "specialty_title": dict(specialties()[doctor.specialty]),
            },
        }


def describe_free(slots: Sequence[Slot], zone: str) -> list[dict[str, Any]]:
    """List free slots as people are offered them, times in the provider's zone."""
    return [
        {"id": public_id("bkg", slot.id), "doctor_id": public_id("bkg", slot.doctor), **_times(slot, zone)}
        for slot in slots
    ]


def _times(slot: Slot, zone: str) -> dict[str, str]:
    local = ZoneInfo(zone)
    return {
        "starts_at": slot.starts_at.astimezone(local).isoformat(),
        "ends_at": slot.ends_at.astimezone(local).isoformat(),
    }
