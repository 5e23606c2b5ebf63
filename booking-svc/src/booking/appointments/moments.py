"""Instants as people write them in documents and queries: RFC 3339 with an offset, within what a database can hold."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def read_moment(text: str) -> datetime:
    """Read an instant (to UTC); ValueError for a day that no month has, no offset, or a year out of reason."""
    return sensible(datetime.fromisoformat(text))


def sensible(moment: datetime) -> datetime:
    """Give the instant in UTC; ValueError when it is naive or centuries away."""
    if moment.tzinfo is None or not EARLIEST <= moment <= LATEST:
        raise ValueError("an instant between the years 2000 and 2200, with its offset, is needed")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(sensible)]
