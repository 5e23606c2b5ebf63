"""What attachment adds to the case file: a district is found, and with the last step the patient is enrolled.

How many steps there are, whose they are and on which ground one is refused is data of the regulation. The module
knows fields by their kind (`residence`, `representation`), never a region or a step.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.requests.models import named
from attachment.requests.service import Requests
from shared.applications.case import Acceptance, Accepted, CaseFile, Completing, Provider, ResultPage, StepEffect
from shared.applications.office import Means

TEMPLATES = Path(__file__).parent / "templates"
_OF_THE_PATIENT = ("surname", "given_name", "patronymic", "age", "sex")


class Attaching:
    """Enrols the patient of an application at its provider."""

    services = frozenset({"attachment"})

    def __init__(self, means: Means) -> None:
        self._means = means

    def routers(self) -> Sequence[APIRouter]:
        return ()

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:
        requests = self._requests(session, application.provider, application.filed_at)
        return Acceptance(details={"attachment": await requests.take(application)})

    def patient_named(self, fields: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Give the patient's names as who applies for him states them, until staff have seen the document."""
        return named(fields)

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        return await self._requests(session, step.case.provider, step.now).carry_out(step)

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:  # noqa: ARG002  # either end
        await self._requests(session, case.provider, case.filed_at).let_go(case)

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:
        return ResultPage.of(
            case,
            TEMPLATES,
            {
                "patient_name": data["patient"]["name"],
                "birth_date": _day(data["patient"]["birth_date"]),
                "address": data["address"],
                "district": data["district"],
                "since": _day(data["since"]),
            },
        )

    def journal_values(self, case: CaseFile, data: Mapping[str, Any]) -> Mapping[str, object]:  # noqa: ARG002  # the step says all
        """Give what the register says of the patient; the applicant may be somebody else."""
        patient = {key: data["patient"][key] for key in _OF_THE_PATIENT}
        return {**patient, "address": data["address"]}

    def _requests(self, session: AsyncSession, provider: Provider, now: datetime) -> Requests:
        return Requests(session=session, means=self._means, provider=provider, now=now)


def _day(written: str) -> str:
    return date.fromisoformat(written).strftime("%d.%m.%Y")
