"""What of a count may be told, so that nobody is recognised in it. See docs/results.md.

A count under five is not told at all, not even that it is there; a larger one is told as the multiple of five at or
below it. So a difference of two told counts leaves every value between one and four possible. What is told depends on
the one cell alone: a cell of a finished month is told alike in every answer, and there are no totals.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

LEAST: Final = 5
"""Counts under this are not told."""
_SPREAD: Final = LEAST - 1
"""How much larger a count may be than what is told of it; and the largest that is not told."""
_MILLE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Between which bounds a share lies, as follows from the counts that are told, and from nothing else."""

    at_least: float
    at_most: float


def told(count: int) -> int | None:
    """Give what of a count may be told, or None."""
    return count - count % LEAST if count >= LEAST else None


def share_within(completed: int, late: int | None) -> Share:
    """Bound the share within the limit, from what is told of both counts."""
    fewest, most = (0, _SPREAD) if late is None else (late, late + _SPREAD)
    at_least, at_most = max(0.0, 1 - most / completed), 1 - fewest / (completed + _SPREAD)
    return Share(at_least=floor(at_least * _MILLE) / _MILLE, at_most=ceil(at_most * _MILLE) / _MILLE)
