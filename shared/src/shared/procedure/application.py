"""An application as the engine sees it: where it stands, which tasks were opened for it. No personal data is in it.

Two levels of status: few states that drive, many codes that explain. A task is a step of the regulation opened for
one application; its round grows when a reschedule opens the step again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import TypeAdapter

from shared.procedure.deadlines import Deadline
from shared.procedure.edition import Edition
from shared.procedure.hours import WorkingClock
from shared.procedure.law import Channel, Step
from shared.procedure.texts import Text
from shared.procedure.wording import WORDING


class State(StrEnum):
    """The states that drive. Refused and withdrawn end an application; an issued one may still be rescheduled."""

    SUBMITTED = "submitted"
    REGISTERED = "registered"
    IN_PROGRESS = "in_progress"
    READY = "ready"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Status(StrEnum):
    """The codes that explain a state."""

    RECEIVED = "received"
    REGISTERED = "registered"
    BEING_CARRIED_OUT = "being-carried-out"
    EXAMINED_ELSEWHERE = "examined-elsewhere"
    TIME_BEING_CHANGED = "time-being-changed"
    SIGNED = "signed"
    DOCUMENT_ISSUED = "document-issued"
    ANSWERED_ORALLY = "answered-orally"
    HANDED_OVER = "handed-over"
    REFUSED_PERSONAL_DATA = "refused-personal-data"
    REFUSED_SIGNATURE = "refused-signature"
    REFUSED_DOCUMENTS = "refused-documents"
    WITHDRAWN_BY_APPLICANT = "withdrawn-by-applicant"
    CANCELLED_BY_PROVIDER = "cancelled-by-provider"
    RESULT_ANNULLED = "result-annulled"
    RESULT_BEING_CORRECTED = "result-being-corrected"
    ATTENDED = "attended"
    MISSED = "missed"


def status_text(status: Status) -> Text:
    """Say a status in the three languages."""
    return WORDING["status"][status]


class TaskState(StrEnum):
    """`resting`: its clock rests while a step aside is carried out; `dropped`: the application went another way."""

    OPEN = "open"
    RESTING = "resting"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"


LIVE = frozenset({TaskState.OPEN, TaskState.RESTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step opened for an application. Instants are UTC; `starts_at` is where its limit's clock started.

    `due` is None for a step without a limit. `shown` is what others than the performer may see: the same, unless the
    limit depends on a finding, which a due time would give away. `alarm` is the earlier limit that may turn out to
    hold while the finding is not known.
    """

    step: str
    round: int
    performer: str
    organisation: str | None
    state: TaskState = TaskState.OPEN
    opened_at: datetime
    starts_at: datetime
    due: Deadline | None
    shown: Deadline | None
    alarm: Deadline | None = None
    rested_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the engine remembers of an application. `state` is None until it is filed; `filed_at` is the handing in.

    `signed` and `sealed` speak of the current round's result, `superseded` of a sealed one that a new one annuls,
    `annulled` of one that the provider annulled and nothing has followed yet; `correcting` says that this round makes
    the corrected one, and its seal is still to come.
    `attended` says whether the person came at the time given, None as long as nobody recorded it.
    A `finding` is health data: where a regulation establishes findings, the record must be stored sealed.
    """

    channel: Channel
    variant: str | None = None
    state: State | None = None
    status: Status | None = None
    filed_at: datetime | None = None
    registered: bool = False
    round: int = 1
    tasks: tuple[Task, ...] = ()
    finding: str | None = None
    scheduled_at: datetime | None = None
    signed: bool = False
    sealed: bool = False
    superseded: bool = False
    annulled: bool = False
    correcting: bool = False
    attended: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Progress):
    """An application with the law and the clock that it runs by: its edition for life, the provider's working clock.

    `clocks` are those of other organisations that steps name, by their code, where they differ from the provider's.
    """

    edition: Edition
    clock: WorkingClock
    clocks: Mapping[str, WorkingClock] = field(default_factory=dict)

    @classmethod
    def new(
        cls,
        *,
        edition: Edition,
        channel: Channel,
        variant: str | None = None,
        clock: WorkingClock,
        clocks: Mapping[str, WorkingClock] | None = None,
    ) -> Self:
        """Begin an application that nobody has filed yet."""
        return cls(edition=edition, channel=channel, variant=variant, clock=clock, clocks=clocks or {})

    @property
    def line(self) -> tuple[Step, ...]:
        """The main line of this application's steps."""
        return self.edition.steps_for(self.channel, self.variant)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The main line, and the steps aside that open from it."""
        line = self.line
        aside = self.edition.steps_aside()
        return (*line, *(self.edition.step(key) for key, parent in aside.items() if parent in line))

    def after(self, step: str) -> tuple[Step, ...]:
        """The steps of the main line that follow one."""
        line = self.line
        return line[[one.key for one in line].index(step) + 1 :]

    def live(self, step: str | None = None) -> tuple[Task, ...]:
        """The tasks that are open or rest, of one step or of all."""
        return tuple(task for task in self.tasks if task.state in LIVE and step in (None, task.step))

    def done(self, step: str) -> bool:
        """Tell whether a step was completed in this round."""
        return any((task.step, task.round, task.state) == (step, self.round, TaskState.DONE) for task in self.tasks)

    def clock_of(self, step: Step) -> WorkingClock:
        """The clock of whoever carries a step out."""
        return self.clocks.get(step.organisation, self.clock) if step.organisation else self.clock

    def to_record(self) -> dict[str, Any]:
        """Write the progress as JSON values, with the id of the edition; clocks are the caller's to keep."""
        progress = Progress(**{item.name: getattr(self, item.name) for item in fields(Progress)})
        return {"edition": self.edition.id, "progress": _PROGRESS.dump_python(progress, mode="json")}

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        *,
        edition: Edition,
        clock: WorkingClock,
        clocks: Mapping[str, WorkingClock] | None = None,
    ) -> Self:
        """Read what `to_record` wrote; `edition` is `Regulations.by_id(record["edition"])`. Raises ValueError."""
        progress = _PROGRESS.validate_python(record["progress"])
        remembered = {item.name: getattr(progress, item.name) for item in fields(Progress)}
        return cls(edition=edition, clock=clock, clocks=clocks or {}, **remembered)


_PROGRESS = TypeAdapter(Progress)
