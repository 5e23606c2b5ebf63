"""Reschedule or withdraw an application, in one transaction: the service moves or frees what the case holds.

A document that changed the application once is answered as it was, and changes nothing again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import StrongerLoginNeeded
from shared.applications.access_log import record_access
from shared.applications.advancing import advance
from shared.applications.changing import repository
from shared.applications.changing.errors import ChangeNotOffered, CutOffPassed
from shared.applications.evidence import EvidenceRefused
from shared.applications.fields import check_fields, form_of
from shared.applications.filing.errors import EditionChanged, NotTheApplicant
from shared.applications.filing.models import Signed
from shared.applications.forms import RescheduleDocument, WithdrawalDocument, read_document
from shared.applications.office import Office
from shared.applications.records import OpenCase, context, open_case
from shared.applications.register import NOTHING_ASKED, Acting, Answers
from shared.applications.representation import RepresentationRefused, acting
from shared.applications.tasks.repository import keep_signed
from shared.applications.transitions import Deed
from shared.db import new_id
from shared.errors import FieldError, InvalidRequest
from shared.personal import Iin
from shared.procedure import (
    Channel,
    ProcedureError,
    Reschedule,
    Transition,
    Withdraw,
    decide,
    form_schema,
)
from shared.procedure import CutOffPassed as EngineCutOff
from shared.web import Actor

Document = RescheduleDocument | WithdrawalDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request to change an application, read and checked as far as that goes without the database."""

    application: UUID
    document: Document
    signed: Signed
    actor: Actor
    now: datetime


def read(
    office: Office, application: UUID, kind: type[Document], signed: Signed, actor: Actor, now: datetime
) -> Change:
    """Read the signed bytes and check them against session, verdict and address.

    Raises UnreadableDocument, NotTheApplicant, EvidenceRefused, InvalidRequest.
    """
    document = read_document(kind, signed.document)
    if document.applicant.iin != actor.iin:
        raise NotTheApplicant
    if signed.evidence.signer().get("iin") != actor.iin:
        raise EvidenceRefused
    if document.application != office.public(application):
        raise InvalidRequest([FieldError(pointer="/application", code="invalid")])
    return Change(application=application, document=document, signed=signed, actor=actor, now=now)


async def carry_out(session: AsyncSession, office: Office, change: Change, answers: Answers = NOTHING_ASKED) -> None:
    """Change the application; whether it is the caller's own was checked before, in this transaction.

    Raises ChangeNotOffered, CutOffPassed, EditionChanged, StrongerLoginNeeded, InvalidRequest, and whatever the service
    refuses with: then the application keeps what it had. Unanswered and RepresentationRefused where somebody acts for
    the patient.
    """
    case = await open_case(session, office, change.application, lock=True)
    kind = change.document.purpose
    if await repository.is_known(session, case.id, kind, change.signed.sha256):
        return
    _check(office, case, change)
    _need_right(case, change, answers)
    if isinstance(change.document, RescheduleDocument):
        transition, details = await _reschedule(session, office, case, change)
    else:
        transition, details = _decided(case, Withdraw(), change.now), case.file.details
    deed = Deed(action=kind, at=change.now, actor=change.actor)
    await advance(session, office, case, transition, deed, details=details)
    await _keep(session, case, change)
    if (acts := _representative(case, change)) is not None:
        seen = [(case.person, case.id)]
        await record_access(session, acting(change.actor, acts), f"application-{kind}", seen, at=change.now)


def _representative(case: OpenCase, change: Change) -> Mapping[str, Any] | None:
    """Give who acts for the patient here; None where the patient acts himself."""
    own = change.actor.iin == case.file.patient_iin
    return None if own else case.file.representative


def _need_right(case: OpenCase, change: Change, answers: Answers) -> None:
    """Ask anew whether the right holds: since the filing the patient may have come of age, or the right been revoked.

    What a document showed at the filing stands in the case, and need not be in the register.
    """
    if (acts := _representative(case, change)) is None:
        return
    applicant, patient = (Iin.parse(iin, allow_test=True) for iin in (case.file.applicant_iin, case.file.patient_iin))
    reason = answers.standing(Acting(applicant=applicant, patient=patient)).reason
    if reason == "not-recorded" and acts["shown_by"] != "register":
        today = change.now.astimezone(ZoneInfo(case.file.provider.zone)).date()
        reason = "ended" if acts["until"] and acts["until"] <= today.isoformat() else None
    if reason is not None:
        raise RepresentationRefused.for_(reason)


def _check(office: Office, case: OpenCase, change: Change) -> None:
    if case.edition.acr == "certificate" and change.actor.acr != "certificate":
        raise StrongerLoginNeeded
    form = change.signed.evidence.form
    if form is None:
        raise EvidenceRefused
    shown = office.regulations.by_id(form.edition)
    if (shown.region, shown.service) != (case.file.region, case.file.service):
        raise EditionChanged


async def _reschedule(
    session: AsyncSession, office: Office, case: OpenCase, change: Change
) -> tuple[Transition, Mapping[str, Any]]:
    fields = change.document.fields
    schema = form_schema(case.edition, channel=Channel(case.file.channel), purpose="reschedule")
    check_fields(form_of(schema), fields, under="/fields")
    _decided(case, Reschedule(), change.now)  # whether it may be at all is said before anything is taken
    module = office.changing_times(case.file.service)
    moved = await module.rescheduled(session, case.file, fields, change.now, change.actor)
    transition = _decided(case, Reschedule(scheduled_at=moved.scheduled_at), change.now)
    return transition, {**case.file.details, **moved.details, "fields": {**case.file.fields, **fields}}


def _decided(case: OpenCase, action: Reschedule | Withdraw, now: datetime) -> Transition:
    try:
        return decide(case.engine, action, now)
    except EngineCutOff as late:
        raise CutOffPassed(extra={"cut_off_at": late.cut_off_at.isoformat()}) from late
    except ProcedureError as refusal:
        code = "not-reschedulable" if isinstance(action, Reschedule) else "not-withdrawable"
        raise ChangeNotOffered(code=code) from refusal


async def _keep(session: AsyncSession, case: OpenCase, change: Change) -> None:
    id_ = new_id()
    await keep_signed(
        session,
        id=id_,
        application=case.id,
        task=None,
        kind=change.document.purpose,
        person=case.person.id,
        sha256=change.signed.sha256,
        content=case.person.seal(context("signed_documents", "content", id_), change.signed.kept()),
        revocation=orjson.dumps(change.signed.evidence.sources()).decode(),
        received_at=change.signed.evidence.received_at,
    )
