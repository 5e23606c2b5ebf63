"""Cursors say "after this item": an instant and a public id, so that the gateway can merge the lists of all owners.

Format: `<RFC 3339 instant or nothing>~<public id>`. Items are found again by both, whatever was added meanwhile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared.applications.office import Office
from shared.errors import FieldError, InvalidRequest

URGENT = datetime(1970, 1, 1, tzinfo=UTC)
"""Where urgent items stand in a list by instants: before all others."""

Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last item that the caller has; `at` is None for items without an instant, which come last."""

    at: datetime | None
    id: UUID


def read_cursor(text: str | None) -> Cursor | None:
    """Read a cursor; raises InvalidRequest.

    The id may be of another owner: the gateway merges lists, and gives each owner the last item shown of all.
    """
    if text is None:
        return None
    instant, _, public = text.rpartition("~")
    try:
        at = datetime.fromisoformat(instant) if instant else None
        if at is not None and at.tzinfo is None:
            raise ValueError(instant)
        return Cursor(at=at, id=UUID(hex=public.partition("-")[2]))
    except ValueError:
        raise InvalidRequest([FieldError(pointer="/cursor", code="invalid")]) from None


def write_cursor(office: Office, at: datetime | None, id_: UUID) -> str:
    """Write the cursor after an item."""
    return f"{at.isoformat().replace('+00:00', 'Z') if at else ''}~{office.public(id_)}"
