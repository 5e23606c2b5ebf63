"""What sheets and certificates of temporary disability add: the period is taken when the doctor issues them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from certificate.disability.service import Certified, Disability
from certificate.module import Certifying
from shared.applications.case import CaseFile, Completing, ResultPage, StepEffect
from shared.personal import Iin, Persons

OFFERED = frozenset({"disability-sheet", "disability-certificate"})
_LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifyingDisability(Certifying):
    """Issues them as any certificate is issued, and keeps one person's periods from overlapping."""

    persons: Persons
    services = OFFERED

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        outcome = next(each for each in step.case.edition.step(step.step).outcomes if each.key == step.outcome)
        if any(field.kind == "icd10" for field in outcome.fields):
            certified = Certified.read(outcome.fields, step.data)
            person = await self.persons.ensure(session, Iin.parse(step.case.patient_iin, allow_test=True))
            spell = await Disability(session=session).certify(
                step.case, person.id, certified, step.now, dry_run=step.dry_run
            )  # fmt: skip
            link = "first" if spell.chain == step.case.id else "continuation"
            return StepEffect(data={**step.data, _LINK: link})
        return StepEffect(data=step.data)

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:
        """Say beside what the doctor stated whether it begins a chain or continues one."""
        page = Certifying.result(self, case, data)
        return replace(page, data={**page.data, _LINK: data.get(_LINK)})

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:  # noqa: ARG002  # either end
        await Disability(session=session).let_go(case.id)

    async def annulled(self, session: AsyncSession, case: CaseFile) -> None:
        """Give the days back: the sheet that certified them is out of force."""
        await Disability(session=session).let_go(case.id)
