"""What a block diagram consists of, before anything has a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a box is; the style sheet draws each in its own way."""

    START = "start"
    PROCESS = "process"
    STEP = "step"
    QUESTION = "question"
    OUTCOME = "outcome"
    REFUSAL = "refusal"
    RESULT = "result"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Words that wrap as they must; a heading is bold, a small one tells of clauses and limits."""

    words: str
    heading: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in a lane. `key` names what of the regulation it shows: `step:accept`, `refusal:accept`."""

    key: str
    lane: str
    kind: Kind
    paragraphs: Sequence[Paragraph]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One box of the main line, and beside it in another lane a refusal or a step aside that it can lead to.

    `onwards` says whether the line goes on below; `label` stands beside that arrow, `aside_label` beside the other.
    A step aside comes `back`.
    """

    main: Box
    aside: Box | None = None
    label: str = ""
    aside_label: str = ""
    back: bool = False
    onwards: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A performer or a system; everything in its column is done there."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flowchart:
    """A diagram: lanes from left to right, rows from the top; the first lane is the applicant's."""

    language: str
    title: str
    description: str
    lanes: Sequence[Lane]
    rows: Sequence[Row]
