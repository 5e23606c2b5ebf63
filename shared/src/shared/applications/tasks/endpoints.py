"""The workstation's routes: `GET /tasks`, claim, release, reassign, prepare, complete, and what is to be signed."""

import base64
from typing import Any

import orjson
from fastapi import Response

from shared.applications.access import Staff, TheOffice, WrongRole
from shared.applications.cursors import Limit, read_cursor
from shared.applications.evidence import EvidenceRefused
from shared.applications.register import Answers, RegisterAway, consulting
from shared.applications.replies import MEDIA_TYPE, as_json
from shared.applications.results.service import ResultNotReady
from shared.applications.tasks import repository
from shared.applications.tasks.chain import to_judge
from shared.applications.tasks.completing import complete, open_draft, read_signed
from shared.applications.tasks.errors import (
    AssigneeUnfit,
    ChoiceUnknown,
    DraftStale,
    EarlierSignatureRefused,
    EarlierSignaturesUnjudged,
    SignatureNeeded,
    SignatureNotNeeded,
    SignatureUnfit,
    StepNotPossible,
    TaskClaimed,
    TaskClosed,
    TaskNotClaimed,
)
from shared.applications.tasks.preconditions import PreconditionHolds, PreconditionNotMet
from shared.applications.tasks.preparing import prepare_step
from shared.applications.tasks.printing import page_to_hand_over
from shared.applications.tasks.repository import answered
from shared.applications.tasks.schemas import (
    AssigneeIn,
    ClaimOut,
    CompletedOut,
    CompleteIn,
    EarlierSignatures,
    PrepareIn,
    SignableForGateway,
    SignableOut,
    StepIn,
    TaskDetail,
    TaskList,
)
from shared.applications.tasks.service import Tasks
from shared.errors import InvalidRequest, NotFound
from shared.results import Prepared
from shared.web import Here, IdempotencyKey, Lang, Now, Router, Session, claim_answer, problems

router = Router(tags=["tasks"])
_WORK = (
    NotFound, WrongRole, TaskClosed, TaskNotClaimed, StepNotPossible, ChoiceUnknown, PreconditionNotMet,
    PreconditionHolds, RegisterAway, InvalidRequest,
)  # fmt: skip


@router.get("/tasks", responses=problems(WrongRole, InvalidRequest))
async def list_tasks(  # noqa: PLR0913, PLR0917  # filters and dependencies
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    language: Lang,
    role: str | None = None,
    state: str = "open",
    cursor: str | None = None,
    limit: Limit = 50,
) -> TaskList:
    """List the provider's tasks, urgent first, then overdue. `state`: open, mine, resting, done."""
    tasks = Tasks(office, session, actor, now)
    page = await tasks.page(role=role, state=state, after=read_cursor(cursor), limit=limit, language=language)
    return TaskList.model_validate(page)


@router.get("/tasks/{task}", response_model=TaskDetail, responses=problems(NotFound, WrongRole, TaskClosed))
async def show_task(
    task: str, session: Session, office: TheOffice, actor: Staff, now: Now, language: Lang
) -> dict[str, Any]:
    """Show what the step needs."""
    return await Tasks(office, session, actor, now).show(office.parse(task), language)


@router.post(
    "/tasks/{task}/claim", response_model=TaskDetail, responses=problems(NotFound, WrongRole, TaskClaimed, TaskClosed)
)
async def claim_task(
    task: str, session: Session, office: TheOffice, actor: Staff, now: Now, language: Lang
) -> dict[str, Any]:
    """Take the task on for half an hour."""
    return await Tasks(office, session, actor, now).claim(office.parse(task), language)


@router.post("/tasks/{task}/release", responses=problems(NotFound, TaskNotClaimed))
async def release_task(task: str, session: Session, office: TheOffice, actor: Staff, now: Now) -> ClaimOut:
    """Give the task back."""
    return ClaimOut.model_validate(await Tasks(office, session, actor, now).release(office.parse(task)))


@router.post("/tasks/{task}/reassign", responses=problems(NotFound, WrongRole, TaskClosed, AssigneeUnfit))
async def reassign_task(  # dependencies
    task: str, request: AssigneeIn, session: Session, office: TheOffice, actor: Staff, now: Now
) -> ClaimOut:
    """Give the task to a colleague of the step's role (supervisors); the gateway has asked who he is."""
    given = await Tasks(office, session, actor, now).reassign(office.parse(task), request.assignee())
    return ClaimOut.model_validate(given)


@router.post(
    "/tasks/{task}/prepare",
    responses=problems(*_WORK, SignatureNotNeeded, EarlierSignatureRefused, EarlierSignaturesUnjudged, DraftStale),
)
async def prepare_task(  # dependencies
    task: str, request: PrepareIn, office: TheOffice, actor: Staff, here: Here, now: Now
) -> SignableOut:
    """Write down what will be signed; good for half an hour, or until it is prepared again."""
    prepared = await prepare_step(here.database, office, office.parse(task), request, actor, now)
    return SignableOut.model_validate(prepared)


@router.post(
    "/tasks/{task}/complete",
    response_model=CompletedOut,
    responses=problems(*_WORK, SignatureNeeded, DraftStale, EvidenceRefused, SignatureUnfit, EarlierSignatureRefused),
)
async def complete_task(  # dependencies
    task: str, request: CompleteIn, office: TheOffice, actor: Staff, here: Here, now: Now, key: IdempotencyKey
) -> Response:
    """Carry the step out: signed with what was prepared, or at once where no signature is needed.

    Under an Idempotency-Key a repeat is the same when task and step, or the signature, are the same: evidence and
    hash are the gateway's, and made anew each time.
    """
    task_id, scope = office.parse(task), f"{actor.account_id}:POST /tasks/complete"
    same = orjson.dumps([task, request.model_dump(mode="json", exclude={"evidence", "sha256"})])
    try:
        signed = None if request.outcome else await read_signed(here.database, office, task_id, request, actor, now)
    except DraftStale:
        # The draft goes when the step is completed: a repeat of that very request gets that answer.
        async with here.database.transaction() as session:
            if key is not None and (known := await answered(session, scope, key, same)) is not None:
                return Response(known, media_type=MEDIA_TYPE)
        raise
    step = StepIn.model_validate(signed.content["step"]) if signed else request.step()

    async def once(answers: Answers) -> Response:
        async with here.database.transaction() as session:
            claim = await claim_answer(session, scope=scope, key=key, body=same)
            if claim.answer is not None:
                return claim.answer.response()
            done = await complete(session, office, task_id, signed, step, actor, now, answers=answers)
            response = as_json(done)
            await claim.remember(session, status=200, body=bytes(response.body), media_type=MEDIA_TYPE)
        return response

    return await consulting(office.register, actor, once)


@router.get(
    "/tasks/{task}/result",
    response_class=Response,
    responses=problems(NotFound, WrongRole, TaskClosed, TaskNotClaimed, ResultNotReady),
)
async def print_result(task: str, session: Session, office: TheOffice, actor: Staff, now: Now) -> Response:
    """Give the sealed result to who holds the step in which it is handed over."""
    page = await page_to_hand_over(session, office, actor, office.parse(task), now)
    return Response(page, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.get("/internal/tasks/{task}/signatures", responses=problems(NotFound, WrongRole, TaskClosed))
async def show_signatures(task: str, session: Session, office: TheOffice, actor: Staff, now: Now) -> EarlierSignatures:
    """Give the gateway the earlier signers of the caller's task, to judge their certificates again."""
    tasks = Tasks(office, session, actor, now)
    row, case = await tasks.open(office.parse(task))
    tasks.need_sight(row, case)
    before = await repository.signed_before(session, case.id)
    return EarlierSignatures.model_validate({"items": to_judge(case, before)})


@router.get("/internal/signables/{signable}", responses=problems(NotFound, DraftStale))
async def show_signable(
    signable: str, session: Session, office: TheOffice, actor: Staff, now: Now
) -> SignableForGateway:
    """Give the gateway what the caller prepared, and what his certificate must carry."""
    draft, content = await open_draft(session, office, office.parse(signable), actor, now)
    task = await repository.find(session, draft.task)
    if task is None or task.provider != actor.bin:
        raise NotFound
    document = content["document"]
    if document is None:
        document = base64.b64encode(Prepared.restore(base64.b64decode(content["pdf"])).to_sign).decode()
    return SignableForGateway(
        signable_id=signable,
        document=document,
        sha256=draft.sha256.hex(),
        expires_at=draft.expires_at,
        task_id=office.public(draft.task),
        kind=draft.kind,
        bin=task.provider,
        roles=content["roles"],
    )
