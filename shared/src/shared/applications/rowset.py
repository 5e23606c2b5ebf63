"""Rows as one JSON parameter for `jsonb_to_recordset`: many rows, one statement, whose text never changes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson


def as_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows; bytes as PostgreSQL reads a bytea."""
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, UUID):  # asyncpg's own subclass, which orjson does not know
        return str(value)
    raise TypeError(type(value).__name__)
