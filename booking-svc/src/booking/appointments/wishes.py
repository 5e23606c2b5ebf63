"""What a citizen would like where the performer gives the time: akmola's form (booking 5; its fields are ours)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from booking.appointments.errors import DoctorUnknown, NoTimeSuits, SpecialtyUnknown
from booking.appointments.moments import read_moment
from booking.doctors import repository
from shared.db import parse_public_id
from shared.errors import NotFound


async def check_wishes(session: AsyncSession, provider: str, given: Mapping[str, Any], now: datetime) -> None:
    """Check that what is wished for exists: the doctor, or one of the specialty, and times still to come."""
    if "doctor" in given:
        await _check_doctor(session, provider, given["doctor"])
    if "specialty" in given and not await repository.of_provider(session, provider, given["specialty"]):
        raise SpecialtyUnknown
    if not _to_come(given.get("times", ()), now):
        raise NoTimeSuits


async def _check_doctor(session: AsyncSession, provider: str, doctor: str) -> None:
    try:
        found = await repository.find(session, parse_public_id("bkg", doctor), provider)
    except NotFound:
        raise DoctorUnknown from None
    if found is None or not found.active:
        raise DoctorUnknown


def _to_come(times: Iterable[Mapping[str, str]], now: datetime) -> bool:
    try:
        spans = [(read_moment(each["from"]), read_moment(each["to"])) for each in times]
    except ValueError:
        return False
    return all(begins < ends and ends > now for begins, ends in spans)
