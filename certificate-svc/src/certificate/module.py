"""What the paper services add to the case file: a printed form that says what the performers stated and signed.

Steps, performers, limits, preconditions and journals are the regulation's data, and the form prints every field that
the regulation's outcomes ask for, under its own label: nothing here knows a service by name but the list of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from certificate.consulting.service import Consultations
from shared.applications.case import (
    Acceptance,
    Accepted,
    CaseFile,
    Completing,
    Consulting,
    ResultPage,
    StepEffect,
)
from shared.db import Database
from shared.personal import Iin, Person
from shared.procedure import Edition, FormField

TEMPLATES = Path(__file__).parent / "templates"
OFFERED = frozenset({"phc-certificate", "tb-certificate", "psych-certificate", "narco-certificate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Certifying:
    """Issues certificates that the last performer of a regulation signs and that keep room for ink and stamp."""

    consultations: Consultations
    services = OFFERED

    def routers(self) -> Sequence[APIRouter]:
        return ()

    async def accepted(self, session: AsyncSession, application: Accepted) -> Acceptance:  # noqa: ARG002  # nothing is taken
        return Acceptance()

    async def step_completing(self, session: AsyncSession, step: Completing) -> StepEffect:  # noqa: ARG002  # the record says all
        return StepEffect(data=step.data)

    async def ended(self, session: AsyncSession, case: CaseFile, state: str) -> None:
        """Nothing is held."""

    async def consult(self, database: Database, asked: Consulting) -> None:
        await self.consultations.consult(database, asked)

    async def consulted(
        self, session: AsyncSession, case: CaseFile, person: Person, step: str
    ) -> Sequence[Mapping[str, Any]]:
        return await self.consultations.told(session, case, person, step)

    def result(self, case: CaseFile, data: Mapping[str, Any]) -> ResultPage:
        """Lay out what every performer stated: the earlier ones as they signed it, the last as he signs now."""
        values = {name: value for signed in case.signed for name, value in signed.data.items()} | dict(data)
        return ResultPage.of(
            case,
            TEMPLATES,
            {
                "patient_name": case.name,
                "birth_date": _birth_date(case.patient_iin),
                "iin": case.patient_iin,
                "stated": list(_stated(case.edition, values)),
            },
            ink=True,
        )


def _stated(edition: Edition, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the fields that the outcomes ask for, in the regulation's order, each with its label in both languages.

    What was stated in a step aside (a commission elsewhere) is for the performer whom it comes back to.
    """
    line = [step for step in edition.steps if step.key not in edition.steps_aside()]
    asked = {field.key: field for step in line for outcome in step.outcomes for field in outcome.fields}
    for key, field in asked.items():
        if key in values:
            label = {"kk": field.label.kk, "ru": field.label.ru}
            yield {"key": key, "label": label, "value": _printed(field, values[key])}


def _printed(field: FormField, value: Any) -> dict[str, str]:
    """Write a value as people read it: a choice by its title, a day by its parts."""
    if field.kind == "choice":
        title = next(one.title for one in field.choices if one.key == value)
        return {"kk": title.kk, "ru": title.ru}
    shown = str(value)
    if field.kind == "date":
        shown = ".".join(reversed(shown.split("-")))
    return {"kk": shown, "ru": shown}


def _birth_date(number: str) -> str:
    born = Iin.parse(number, allow_test=True).birth_date
    return f"{born:%d.%m.%Y}" if born else ""
