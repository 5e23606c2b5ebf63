"""A part of a journal as pages to keep or print."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.applications.journals.service import Part
from shared.errors import ProblemError
from shared.results.journal import render_journal


class TooManyRows(ProblemError):
    """The volume is longer than what is put on pages; CSV gives it whole."""

    code = "journal-too-long"
    status = 422

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


def as_pdf(part: Part, now: datetime) -> bytes:
    """Render the part; CPU work for a thread."""
    names = part.provider.names
    return render_journal(
        part.lines,
        titles=[{"kk": title.kk, "ru": title.ru} for title in part.titles],
        name={"kk": part.name.kk, "ru": part.name.ru},
        provider={"kk": names.get("kk", ""), "ru": names.get("ru", "")},
        bin_=part.provider.bin,
        year=part.year,
        at=now.astimezone(ZoneInfo(part.provider.zone)),
    )
