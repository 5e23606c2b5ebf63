"""A journal as pages of PDF/A, to be kept or printed: a table under the decree's titles, no result and not signed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from shared.results.rendering import TEMPLATES, as_json, compile_form

MOST_ROWS: Final = 1000
"""More rows than this make a file that nobody reads and that takes seconds; CSV has no such limit."""


def render_journal(
    lines: Sequence[Sequence[str]],
    *,
    titles: Sequence[Mapping[str, str]],
    name: Mapping[str, str],
    provider: Mapping[str, str],
    bin_: str,
    year: int,
    at: datetime,
) -> bytes:
    """Render lines of as many cells as there are `titles`; words come in `kk` and `ru`. CPU work: use a thread.

    Raises:
        ValueError: there are more than MOST_ROWS lines, or `at` has no zone.
    """
    if len(lines) > MOST_ROWS:
        raise ValueError(f"more than {MOST_ROWS} rows")
    data = {"titles": [dict(title) for title in titles], "lines": [list(line) for line in lines],
            "name": dict(name), "provider": dict(provider), "bin": bin_, "year": str(year)}  # fmt: skip
    return compile_form(TEMPLATES / "journal.typ", {"page": "{}", "data": as_json(data)}, at) + b"\n"
