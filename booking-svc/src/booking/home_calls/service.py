"""The doctor's day, and how each visit ended.

A doctor sees the visits that are his, by the account that his provider's administrator entered; who carries out the
steps of the service, and supervisors, see all of their provider. For everybody else a visit does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from booking.home_calls import repository, wording
from booking.home_calls.errors import VisitBeingChanged, VisitEnded, VisitNotYet
from booking.providers import provider_of
from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.advancing import advance
from shared.applications.case import CaseFile
from shared.applications.office import Office
from shared.applications.records import OpenCase, open_case, open_cases
from shared.applications.tasks.service import SUPERVISOR
from shared.applications.transitions import Deed
from shared.errors import NotFound
from shared.procedure import Edition, FormField, Transition
from shared.web import Actor

SERVICE = "home-call"
DOCTOR = "doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Visits as one staff member sees them, in one transaction."""

    office: Office
    session: AsyncSession
    actor: Actor
    now: datetime

    async def of_day(self, day: date | None, doctor: UUID | None) -> dict[str, Any]:
        """List a day's visits (today's by default), what waits before what is over, by urgency, district and time."""
        provider = await provider_of(self.session, self.actor.bin or "")
        today = self.now.astimezone(ZoneInfo(provider.zone)).date()
        edition = self.office.edition(provider.region, SERVICE, today)
        account = None if self._oversees(edition) else self._own_account()
        rows = await repository.of_day(self.session, provider.bin, day or today, doctor=doctor, account=account)
        cases = await open_cases(self.session, self.office, [row.application for row in rows])
        shown = [(row, cases[row.application]) for row in rows if row.application in cases]
        seen = [(case.person, case.id) for _, case in shown]
        await record_access(self.session, self.actor, "visits-listed", seen, at=self.now)
        shown.sort(key=lambda each: _place(*each))
        return {"date": day or today, "items": [self._item(case) for _, case in shown]}

    async def end(self, application: UUID, outcome: str) -> dict[str, Any]:
        """Record how a visit ended, in history, cabinet and by event. Raises NotFound and what `errors` names."""
        case = await self._lock(application)
        visit = await self._visit(case)
        if visit.outcome is not None:
            raise VisitEnded
        if case.engine.live():
            raise VisitBeingChanged
        if self.now.astimezone(_zone(case.file)).date() < visit.on_date and not wording.may_precede(outcome):
            raise VisitNotYet
        by = self.actor.account_id
        if not await repository.end(self.session, application, outcome, by=by, at=self.now):
            raise VisitEnded
        ended = {**wording.outcome(outcome), "at": self.now.astimezone(_zone(case.file)).isoformat()}
        shown = {**case.file.details["visit"], "outcome": ended}
        deed = Deed(action="end-visit", at=self.now, actor=self.actor, outcome=outcome)
        transition = Transition(application=case.engine, facts=("visit-ended",))
        details = {**case.file.details, "visit": shown}
        await advance(self.session, self.office, case, transition, deed, details=details)
        await record_access(self.session, self.actor, "visit-ended", [(case.person, case.id)], at=self.now)
        return {"id": self.office.public(case.id), "number": case.file.number, "visit": shown}

    async def _lock(self, application: UUID) -> OpenCase:
        case = await open_case(self.session, self.office, application, lock=True)
        if case.file.provider.bin != self.actor.bin or case.file.service != SERVICE:
            raise NotFound
        return case

    async def _visit(self, case: OpenCase) -> Row[Any]:
        """Find the visit of a case; raises NotFound for another doctor, WrongRole for who has no part in visits."""
        account = None if self._oversees(case.edition) else self._own_account()
        visit = await repository.find(self.session, case.id)
        if visit is None or (account is not None and visit.account != account):
            raise NotFound
        return visit

    def _oversees(self, edition: Edition) -> bool:
        performers = {step.performer for step in edition.steps} | {SUPERVISOR}
        return bool(performers & self.actor.roles)

    def _own_account(self) -> str:
        if DOCTOR not in self.actor.roles:
            raise WrongRole
        return self.actor.account_id

    def _item(self, case: OpenCase) -> dict[str, Any]:
        file = case.file
        given = by_kind(case.edition.form, file.fields)
        return {
            "id": self.office.public(file.id),
            "number": file.number,
            "state": file.state,
            "advice": file.details.get("advice"),
            **file.details["visit"],
            "patient": {"iin": file.patient_iin, "name": file.name},
            "complaint": given.get("text"),
            "address": given.get("address"),
            "phone": given.get("phone"),
        }


def by_kind(fields: tuple[FormField, ...], values: Mapping[str, Any]) -> dict[str, str]:
    """Index what was filled in by the kind of its field, as modules know fields."""
    return {field.kind: cast("str", values[field.key]) for field in fields if field.key in values}


def _place(row: Row[Any], case: OpenCase) -> tuple[bool, int, bool, str, datetime, UUID]:
    visit = case.file.details["visit"]
    district = visit["district"]
    urgency = wording.rank(visit["urgency"]["code"])
    return (row.outcome is not None, urgency, district is None, district or "", row.visit_at, row.application)


def _zone(file: CaseFile) -> ZoneInfo:
    return ZoneInfo(file.provider.zone)
