"""Who sees whom a task is about, and what came before a step: for whoever holds it, and for nobody else.

Where a regulation is `sensitive`, staff see the person only while a step of their own role is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access_log import record_access
from shared.applications.case import ConsultsRegisters, SignedStep
from shared.applications.findings import is_secret
from shared.applications.office import Office
from shared.applications.records import OpenCase
from shared.applications.tasks import repository
from shared.applications.tasks.chain import steps_signed
from shared.applications.tasks.models import TaskRow
from shared.procedure import Edition
from shared.procedure.texts import Language
from shared.web import Actor


def sees_person(edition: Edition, performer: str, state: str, actor: Actor) -> bool:
    """Tell whether a look at a task of this performer and state may show whom it is about."""
    return edition.sensitive is None or (state == "open" and performer in actor.roles)


async def seen_before(
    session: AsyncSession,
    office: Office,
    task: TaskRow,
    case: OpenCase,
    actor: Actor,
    now: datetime,
    language: Language,
) -> dict[str, Any]:
    """Give what earlier performers signed, and what registers outside the suite answered; a record says he saw that.

    Findings have a way of their own, and nobody's application none at all.
    """
    if is_secret(case.edition) or (len(case.engine.tasks) == 1 and not case.edition.step(task.step).consultations):
        return {}
    module, told = office.module(case.file.service), list[Mapping[str, Any]]()
    if isinstance(module, ConsultsRegisters):
        told += await module.consulted(session, case.file, case.person, task.step)
    if told:
        await record_access(session, actor, "register-answer-read", [(case.person, case.id)], at=now)
    before = steps_signed(case, await repository.signed_before(session, case.id))
    earlier = [_stated(case.edition, each, language) for each in for_step(case.edition, task.step, before)]
    return {"earlier": earlier, "consulted": told}


def for_step(edition: Edition, step: str, before: Sequence[SignedStep]) -> Sequence[SignedStep]:
    """Leave out what was done aside, and why, but for whom it comes back to and for who does it."""
    aside = edition.steps_aside()
    if step in aside or any(step == origin.key for origin in aside.values()):
        return before
    return [each for each in before if each.step not in aside and not _leads_aside(edition, each)]


def _leads_aside(edition: Edition, signed: SignedStep) -> bool:
    outcome = edition.step(signed.step).outcome(signed.outcome)
    return outcome is not None and outcome.opens is not None


def _stated(edition: Edition, signed: SignedStep, language: Language) -> Mapping[str, Any]:
    step = edition.step(signed.step)
    outcome = step.outcome(signed.outcome)
    return {
        "step": signed.step,
        "title": step.title[language],
        "outcome": signed.outcome,
        "outcome_title": outcome.title[language] if outcome else None,
        "data": dict(signed.data),
        "name": signed.name,
        "signed_at": signed.signed_at,
    }
