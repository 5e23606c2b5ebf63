"""The declarative base of booking-svc's own tables; the case file's tables come from shared."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()
