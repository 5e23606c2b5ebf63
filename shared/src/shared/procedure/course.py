"""A transition in the making: what each rule of the engine adds to it, in the order in which it happens."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from shared.procedure.application import Application, State, Status, Task, TaskState
from shared.procedure.deadlines import deadline
from shared.procedure.law import CancellationGround, ChannelRules, Ground, Journal, Outcome, Result, Step
from shared.procedure.limits import Limit
from shared.procedure.tasks import opened, result_due, resumed, settled
from shared.procedure.texts import LANGUAGES, Text
from shared.procedure.transition import Change, Notice, Transition, numbered
from shared.procedure.wording import WORDING


class Course:
    """Collects a transition. The application in it is replaced, never changed; `now` is read once, by the caller."""

    def __init__(self, application: Application, now: datetime) -> None:
        self.application = application
        self.now = now
        self._before = {_identity(task): task for task in application.tasks}
        self._changes: list[Change] = []
        self._facts: list[str] = []
        self._journal: Journal | None = None
        self._prepares: Result | None = None
        self._notice: Notice | None = None
        self._annuls = False

    @property
    def rules(self) -> ChannelRules:
        return self.application.edition.channels[self.application.channel]

    @property
    def result(self) -> Result:
        """What the citizen gets, now that everything that decides it is known."""
        application = self.application
        return application.edition.result(application.channel, application.variant, application.finding)

    def remember(self, **facts: Any) -> None:
        self.application = replace(self.application, **facts)

    def happened(self, fact: str) -> None:
        self._facts.append(fact)

    def move(self, state: State, status: Status, process: int | None = None) -> None:
        """Take on a state; a step from a state into itself leaves no row in the history."""
        if (state, status) != (self.application.state, self.application.status):
            self._changes.append(Change(state=state, status=status, process=process))
            self.remember(state=state, status=status)

    def register(self) -> None:
        """Register the application, once; the decrees put this at different places."""
        if not self.application.registered:
            self.remember(registered=True)
            self.move(State.REGISTERED, Status.REGISTERED, numbered(self.rules.processes.get("registration")))
            self.happened("registered")

    def open(self, step: Step, start: datetime) -> None:
        self._add(opened(self.application, step, start, self.now))

    def reopen(self, step: Step, limit: Limit) -> None:
        """Open a step again with the limit that the change has, whatever its own is."""
        due = deadline(limit, self.now, self.application.clock_of(step))
        self._add(replace(opened(self.application, step, self.now, self.now), due=due, shown=due, alarm=None))

    def complete(self, task: Task, step: Step, outcome: Outcome) -> None:
        """Close a task; a finding that the outcome establishes settles which limit the step had."""
        if outcome.finding:
            self.remember(finding=outcome.finding)
            task = settled(self.application, step, task)
        self._put(replace(task, state=TaskState.DONE, outcome=outcome.key, closed_at=self.now))
        self.happened("step-completed")

    def rest(self, task: Task) -> None:
        self._put(replace(task, state=TaskState.RESTING, rested_at=self.now))

    def resume(self, task: Task, step: Step) -> None:
        self._put(resumed(self.application, step, task, self.now))
        self.happened("step-opened")

    def drop(self, refused: Task | None = None) -> None:
        """Close every task that is still live, one of them as refused."""
        for task in self.application.live():
            state = TaskState.REFUSED if task is refused else TaskState.DROPPED
            self._put(replace(task, state=state, closed_at=self.now))

    def enter(self, journal: Journal) -> None:
        self._journal = journal

    def sign(self, result: Result) -> None:
        self._prepares = result
        self.remember(signed=True)
        self.happened("result-signed")

    def annul(self) -> None:
        """Put out of force the sealed result that there is, if there is one."""
        self._annuls = self.application.superseded or self.application.sealed
        self.remember(superseded=False)

    def issue(self, status: Status) -> None:
        process = numbered(self.rules.processes.get("result"))
        self.move(State.ISSUED, status, process)
        self._notice = Notice(kind="result", text=WORDING["notice"]["result"], process=process)
        self.happened("issued")

    def refuse(self, ground: Ground) -> None:
        process = self.rules.processes.get("refusal")
        self.move(State.REFUSED, Status(f"refused-{ground.kind}"), numbered(process))
        self._notice = Notice(
            kind="refusal",
            text=ground.text,
            process=numbered(process),
            condition=process.condition if process else None,
            ground=ground.code,
        )
        self.happened("refused")

    def tell(self, kind: Literal["cancellation", "time-changed", "missed"], ground: CancellationGround | None) -> None:
        """Tell the person by a notice what became of the time given, why, and what to do next."""
        self._notice = Notice(
            kind=kind,
            text=WORDING["notice"][kind],
            ground=ground.code if ground else None,
            ground_text=ground.text if ground else None,
        )

    def tell_of_annulment(self, reason: Text) -> None:
        words = {language: f"{WORDING['notice']['annulment'][language]}: {reason[language]}" for language in LANGUAGES}
        self._notice = Notice(kind="annulment", text=Text(**words))
        self.happened("result-annulled")

    def transition(self) -> Transition:
        """Sum up: every task that is new or differs from before stands in exactly one of the lists."""
        touched = [task for task in self.application.tasks if self._before.get(_identity(task)) != task]
        fresh = [task for task in touched if _identity(task) not in self._before]
        old = [task for task in touched if _identity(task) in self._before]
        return Transition(
            application=self.application,
            changes=tuple(self._changes),
            opened=tuple(fresh),
            closed=tuple(task for task in old if task.closed_at),
            rested=tuple(task for task in old if task.state is TaskState.RESTING),
            resumed=tuple(task for task in old if task.state is TaskState.OPEN),
            journal=self._journal,
            prepares=self._prepares,
            seals=self._prepares is not None,
            annuls=self._annuls,
            notice=self._notice,
            facts=tuple(self._facts),
            result_due=result_due(self.application),
        )

    def _add(self, task: Task) -> None:
        self.remember(tasks=(*self.application.tasks, task))
        self.happened("step-opened")

    def _put(self, task: Task) -> None:
        kept = tuple(task if _identity(one) == _identity(task) else one for one in self.application.tasks)
        self.remember(tasks=kept)


def _identity(task: Task) -> tuple[str, int]:
    return task.step, task.round
