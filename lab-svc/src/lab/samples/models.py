"""Rows of samples."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A tube; `alarm_at` (UTC) is when the laboratory is alarmed if it has found nothing by then."""

    application: UUID
    code: str
    laboratory: str
    alarm_at: datetime | None
    received_at: datetime | None = None
    judged: bool = False
