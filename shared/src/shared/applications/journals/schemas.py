"""A journal as its keeper reads it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class JournalRowOut(BaseModel):
    """One entry; `values` by the regulation's columns. A correction names the row that it corrects, and the reason."""

    id: str
    number: int
    year: int
    application: dict[str, str]
    at: datetime
    corrects: str | None
    reason: str | None = None
    values: dict[str, Any]


class JournalOut(BaseModel):
    """A page of one provider's volume."""

    journal: str
    provider: str
    volume: str
    year: int
    items: list[JournalRowOut]
    next_cursor: str | None


class CorrectionIn(BaseModel):
    """What a row should have said: columns that change, by their keys (null empties one), and why."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, str | int | None] = Field(min_length=1, max_length=50)
    reason: str = Field(min_length=3, max_length=500)


class CorrectionOut(BaseModel):
    """The new row: its id, its number in its year, and the id of the row that it corrects."""

    id: str
    number: int
    year: int
    corrects: str
