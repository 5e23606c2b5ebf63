"""Say in the caller's language, and in the provider's local time, where an application stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.procedure import Deadline, Status, describe, status_text
from shared.procedure.texts import Language


def status_out(status: str, language: Language) -> dict[str, str]:
    """Give a status as code and words."""
    return {"code": status, "text": status_text(Status(status))[language]}


def local(instant: datetime | None, zone: str) -> str | None:
    """Write an instant as RFC 3339 with the offset of the provider's zone."""
    return None if instant is None else instant.astimezone(ZoneInfo(zone)).isoformat()


def due_out(due: Mapping[str, Any] | None, language: Language, zone: str) -> dict[str, Any]:
    """Give when something is due, and how that was computed, in sentences."""
    if due is None:
        return {"due_at": None, "due_trace": []}
    deadline = Deadline.from_json(due)
    return {"due_at": local(deadline.due_at, zone), "due_trace": describe(deadline.trace, language, zone)}
