"""A journal as its keeper reads it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class JournalRowOut(BaseModel):
    """One entry; `values` by the regulation's columns."""

    id: str
    number: int
    year: int
    application: dict[str, str]
    at: datetime
    corrects: str | None
    values: dict[str, Any]


class JournalOut(BaseModel):
    """A page of one provider's volume."""

    journal: str
    provider: str
    volume: str
    year: int
    items: list[JournalRowOut]
    next_cursor: str | None
