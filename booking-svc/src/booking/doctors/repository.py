"""Look-ups of doctors, one statement each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.doctors.models import Doctor


async def of_provider(session: AsyncSession, provider: str, specialty: str | None = None) -> Sequence[Doctor]:
    """List the doctors who see patients, by name."""
    statement = select(Doctor).where(Doctor.provider == provider, Doctor.active)
    if specialty is not None:
        statement = statement.where(Doctor.specialty == specialty)
    return (await session.scalars(statement.order_by(Doctor.surname, Doctor.given_name, Doctor.id))).all()


async def find(session: AsyncSession, doctor: UUID, provider: str, *, lock: bool = False) -> Doctor | None:
    """Read the provider's doctor, whether or not he still sees patients; with `lock` nobody changes him meanwhile."""
    statement = select(Doctor).where(Doctor.id == doctor, Doctor.provider == provider)
    return await session.scalar(statement.with_for_update(key_share=True) if lock else statement)


async def other_with_account(session: AsyncSession, doctor: Doctor, account: str) -> bool:
    """Tell whether another doctor of the same provider has the account."""
    statement = select(Doctor.id).where(
        Doctor.provider == doctor.provider, Doctor.account == account, Doctor.id != doctor.id
    )
    return await session.scalar(statement) is not None
