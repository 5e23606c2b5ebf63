"""Slots as rows. Nobody is booked twice by constraint of the database, not by a check in code:

a slot's row has room for one application, an application can stand in one row, live slots of a doctor never overlap,
and a taken slot is live. So a doctor has at most one patient at a time, whatever the code does. An account stands in
one row too: who holds a slot while he signs holds no other.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, CheckConstraint, ColumnElement, ForeignKey, Index, Text, and_, func, or_, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.base import Base
from booking.doctors.models import Doctor

CITIZEN = "citizen"
PERFORMER = "performer"
FREE = text("withdrawn_at IS NULL AND application IS NULL")


class Slot(Base):
    """A doctor's interval that can be booked; `application` names the case that has it, `given_by` who chose it.

    A slot that the schedule no longer has is withdrawn, never deleted: what a signed document names can be explained.
    One that is taken then stays, `outside_schedule`, and is withdrawn when it is released. A free one is held by an
    account until `held_until`: what runs out needs nobody to end it, since every statement compares with the time.
    """

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("given_by IN ('citizen', 'performer')", name="given_by"),
        CheckConstraint("num_nulls(application, given_by, taken_at) IN (0, 3)", name="taken"),
        CheckConstraint("application IS NULL OR withdrawn_at IS NULL", name="taken_is_live"),
        CheckConstraint("NOT outside_schedule OR application IS NOT NULL", name="outside_is_taken"),
        CheckConstraint("num_nulls(held_by, held_until) IN (0, 2)", name="held"),
        CheckConstraint("held_by IS NULL OR (application IS NULL AND withdrawn_at IS NULL)", name="held_is_free"),
        ExcludeConstraint(
            ("doctor", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_slots_overlap",
        ),
        Index("uq_slots_application", "application", unique=True, postgresql_where=text("application IS NOT NULL")),
        Index("uq_slots_held_by", "held_by", unique=True, postgresql_where=text("held_by IS NOT NULL")),
        Index("ix_slots_taken", "provider", "starts_at", "id", postgresql_where=text("application IS NOT NULL")),
        Index("ix_slots_free_of_doctor", "doctor", "starts_at", "id", postgresql_where=FREE),
        Index("ix_slots_free_of_provider", "provider", "starts_at", "id", postgresql_where=FREE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    doctor: Mapped[UUID] = mapped_column(ForeignKey(Doctor.id))
    starts_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    outside_schedule: Mapped[bool] = mapped_column(server_default="false")
    application: Mapped[UUID | None]
    given_by: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    held_by: Mapped[str | None] = mapped_column(Text)
    held_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


IS_FREE = and_(Slot.withdrawn_at.is_(None), Slot.application.is_(None))
"""True of a slot that the schedule has and nobody has taken; written as the indexes of free slots are."""


def not_held(now: datetime) -> ColumnElement[bool]:
    """Make the condition that nobody holds a slot at an instant."""
    return or_(Slot.held_until.is_(None), Slot.held_until <= now)
