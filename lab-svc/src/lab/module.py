"""What lab adds to the case file: the sample between person and finding, and the two documents that a finding makes.

Steps, limits and who performs them are data of the regulation; the module knows fields of the kind `sample`, and that a
blind step judges what another has drawn.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from lab.samples import repository, service
from lab.samples.codes import printed
from lab.samples.models import Sample
from lab.slips import repository as slips
from lab.slips.errors import SlipNeeded
from lab.slips.service import hand_out
from shared.applications.anonymity import NOBODY
from shared.applications.case import Acceptance, Accepted, CaseFile, Completing, ResultPage, StepEffect
from shared.applications.office import Means
from shared.procedure import Step, WorkingClock

TEMPLATES = Path(__file__).parent / "templates"


class Testing:
    """Carries out tests on samples."""

    services = frozenset({"hiv-test"})

    def __init__(self, means: Means) -> None:
        self._means = means

    def routers(self) -> Sequence[APIRouter]:
        return ()

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:
        if application.patient_iin != NOBODY:
            return Acceptance()
        return Acceptance(handed_out={"slip": await hand_out(session, self._means.persons, application.id)})

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        law = step.case.edition.step(step.step)
        key = _sample_field(law, step.outcome)
        if key is None:
            return StepEffect(data=dict(step.data))
        code = service.read(step.data[key])
        if law.blind:
            await service.judge(session, step.case.id, code, dry_run=step.dry_run)
        else:
            await service.draw(session, self._sample(step, code), dry_run=step.dry_run)
        return StepEffect(data={**step.data, key: printed(code)})

    def _sample(self, step: Completing, code: str) -> Sample:
        case = step.case
        clock = WorkingClock(calendar=self._means.regulations.calendar, hours=case.provider.hours)
        judging = next(each for each in case.edition.steps if each.blind)
        return Sample(
            application=case.id,
            code=code,
            laboratory=self._means.place(case.region, judging.organisation, case.provider.bin),
            alarm_at=service.alarm_at(case, clock, step.now),
        )

    async def marks(self, session: AsyncSession, applications: Sequence[UUID]) -> Mapping[UUID, Mapping[str, str]]:
        """Give each case's tube; one without has not come to a blind step."""
        samples = await repository.many(session, applications)
        return {sample.application: {"sample_code": printed(sample.code)} for sample in samples}

    async def may_hold(self, session: AsyncSession, case: CaseFile, step: str, account: str) -> None:
        """Let an anonymous result be handed over by who has opened its slip alone. Raises SlipNeeded."""
        if case.patient_iin != NOBODY or step != case.edition.steps[-1].key:
            return
        if await slips.opened_by(session, case.id) != account:
            raise SlipNeeded

    async def closed(self, session: AsyncSession, case: CaseFile) -> None:
        """Drop the times of the sample."""
        await repository.drop_times(session, case.id, case.provider.zone)

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:
        """Nothing is held."""

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:  # noqa: ARG002  # the finding decides
        zone = ZoneInfo(case.provider.zone)
        handed_in = case.filed_at.astimezone(zone).strftime("%d.%m.%Y")
        return ResultPage.of(case, TEMPLATES, {"patient_name": case.name, "handed_in": handed_in}, ink=True)


def _sample_field(step: Step, outcome: str) -> str | None:
    found = step.outcome(outcome)
    return next((field.key for field in found.fields if field.kind == "sample"), None) if found else None
