"""What carrying a step out comes to, computed the same way when it is prepared and when it is completed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.case import Completing, StepEffect
from shared.applications.fields import check_fields, form_of
from shared.applications.office import Office
from shared.applications.records import OpenCase
from shared.applications.register import Answers
from shared.applications.tasks.errors import ChoiceUnknown, StepNotPossible, TaskClosed
from shared.applications.tasks.models import TaskRow
from shared.applications.tasks.preconditions import check_preconditions
from shared.applications.tasks.schemas import StepIn
from shared.applications.tasks.service import step_of
from shared.errors import ProblemError
from shared.procedure import (
    CompleteStep,
    Concluded,
    ProcedureError,
    RefuseStep,
    ResultBeingCorrected,
    ResultNotSealed,
    Signing,
    StepAlreadyCompleted,
    StepOutOfOrder,
    Transition,
    UnknownGround,
    UnknownOutcome,
    WrongPerformer,
    decide,
    outcome_schema,
    signing,
)
from shared.web import Actor

_NOTHING = form_of({"type": "object", "maxProperties": 0})


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """The engine's answer, what has to be signed for it, and what the service made of the data.

    `journal` is the data with what the journal alone has.
    """

    transition: Transition
    signing: Signing
    data: Mapping[str, Any]
    details: Mapping[str, Any]
    journal: Mapping[str, Any]


async def carry_out(  # noqa: PLR0913  # what a step is made of
    session: AsyncSession,
    office: Office,
    task: TaskRow,
    case: OpenCase,
    step: StepIn,
    actor: Actor,
    now: datetime,
    *,
    answers: Answers,
    dry_run: bool,
) -> CarriedOut:
    """Ask regulation and service what the step comes to; with `dry_run` nothing is changed.

    Raises the problems of `tasks.errors` and `tasks.preconditions`, InvalidRequest for the data, whatever the service
    refuses with, and Unanswered when `answers` lack what the register has to say.
    """
    action = _action(task, step, actor)
    try:
        needed = signing(case.engine, action)
        decide(case.engine, action, now)
    except ProcedureError as refusal:
        raise problem_of(refusal) from refusal
    check_preconditions(office, case, step_of(case.edition, task), action, answers)
    effect = await _effect(session, office, task, case, step, actor, now, dry_run=dry_run)
    if effect.scheduled_at is not None and isinstance(action, CompleteStep):
        action = CompleteStep(step=action.step, outcome=action.outcome, by=action.by, scheduled_at=effect.scheduled_at)
    return CarriedOut(
        transition=decide(case.engine, action, now),
        signing=needed,
        data=effect.data,
        details={**case.file.details, **effect.details},
        journal={**effect.data, **effect.journal},
    )


def _action(task: TaskRow, step: StepIn, actor: Actor) -> CompleteStep | RefuseStep:
    if not step.refuses:
        if step.ground is not None:
            raise ChoiceUnknown(code="ground-unknown")
        return CompleteStep(step=task.step, outcome=step.outcome, by=actor.roles)
    if step.ground is None:
        raise ChoiceUnknown(code="ground-missing")
    return RefuseStep(step=task.step, ground=step.ground, by=actor.roles)


async def _effect(  # as above
    session: AsyncSession,
    office: Office,
    task: TaskRow,
    case: OpenCase,
    step: StepIn,
    actor: Actor,
    now: datetime,
    *,
    dry_run: bool,
) -> StepEffect:
    if step.refuses:
        check_fields(_NOTHING, step.data, under="/data")
        return StepEffect(data={})
    written = step_of(case.edition, task)
    outcome = written.outcome(step.outcome)
    if outcome is None:
        raise ChoiceUnknown(code="outcome-unknown")
    check_fields(form_of(outcome_schema(written, outcome.key)), step.data, under="/data")
    completing = Completing(
        case=case.file,
        task_id=task.id,
        step=task.step,
        outcome=step.outcome,
        data=step.data,
        actor=actor,
        now=now,
        dry_run=dry_run,
    )
    return await office.module(case.file.service).step_completing(session, completing)


def problem_of(refusal: ProcedureError) -> ProblemError:
    """Say as a problem what the engine refused."""
    match refusal:
        case WrongPerformer():
            return WrongRole()
        case UnknownOutcome():
            return ChoiceUnknown(code="outcome-unknown")
        case UnknownGround():
            return ChoiceUnknown(code="ground-unknown")
        case StepAlreadyCompleted() | Concluded():
            return TaskClosed()
        case StepOutOfOrder():
            return StepNotPossible(code="step-out-of-order")
        case ResultNotSealed():
            return StepNotPossible(code="result-not-sealed")
        case ResultBeingCorrected():
            return StepNotPossible(code="result-being-corrected")
        case _:
            return StepNotPossible(code="step-not-possible")
