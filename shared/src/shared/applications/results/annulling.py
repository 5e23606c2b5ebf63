"""Put an issued result out of force, and have a corrected one made: a sealed document itself is never changed.

Who may, and for which reasons, is data (`annulment.toml`). A reason's class is public, the note beside it is for the
citizen alone. Another provider's result does not exist here (404).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.advancing import advance
from shared.applications.case import FreesWhatWasIssued
from shared.applications.journals.annulled import enter_annulment
from shared.applications.office import Office
from shared.applications.records import OpenCase, open_case
from shared.applications.results import repository
from shared.applications.results.errors import AnnulmentNotOffered, NothingInForce, NotReissued, ResultAnnulled
from shared.applications.transitions import Deed
from shared.applications.wording import local, status_out
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.procedure import (
    Annulment,
    AnnulResult,
    Channel,
    ProcedureError,
    Reissue,
    Step,
    Transition,
    decide,
)
from shared.procedure.texts import Language
from shared.results import CodeMalformedError, parse_code
from shared.web import Actor


class Annulling:
    """The use cases of one staff member, in one transaction."""

    def __init__(self, office: Office, session: AsyncSession, actor: Actor, now: datetime) -> None:
        self._office, self._session, self._actor, self._now = office, session, actor, now

    async def annul(self, named: str, *, reason: str, note: str | None, language: Language) -> dict[str, Any]:
        """Annul what is in force; `named` is the result's verification code, or the application's id.

        Raises NotFound, WrongRole, InvalidRequest (reason), NothingInForce, ResultAnnulled, AnnulmentNotOffered.
        """
        case, law, step = await self._open(named)
        chosen = law.reason(reason)
        if chosen is None:
            raise InvalidRequest([FieldError(pointer="/reason", code="choice")])
        transition = self._decided(case, AnnulResult(reason=chosen.title))
        told = {"code": chosen.code, "title": chosen.title.to_json()}
        code = await repository.annul(self._session, case.id, _code(named), self._now, told)
        if code is None:
            raise ResultAnnulled
        await self._carry_out(case, transition, "annul-result", step, note=note)
        if isinstance(module := self._office.module(case.file.service), FreesWhatWasIssued):
            await module.annulled(self._session, case.file)
        await enter_annulment(self._session, case, chosen.title, note, self._actor, at=self._now)
        return {
            **self._application(case, transition, language),
            "code": code,
            "annulled_at": local(self._now, case.file.provider.zone),
            "reason": {"code": chosen.code, "text": chosen.title[language]},
        }

    async def reissue(self, named: str, *, language: Language) -> dict[str, Any]:
        """Open the signing step again for a corrected result; raises NotFound, WrongRole, NotReissued."""
        case, law, step = await self._open(named)
        transition = self._decided(case, Reissue(limit=law.limit))
        await self._carry_out(case, transition, "reissue-result", step)
        (task,) = transition.opened
        zone = case.file.provider.zone
        return {
            **self._application(case, transition, language),
            "step": {
                "step": task.step,
                "performer": task.performer,
                "due_at": local(task.due.due_at if task.due else None, zone),
            },
        }

    async def _open(self, named: str) -> tuple[OpenCase, Annulment, Step]:
        """Lock the case of this provider's result, and check that the caller may touch it."""
        case = await open_case(self._session, self._office, await self._application_of(named), lock=True)
        if case.file.provider.bin != self._actor.bin:
            raise NotFound
        law, engine = self._office.regulations.annulment, case.engine
        if law is None:
            raise AnnulmentNotOffered
        step = case.edition.signing_step(Channel(case.file.channel), engine.variant)
        if not law.allows(self._actor.roles, step.performer):
            raise WrongRole
        return case, law, step

    async def _application_of(self, named: str) -> UUID:
        if (code := _code(named)) is None:
            return self._office.parse(named)
        found = await repository.application_of(self._session, code)
        if found is None:
            raise NotFound
        return found

    def _decided(self, case: OpenCase, action: AnnulResult | Reissue) -> Transition:
        try:
            return decide(case.engine, action, self._now)
        except ProcedureError as refusal:
            if isinstance(action, Reissue):
                raise NotReissued from refusal
            raise (ResultAnnulled if case.engine.annulled else NothingInForce) from refusal

    async def _carry_out(
        self, case: OpenCase, transition: Transition, action: str, step: Step, *, note: str | None = None
    ) -> None:
        deed = Deed(action=action, at=self._now, actor=self._actor, step=step.key, performer=step.performer)
        await advance(self._session, self._office, case, transition, deed, note=note)
        await record_access(self._session, self._actor, action, [(case.person, case.id)], at=self._now)

    def _application(self, case: OpenCase, transition: Transition, language: Language) -> Mapping[str, Any]:
        after = transition.application
        shown = {"id": self._office.public(case.id), "number": case.file.number, "state": str(after.state)}
        return {"application": {**shown, "status": status_out(str(after.status), language)}}


def _code(named: str) -> str | None:
    """Read a verification code; an application's id is none, since it is longer."""
    try:
        return str(parse_code(named))
    except CodeMalformedError:
        return None
