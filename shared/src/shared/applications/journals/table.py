"""A journal as a table that people keep: the decree's columns, under their Kazakh names.

Each row stands alone: a correction is a row of its own that names the one it corrects, and says why.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.procedure import Edition, JournalField, Text

_NUMBER: Final = Text(kk="№", ru="№", en="No.")
_AT: Final = Text(kk="Жазылған уақыты", ru="Время записи", en="Entered at")
_APPLICATION: Final = Text(kk="Өтініш нөмірі", ru="Номер заявления", en="Number of the application")
_CORRECTS: Final = Text(kk="Түзетілген жазба", ru="Исправляет запись", en="Corrects row")
_REASON: Final = Text(kk="Түзету себебі", ru="Причина исправления", en="Reason of the correction")

_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|[\t\r\n]")
"""What makes a spreadsheet take a cell for a formula, also behind blanks or in full width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it is shown; `corrects` is the number of another row, `year/number` where the year differs."""

    number: int
    at: datetime
    application: str
    corrects: str
    reason: str
    values: Mapping[str, Any]


def columns(editions: Iterable[Edition], journal: str) -> dict[str, JournalField]:
    """The columns of a journal by key: those of the newest edition first, then what only older ones or others have."""
    newest_first = sorted(editions, key=lambda edition: edition.adopted_from, reverse=True)
    fields = (field for edition in newest_first if edition.journal.key == journal for field in edition.journal.fields)
    found: dict[str, JournalField] = {}
    for field in fields:
        found.setdefault(field.key, field)
    return found


def titles(fields: Mapping[str, JournalField]) -> list[Text]:
    """The titles of all columns, ours around the decree's."""
    return [_NUMBER, _AT, *(field.label for field in fields.values()), _APPLICATION, _CORRECTS, _REASON]


def cells(row: Row, fields: Mapping[str, JournalField], zone: str) -> list[str]:
    """A row's words in the order of the titles; the person's whose data was destroyed are empty."""
    at = row.at.astimezone(ZoneInfo(zone))
    values = (_written(row.values.get(key), zone) for key in fields)
    return [str(row.number), f"{at:%d.%m.%Y %H:%M}", *values, row.application, row.corrects, row.reason]


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Write lines by RFC 4180 in UTF-8; no cell can become a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _written(value: Any, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and (instant := _instant(value)):
        return f"{instant.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"
    return str(value)


def _instant(value: str) -> datetime | None:
    """Read what the case file writes as an instant; a date alone, or any other words, are none."""
    if "T" not in value:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo else None
