"""Visits as rows: which doctor comes when, and how it ended. About whom, stands sealed in the application alone."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.base import Base
from booking.doctors.models import Doctor


class Visit(Base):
    """One visit of an application; `on_date` is its day where the provider is. What has an outcome is over."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("num_nulls(outcome, ended_at, ended_by) IN (0, 3)", name="ended"),
        Index("ix_visits_provider", "provider", "on_date"),
        Index("ix_visits_doctor", "doctor", "on_date"),
    )

    application: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    doctor: Mapped[UUID] = mapped_column(ForeignKey(Doctor.id))
    visit_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    on_date: Mapped[date]
    outcome: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(Text)
