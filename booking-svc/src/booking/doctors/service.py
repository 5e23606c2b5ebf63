"""Use cases of doctors: a provider's administrator keeps the list, anyone reads it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors import repository
from booking.doctors.models import Doctor
from shared.db import new_id, violated
from shared.errors import NotFound, ProblemError


class AccountTaken(ProblemError):
    """Another doctor of the provider has this account."""

    code = "doctor-account-taken"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDoctor:
    """A doctor as the administrator describes him; `specialty` is one of `booking.specialties`."""

    surname: str
    given_name: str
    patronymic: str | None
    specialty: str
    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctors:
    session: AsyncSession
    provider: str

    async def list(self, specialty: str | None = None) -> list[Doctor]:
        return list(await repository.of_provider(self.session, self.provider, specialty))

    async def locked(self, doctor: UUID) -> Doctor:
        """Find a doctor to be changed; whoever else wants to change him waits."""
        found = await repository.find(self.session, doctor, self.provider, lock=True)
        if found is None:
            raise NotFound
        return found

    async def add(self, new: NewDoctor, now: datetime) -> Doctor:
        doctor = Doctor(id=new_id(), provider=self.provider, active=True, created_at=now, **asdict(new))
        self.session.add(doctor)
        await self.session.flush()
        return doctor

    async def change(self, doctor: UUID, *, active: bool | None, account: str | None) -> Doctor:
        """Let the doctor be booked, or no longer (appointments that he has stay); say which account is his.

        Raises AccountTaken.
        """
        found = await self.locked(doctor)
        if account is not None:
            if await repository.other_with_account(self.session, found, account):
                raise AccountTaken
            found.account = account
        if active is not None:
            found.active = active
        try:
            await self.session.flush()
        except IntegrityError as error:  # given to another doctor since we looked
            raise AccountTaken if violated(error) == "uq_doctors_account" else error from error
        return found
