"""A doctor's weekly schedule, in force from a local date until the next one."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from booking.base import Base
from booking.doctors.models import Doctor


class Schedule(Base):
    """`receptions` is a list of `ReceptionIn` as JSON; an empty list means that the doctor sees nobody."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("doctor", "valid_from", name="uq_schedules_doctor"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    doctor: Mapped[UUID] = mapped_column(ForeignKey(Doctor.id))
    valid_from: Mapped[date]
    receptions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
