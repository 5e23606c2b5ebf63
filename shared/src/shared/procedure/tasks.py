"""Opening a step for an application: which limit holds, when it is due, and when the citizen may expect the result."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.procedure.application import Application, Task, TaskState
from shared.procedure.deadlines import Deadline, deadline, rest
from shared.procedure.law import LimitRule, Step
from shared.procedure.trace import TraceNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A limit laid over the clock of the step's performer."""

    rule: LimitRule
    deadline: Deadline


def dues(application: Application, step: Step, start: datetime, finding: str | None) -> tuple[Due, ...]:
    """The deadlines that may hold for a step that starts at an instant, latest first; empty where it has no limit.

    There is more than one as long as the finding that decides between them is not known.
    """
    handed_in = application.filed_at or start
    clock = application.clock_of(step)
    rules = application.edition.limit_rules(step, application.channel, application.variant, finding)
    found = [
        Due(
            rule=rule,
            deadline=deadline(
                rule.limit,
                handed_in if rule.starts == "handing-in" else start,
                clock,
                counts_first_day=rule.counts_first_day,
            ),
        )
        for rule in rules
    ]
    return tuple(sorted(found, key=lambda due: due.deadline.due_at, reverse=True))


def opened(application: Application, step: Step, start: datetime, now: datetime) -> Task:
    """The task of a step whose clock starts at an instant (not always now: a visitor came before he was registered)."""
    holding = dues(application, step, start, application.finding)
    shown = dues(application, step, start, None) if application.finding else holding
    return Task(
        step=step.key,
        round=application.round,
        performer=step.performer,
        organisation=step.organisation,
        opened_at=now,
        starts_at=start,
        due=holding[0].deadline if holding else None,
        shown=shown[0].deadline if shown else None,
        alarm=holding[-1].deadline if len(holding) > 1 else None,
    )


def settled(application: Application, step: Step, task: Task) -> Task:
    """The task with the one limit that holds now that the finding is known."""
    held = dues(application, step, task.starts_at, application.finding)
    return replace(task, due=held[0].deadline if held else None, alarm=None)


def resumed(application: Application, step: Step, task: Task, now: datetime) -> Task:
    """The task whose clock runs again after it rested."""
    clock, since = application.clock_of(step), task.rested_at or now

    def moved(due: Deadline | None) -> Deadline | None:
        return rest(due, since, now, clock) if due else None

    return replace(
        task,
        state=TaskState.OPEN,
        rested_at=None,
        due=moved(task.due),
        shown=moved(task.shown),
        alarm=moved(task.alarm),
    )


def result_due(application: Application) -> Deadline | None:
    """When the citizen may expect the result: the open step's limit and those after it, one after the other.

    What is shown to others counts, so that it gives no finding away. None while a step without a limit decides.
    """
    task = next((task for task in application.live() if task.state is TaskState.OPEN), None)
    if task is None or task.shown is None or len(application.live()) > 1:
        return None
    expected = task.shown
    for step in application.after(task.step):
        following = dues(application, step, expected.due_at, None)
        if not following:
            return None
        expected = _later(expected, step, following[0])
    return expected


def _later(expected: Deadline, step: Step, due: Due) -> Deadline:
    """A limit that runs from handing in stands for itself; another is added to what went before."""
    if due.rule.starts == "handing-in":
        return max(expected, due.deadline, key=lambda one: one.due_at)
    return Deadline(
        due_at=due.deadline.due_at,
        limit=f"{expected.limit} + {due.deadline.limit}",
        trace=(*expected.trace, TraceNote.of("step", title=step.title), *due.deadline.trace),
    )
