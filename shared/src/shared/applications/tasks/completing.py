"""Complete a step: at once where it needs no signature, else with the signature over exactly what was prepared.

The gateway has verified the CMS (condition 2); here its verdict and hash are compared with the draft. A change of
task, application or an earlier signature since the preparation is a 409: the performer must see it and sign again.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access_log import record_access
from shared.applications.advancing import advance, forget_times, plain_json
from shared.applications.anonymity import is_anonymous
from shared.applications.evidence import Evidence, EvidenceRefused, full_name
from shared.applications.findings import is_secret, padded, row_outcome, seal_file
from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.applications.register import NOTHING_ASKED, Answers
from shared.applications.tasks import repository
from shared.applications.tasks.carrying_out import CarriedOut, carry_out
from shared.applications.tasks.chain import check_chain
from shared.applications.tasks.errors import DraftStale, SignatureNeeded, SignatureUnfit
from shared.applications.tasks.models import Draft, TaskRow
from shared.applications.tasks.schemas import CompleteIn, StepIn
from shared.applications.tasks.service import Tasks, step_of
from shared.applications.transitions import Deed
from shared.db import Database, new_id
from shared.errors import NotFound
from shared.results import Prepared, ResultError, embed
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A draft with its signature: checked against each other; `pdf` holds the signature where a result was signed."""

    draft: Draft
    content: Mapping[str, Any]
    signature: bytes
    evidence: Evidence
    pdf: bytes | None


async def read_signed(
    database: Database, office: Office, task: UUID, request: CompleteIn, actor: Actor, now: datetime
) -> Signed:
    """Find the draft, compare it with what was signed, and place the signature, outside the completing transaction.

    Raises DraftStale, EvidenceRefused, SignatureUnfit.
    """
    async with database.transaction() as session:
        draft, content = await open_draft(session, office, office.parse(request.signable_id or ""), actor, now)
    evidence, signature = request.evidence, request.signature
    if evidence is None or signature is None or draft.task != task:
        raise DraftStale(code="draft-replaced")
    if request.sha256 != draft.sha256.hex():
        raise DraftStale(code="draft-stale")
    _check_signer(evidence, content["roles"], actor)
    pdf = None
    if content["pdf"] is not None:
        pdf = await asyncio.to_thread(_placed, base64.b64decode(content["pdf"]), signature)
    return Signed(draft=draft, content=content, signature=signature, evidence=evidence, pdf=pdf)


def _placed(pdf: bytes, signature: bytes) -> bytes:
    try:
        return embed(Prepared.restore(pdf), signature)
    except ResultError as error:
        raise SignatureUnfit from error


def _check_signer(evidence: Evidence, roles: list[str], actor: Actor) -> None:
    """The gateway compares the same; a second look costs nothing and fails closed."""
    signer = evidence.signer()
    if signer.get("iin") != actor.iin or signer.get("bin") != actor.bin:
        raise EvidenceRefused
    if not set(roles) & set(signer.get("roles") or ()):
        raise EvidenceRefused


async def open_draft(
    session: AsyncSession, office: Office, signable: UUID, actor: Actor, now: datetime
) -> tuple[Draft, Mapping[str, Any]]:
    """Open what the caller prepared; NotFound for another's, DraftStale when it is replaced or its time is over.

    It outlives the step until it expires: who repeats a completion has his signature judged again, and gets the answer.
    """
    draft = await repository.find_draft(session, signable)
    if draft is None:
        raise DraftStale(code="draft-replaced")
    if draft.prepared_by != actor.account_id:
        raise NotFound
    if draft.expires_at <= now:
        raise DraftStale(code="draft-expired")
    person = await office.persons.get(session, draft.person)
    return draft, person.open_json(context("drafts", "content", draft.id), draft.content)


async def complete(  # one deed
    session: AsyncSession,
    office: Office,
    task_id: UUID,
    signed: Signed | None,
    step: StepIn,
    actor: Actor,
    now: datetime,
    *,
    answers: Answers = NOTHING_ASKED,
) -> dict[str, Any]:
    """Carry the step out in the caller's transaction.

    Raises the problems of `tasks.errors` and the service's own, and Unanswered before anything is changed.
    """
    tasks = Tasks(office, session, actor, now)
    task, case = await tasks.open(task_id, lock=True)
    tasks.need_claim(task)
    carried = await carry_out(session, office, task, case, step, actor, now, answers=answers, dry_run=False)
    if signed is None and carried.signing.kind != "none":
        raise SignatureNeeded
    if signed is not None:
        await _check_unchanged(session, case, carried, signed)
    rows = await advance(
        session,
        office,
        case,
        carried.transition,
        _deed(task, case, step, carried, actor, now),
        data=carried.journal,
        details=carried.details,
        note=step.note,
    )
    if signed is not None:
        await _keep(session, task, case, carried, signed, now)
        await forget_times(session, office, case, rows.state)
    await record_access(session, actor, "step-completed", [(case.person, case.id)], at=now)
    return {
        "id": office.public(task.id),
        "state": "refused" if step.refuses else "done",
        "outcome": row_outcome(case.edition, task.step, step.outcome),
        "application": None
        if step_of(case.edition, task).blind
        else {
            "id": office.public(case.id),
            "number": case.file.number,
            "state": rows.state,
            "status": rows.status,
        },
    }


async def _check_unchanged(session: AsyncSession, case: OpenCase, carried: CarriedOut, signed: Signed) -> None:
    before = tuple(await repository.signed_before(session, case.id))
    check_chain(case, before)
    previous = before[-1].sha256 if before else None
    current = await repository.find_draft(session, signed.draft.id)
    if current is None:
        raise DraftStale(code="draft-replaced")
    if (
        signed.draft.version != case.file.version
        or signed.draft.previous_sha256 != previous
        or plain_json(carried.data) != plain_json(signed.content["data"])
        or sorted(carried.signing.roles) != sorted(signed.content["roles"])
    ):
        raise DraftStale(code="draft-stale")


def _deed(  # one caller, above
    task: TaskRow, case: OpenCase, step: StepIn, carried: CarriedOut, actor: Actor, now: datetime
) -> Deed:
    result = {"data": dict(carried.data), "note": step.note}
    return Deed(
        action="refuse-step" if step.refuses else "complete-step",
        at=now,
        actor=actor,
        task=task.id,
        step=task.step,
        performer=task.performer,
        outcome=step.outcome,
        ground=step.ground,
        result=case.person.seal_json(context("tasks", "result", task.id), result),
    )


async def _keep(  # one caller, above
    session: AsyncSession,
    task: TaskRow,
    case: OpenCase,
    carried: CarriedOut,
    signed: Signed,
    now: datetime,
) -> None:
    id_ = new_id()
    signer = signed.evidence.signer()
    content = {
        "document": signed.content["document"],
        "signature": base64.b64encode(signed.signature).decode(),
        "evidence": signed.evidence.to_json(),
        "performer": task.performer,
        "name": full_name(signer),
    }
    await repository.keep_signed(
        session,
        id=id_,
        application=case.id,
        task=task.id,
        kind="step-record" if signed.pdf is None else "result",
        person=case.person.id,
        sha256=signed.draft.sha256,
        content=case.person.seal(context("signed_documents", "content", id_), _kept(case, content)),
        # The lists of an hour are the same for all who signed in it, and lead from one to another.
        revocation=orjson.dumps([] if is_anonymous(case.engine) else signed.evidence.sources()).decode(),
        received_at=signed.evidence.received_at,
    )
    if signed.pdf is not None:
        await _keep_result(session, task, case, carried, signed, now)


def _kept(case: OpenCase, content: Mapping[str, Any]) -> bytes:
    written = orjson.dumps(content)
    return padded(written) if is_secret(case.edition) else written


async def _keep_result(  # one caller, above
    session: AsyncSession, task: TaskRow, case: OpenCase, carried: CarriedOut, signed: Signed, now: datetime
) -> None:
    result = carried.signing.result
    if signed.pdf is None or result is None:
        raise DraftStale(code="draft-stale")
    id_, secret = new_id(), is_secret(case.edition)  # what a finding makes of it is seen once the person was told
    await repository.keep_result(
        session,
        id=id_,
        application=case.id,
        task=task.id,
        person=case.person.id,
        provider=case.file.provider.bin,
        code=signed.content["code"],
        number=case.file.number,
        kind=orjson.dumps((case.edition.title if secret else result.title).to_json()).decode(),
        published=result.published and not secret,
        masked=case.person.seal(context("results", "masked", id_), masked(case.file.name)),
        content=seal_file(case.edition, case.person, context("results", "content", id_), signed.pdf),
        sha256=signed.draft.sha256,
        now=now,
    )


def masked(name: str) -> str:
    """Show of a name what lets its holder be recognised and nobody be found: `С*** Ә. Б.`."""
    surname, _, rest = name.partition(" ")
    initials = " ".join(f"{part[0]}." for part in rest.split() if part)
    return f"{surname[:1]}*** {initials}".strip()
