"""A doctor's weekly schedule, in force from a local date until the next one, and the exceptions from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, CheckConstraint, ForeignKey, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
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


class ScheduleException(Base):
    """A time in which the doctor sees nobody, whatever the week says; over it no slot is made, nor with a part in it.

    `ground` is one of the regulation's, on which a provider cancels or moves. An exception that is taken back is ended,
    never deleted. Two of one doctor never overlap while both are in force.
    """

    __tablename__ = "schedule_exceptions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        ExcludeConstraint(
            ("doctor", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("ended_at IS NULL"),
            using="gist",
            name="ex_schedule_exceptions_overlap",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    doctor: Mapped[UUID] = mapped_column(ForeignKey(Doctor.id))
    starts_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ground: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
