"""Doctors as rows. A doctor's name and specialty stand on the provider's door: public, so not encrypted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.base import Base


class Doctor(Base):
    """Slots exist up to and with the local date `slots_until`; None before the first schedule.

    `hours_version` is the version of the provider by whose opening hours they were made.
    """

    __tablename__ = "doctors"
    __table_args__ = (
        Index("ix_doctors_provider", "provider", "specialty"),
        Index("ix_doctors_slots_until", "slots_until", postgresql_where=text("active")),
        Index("uq_doctors_account", "provider", "account", unique=True, postgresql_where=text("account IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    surname: Mapped[str] = mapped_column(Text)
    given_name: Mapped[str] = mapped_column(Text)
    patronymic: Mapped[str | None] = mapped_column(Text)
    specialty: Mapped[str] = mapped_column(Text)
    room: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default="true")
    account: Mapped[str | None] = mapped_column(Text)  # among the staff: by it he sees the visits that are his
    slots_until: Mapped[date | None]
    hours_version: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
