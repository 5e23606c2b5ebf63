"""Keep sealed what a finding would show in, until the person has been told: outcome, due times, the size of a file.

A regulation that establishes findings (zhambyl hiv-test 5(3)) has due times and results that depend on them. Its cases
look the same in every row that is not sealed, whatever was found: the longest due time, no outcome of the step that
found it, the service's own title for the result, one size for every file.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from shared.personal import Person
from shared.procedure import Application, Edition, Task
from shared.procedure.deadlines import Deadline

_BLOCK = 64 * 1024
"""Bytes. What is sealed is filled up to a multiple; the records and pages of a case are a good deal smaller."""


def is_secret(edition: Edition) -> bool:
    """Tell whether cases of this edition establish a finding."""
    return bool(edition.findings())


def stored_progress(person: Person, case: UUID, engine: Application) -> Mapping[str, Any]:
    """Write the engine's record as it is stored: sealed where it may hold a finding."""
    record = engine.to_record()
    if not is_secret(engine.edition):
        return record
    sealed = person.seal(_place(case), padded(orjson.dumps(record["progress"])))
    return {"edition": record["edition"], "sealed": b64encode(sealed).decode()}


def read_progress(person: Person, case: UUID, stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read what `stored_progress` wrote, as the engine does."""
    if "sealed" not in stored:
        return stored
    progress = orjson.loads(person.open(_place(case), b64decode(stored["sealed"])))
    return {"edition": stored["edition"], "progress": progress}


def row_due(edition: Edition, task: Task) -> Deadline | None:
    """Give the due time that a task's row has: its own, or, where that would give a finding away, what all may see."""
    return task.shown if is_secret(edition) else task.due


def row_outcome(edition: Edition, step: str | None, outcome: str | None) -> str | None:
    """Give the outcome that rows have: none for a step whose outcomes are findings."""
    if step is None or outcome is None:
        return outcome
    return None if any(each.finding for each in edition.step(step).outcomes) else outcome


def padded(data: bytes, fill: bytes = b" ") -> bytes:
    """Fill up with what readers of JSON pass over."""
    return data.ljust(-(-len(data) // _BLOCK) * _BLOCK, fill)


def seal_file(edition: Edition, person: Person, place: str, file: bytes) -> bytes:
    """Seal a result's file; one that shows a finding is filled up with zeros, which no PDF ends with."""
    return person.seal(place, padded(file, b"\0") if is_secret(edition) else file)


def open_file(person: Person, place: str, sealed: bytes) -> bytes:
    """Open what `seal_file` sealed."""
    return person.open(place, sealed).rstrip(b"\0")


def _place(case: UUID) -> str:
    return f"applications.procedure:{case.hex}"
