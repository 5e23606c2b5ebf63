"""Prepare a step that is signed: compute what it comes to, write down what will be signed, keep both for half an hour.

Numbered as docs/architecture.md (4) wants it: 1. read and check (one transaction), 2. render the result where this
step signs it (a worker thread, no transaction), 3. store the draft if nothing has changed meanwhile (another one).
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access_log import record_access
from shared.applications.case import Consulting, ConsultsRegisters, ResultPage
from shared.applications.findings import is_secret, padded, row_outcome
from shared.applications.forms import AUDIENCE, StepRecord, write_document
from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.applications.register import Answers, consulting
from shared.applications.tasks import repository
from shared.applications.tasks.carrying_out import CarriedOut, carry_out
from shared.applications.tasks.chain import check_chain, check_standing, content_sha256, steps_signed
from shared.applications.tasks.errors import DraftStale, SignatureNotNeeded
from shared.applications.tasks.models import Draft, SignedBefore, TaskRow
from shared.applications.tasks.schemas import PrepareIn, StepIn
from shared.applications.tasks.service import Tasks, marks_of, step_of
from shared.db import Database, new_id
from shared.procedure.texts import Text
from shared.results import Party, Prepared, Signatory, Statement, new_code, prepare, qr_text, render
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What step 1 read: enough to render and to store, and nothing that a transaction must be kept open for."""

    task: TaskRow
    case: OpenCase
    step: StepIn
    signable: UUID
    carried: CarriedOut
    before: tuple[SignedBefore, ...]
    signed_by: tuple[Signatory, ...]
    marks: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What will be signed (`document`), and for a result the page it is in, with its verification code."""

    kind: str
    document: bytes
    pdf: bytes | None = None
    code: str | None = None

    @property
    def sha256(self) -> bytes:
        """Hash what will be signed."""
        return sha256(self.document).digest()


async def prepare_step(
    database: Database, office: Office, task_id: UUID, request: PrepareIn, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Prepare, and give what is to be signed. Raises the problems of `tasks.errors` and the service's own."""
    step, judged = request.step(), request.judged()

    async def planned(answers: Answers) -> Plan:
        async with database.transaction() as session:
            return await _plan(session, office, task_id, step, actor, now, answers, judged)

    plan = await consulting(office.register, actor, planned)
    await _consult(database, office, plan, actor, now)
    content = await _content(office, plan, actor, now)
    async with database.transaction() as session:
        draft = await _store(session, office, plan, content, actor, now)
    return {
        "signable_id": office.public(draft.id),
        "document": base64.b64encode(content.document).decode(),
        "sha256": draft.sha256.hex(),
        "expires_at": draft.expires_at,
    }


async def _consult(database: Database, office: Office, plan: Plan, actor: Actor, now: datetime) -> None:
    """Have the registers asked that the step names; who refuses the application needs none."""
    module = office.module(plan.case.file.service)
    if not plan.step.refuses and isinstance(module, ConsultsRegisters):
        asked = Consulting(
            case=plan.case.file,
            person=plan.case.person,
            task_id=plan.task.id,
            step=plan.task.step,
            actor=actor,
            now=now,
        )
        await module.consult(database, asked)


async def _plan(  # one caller, above
    session: AsyncSession,
    office: Office,
    task_id: UUID,
    step: StepIn,
    actor: Actor,
    now: datetime,
    answers: Answers,
    judged: Mapping[str, bool] | None,
) -> Plan:
    tasks = Tasks(office, session, actor, now)
    task, case = await tasks.open(task_id)
    tasks.need_claim(task)
    carried = await carry_out(session, office, task, case, step, actor, now, answers=answers, dry_run=True)
    if carried.signing.kind == "none":
        raise SignatureNotNeeded
    before = tuple(await repository.signed_before(session, case.id))
    signed_by = check_chain(case, before)
    check_standing(before, judged)
    await record_access(session, actor, "step-prepared", [(case.person, case.id)], at=now)
    return Plan(
        task=task,
        case=case,
        step=step,
        signable=new_id(),
        carried=carried,
        before=before,
        signed_by=signed_by,
        marks=await _marks(session, office, task, case),
    )


async def _marks(session: AsyncSession, office: Office, task: TaskRow, case: OpenCase) -> Mapping[str, str] | None:
    """Give what the record of a blind step names in place of the application."""
    if not step_of(case.edition, task).blind:
        return None
    return (await marks_of(session, office, case.file.service, [case.id])).get(case.id, {})


async def _content(office: Office, plan: Plan, actor: Actor, now: datetime) -> Content:
    if plan.carried.signing.kind == "record":
        return Content(kind="json", document=write_document(_record(office, plan, now)))
    signed = steps_signed(plan.case, plan.before)
    case = replace(plan.case.file, details=plan.carried.details, signed=signed)
    page = office.module(case.service).result(case, plan.carried.data)
    code = new_code(office.prefix)
    return await asyncio.to_thread(_rendered, office, plan, page, code, actor, now)


def _record(office: Office, plan: Plan, now: datetime) -> StepRecord:
    file, blind = plan.case.file, plan.marks is not None
    return StepRecord(
        purpose="step-record",
        audience=AUDIENCE,
        signable_id=office.public(plan.signable),
        application=None if blind else office.public(file.id),
        number=None if blind else file.number,
        marks=None if plan.marks is None else dict(plan.marks),
        task=office.public(plan.task.id),
        region=file.region,
        service=file.service,
        provider=plan.task.provider,
        edition=plan.case.edition.id,
        step=plan.task.step,
        performer=plan.task.performer,
        outcome=plan.step.outcome,
        ground=plan.step.ground,
        data=dict(plan.carried.data),
        content_sha256=content_sha256(plan.case),
        previous_sha256=plan.before[-1].sha256.hex() if plan.before else None,
        prepared_at=now,
    )


def _rendered(  # handed to a thread
    office: Office, plan: Plan, page: ResultPage, code: str, actor: Actor, now: datetime
) -> Content:
    provider = plan.case.file.provider
    role: Text = plan.case.edition.performers[plan.task.performer].title
    signer = Signatory(name=actor.name or actor.account_id, role_kk=role.kk, role_ru=role.ru, signed_at=None)
    url, issued_at = f"{office.settings.verify_url}/{code}", now.astimezone(ZoneInfo(provider.zone))
    pdf = render(
        page.form,
        page.data,
        number=plan.case.file.number,
        code=code,
        verify_url=url,
        qr=_qr(office, plan, code, url, issued_at),
        issued_at=issued_at,
        ink=page.ink,
        provider=Party(
            kk=provider.names["kk"],
            ru=provider.names["ru"],
            bin=provider.bin,
            address_kk=provider.address.get("kk", ""),
            address_ru=provider.address.get("ru", ""),
        ),
        signatories=[*plan.signed_by, signer],
    )
    prepared: Prepared = prepare(pdf, at=now)
    return Content(kind="pdf", document=prepared.to_sign, pdf=prepared.pdf, code=code)


def _qr(office: Office, plan: Plan, code: str, url: str, issued_at: datetime) -> str | None:
    """Give the address with what can be checked off-line behind it, where there is a key to sign that with."""
    result = plan.carried.signing.result
    if office.qr is None or result is None:
        return None
    statement = Statement(
        issuer=plan.case.file.provider.bin,
        kind=result.title.kk,
        number=plan.case.file.number,
        issued_on=issued_at.date(),
        code=code,
    )
    return qr_text(url, office.qr.sign(statement))


async def _store(  # one caller, above
    session: AsyncSession, office: Office, plan: Plan, content: Content, actor: Actor, now: datetime
) -> Draft:
    tasks = Tasks(office, session, actor, now)
    task, case = await tasks.open(plan.task.id, lock=True)
    tasks.need_claim(task)
    if case.file.version != plan.case.file.version:
        raise DraftStale(code="draft-stale")
    drafted = orjson.dumps(_draft_json(plan, content))
    if is_secret(case.edition):
        drafted = padded(drafted)
    sealed = case.person.seal(context("drafts", "content", plan.signable), drafted)
    draft = Draft(
        id=plan.signable,
        task=task.id,
        application=case.id,
        person=case.person.id,
        version=case.file.version,
        previous_sha256=plan.before[-1].sha256 if plan.before else None,
        kind=content.kind,
        outcome=row_outcome(case.edition, task.step, plan.step.outcome) or "",
        ground=plan.step.ground,
        sha256=content.sha256,
        content=sealed,
        prepared_by=actor.account_id,
        prepared_at=now,
        expires_at=now + office.settings.draft,
    )
    await repository.keep_draft(session, draft)
    return draft


def _draft_json(plan: Plan, content: Content) -> dict[str, Any]:
    return {
        "step": plan.step.model_dump(mode="json"),
        "data": dict(plan.carried.data),
        "document": None if content.pdf else base64.b64encode(content.document).decode(),
        "pdf": base64.b64encode(content.pdf).decode() if content.pdf else None,
        "code": content.code,
        "roles": list(plan.carried.signing.roles),
    }
