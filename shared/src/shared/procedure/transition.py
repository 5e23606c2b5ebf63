"""What a decision brings about: everything that the owning service must persist in its one transaction."""

from dataclasses import dataclass
from typing import Literal

from shared.procedure.application import Application, State, Status, Task
from shared.procedure.deadlines import Deadline
from shared.procedure.law import Journal, Process, Result
from shared.procedure.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the history; `process` is the portal process of the decree that it is, where it is one."""

    state: State
    status: Status
    process: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice to form and keep in the cabinet, with the decree's condition and process where it numbers them.

    `ground_text` are the words of a ground that is none of refusal.
    """

    kind: Literal["refusal", "result", "cancellation", "time-changed", "missed", "annulment"]
    text: Text
    process: int | None = None
    condition: int | None = None
    ground: str | None = None
    ground_text: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The application afterwards, and what happened on the way, to be written together or not at all.

    `changes` are in order, the last is current. `facts` name events in the past tense. `prepares` is the document
    that the completed step's signature is in; `seals` asks the worker for the organisation's seal; `annuls` says that
    the sealed result of an earlier round is no longer in force. `result_due` is when the citizen may expect the
    result: the limits of the open step and of those after it, one after the other.
    """

    application: Application
    changes: tuple[Change, ...] = ()
    opened: tuple[Task, ...] = ()
    closed: tuple[Task, ...] = ()
    rested: tuple[Task, ...] = ()
    resumed: tuple[Task, ...] = ()
    journal: Journal | None = None
    prepares: Result | None = None
    seals: bool = False
    annuls: bool = False
    notice: Notice | None = None
    facts: tuple[str, ...] = ()
    result_due: Deadline | None = None


def numbered(process: Process | None) -> int | None:
    """The number of a process that the decree numbers."""
    return process.number if process else None
