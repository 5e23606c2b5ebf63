"""What calling a doctor home adds to the case file: a visit is set, and an emergency is told to call 103 first.

The performer gives doctor and time in both regions and on all channels. The module knows fields by their kind (`text`,
`doctor`, `moment`), and the performer's two that are ours by their keys (`urgency`, `district`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from booking.home_calls import repository
from booking.home_calls.assigning import Assigning, Assignment
from booking.home_calls.emergencies import emergency_signs
from booking.home_calls.endpoints import router
from booking.home_calls.errors import VisitEnded
from booking.home_calls.service import SERVICE, by_kind
from shared.applications.case import Acceptance, Accepted, CaseFile, Completing, ResultPage, StepEffect
from shared.procedure import Edition
from shared.web import Actor

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCalls:
    """Sends a doctor home, no later than `within` from when it is decided."""

    within: timedelta
    services = frozenset({SERVICE})

    def routers(self) -> Sequence[APIRouter]:
        return (router,)

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:  # noqa: ARG002  # nothing is taken
        advice = _advice(application.edition, application.fields)
        return Acceptance(details={"advice": advice} if advice else {}, urgent=advice is not None)

    async def rescheduled(
        self,
        session: AsyncSession,
        case: CaseFile,
        fields: Mapping[str, Any],  # noqa: ARG002  # the form asks nothing again
        now: datetime,  # noqa: ARG002  # the performer gives another time, until then the visit stays
        actor: Actor,  # noqa: ARG002  # whoever asks
    ) -> Acceptance:
        await _refuse_ended(session, case)
        return Acceptance()

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:
        outcome = next(each for each in step.case.edition.step(step.step).outcomes if each.key == step.outcome)
        given = by_kind(outcome.fields, step.data)
        if "doctor" not in given or "moment" not in given:
            return StepEffect(data=step.data)
        chosen = Assignment(
            doctor=given["doctor"],
            visit_at=given["moment"],
            urgency=step.data.get("urgency"),
            district=step.data.get("district"),
            specialties=frozenset(next(field for field in outcome.fields if field.kind == "doctor").specialties),
        )
        assigning = Assigning(session=session, now=step.now, within=self.within)
        visit, visit_at = await assigning.assign(step.case, chosen, dry_run=step.dry_run)
        return StepEffect(data=step.data, details={"visit": visit}, scheduled_at=visit_at)

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:  # noqa: ARG002  # either end
        await _refuse_ended(session, case)
        await repository.drop(session, case.id)

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:  # noqa: ARG002  # the visit is in the details
        visit = case.details["visit"]
        at = datetime.fromisoformat(visit["at"])
        return ResultPage.of(
            case,
            TEMPLATES,
            {
                "patient_name": case.name,
                "address": by_kind(case.edition.form, case.fields)["address"],
                "doctor": visit["doctor"]["name"],
                "specialty": visit["doctor"]["specialty_title"],
                "date": at.strftime("%d.%m.%Y"),
                "time": at.strftime("%H:%M"),
            },
        )


async def _refuse_ended(session: AsyncSession, case: CaseFile) -> None:
    """What has happened cannot be taken back or put off; the application's lock keeps it from happening meanwhile."""
    visit = await repository.find(session, case.id)
    if visit is not None and visit.outcome is not None:
        raise VisitEnded


def _advice(edition: Edition, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    texts = [str(fields[field.key]) for field in edition.form if field.kind == "text" and field.key in fields]
    return emergency_signs().advice("\n".join(texts))
