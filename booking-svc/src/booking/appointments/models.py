"""Slots and appointments as rows. One living appointment a slot is a constraint of the database, not a check."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, CheckConstraint, ForeignKey, Index, Text, exists, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.base import Base
from booking.doctors.models import Doctor

BOOKED = "booked"
RELEASED = "released"
LIVING = text("state = 'booked'")


class Slot(Base):
    """A doctor's interval that can be booked. No two live slots of a doctor overlap: the database refuses them.

    A slot that a new schedule no longer has is withdrawn, never deleted: an appointment may stand on it.
    """

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        ExcludeConstraint(
            ("doctor", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_slots_overlap",
        ),
        Index("ix_slots_doctor", "doctor", "starts_at"),
        Index("ix_slots_provider", "provider", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    doctor: Mapped[UUID] = mapped_column(ForeignKey(Doctor.id))
    starts_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Appointment(Base):
    """`application` names the case that holds the slot; `given_by` who chose the time, as the regulation says."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("state IN ('booked', 'released')", name="state"),
        CheckConstraint("given_by IN ('citizen', 'performer')", name="given_by"),
        Index("uq_appointments_slot", "slot", unique=True, postgresql_where=LIVING),
        Index("uq_appointments_application", "application", unique=True, postgresql_where=LIVING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[UUID] = mapped_column(ForeignKey(Slot.id))
    application: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


IS_TAKEN = exists().where(Appointment.slot == Slot.id, Appointment.state == BOOKED)
"""True of a slot that has a living appointment."""
