"""GET /tasks, and POST /tasks/{task_id}/reassign, …/prepare and …/complete."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from gateway.condition2.errors import SignatureNotBase64, SignatureNotConfirmed, SignatureNotJudged
from gateway.entrance import StaffMember
from gateway.forwarding import answer, asked_headers, language
from gateway.gathering import Asked
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded, StaffOnly
from gateway.tasks.schemas import Completion, SignedCompletion, TasksOut
from gateway.tasks.service import Tasks
from gateway.upstreams import PREFIX, Upstreams
from shared.applications.tasks.schemas import ClaimOut, ReassignIn, SignableOut, StepIn
from shared.errors import Conflict, Forbidden, InvalidRequest, NotFound, ProblemError, ServiceAway, TooManyRequests
from shared.web import IdempotencyKey, Now, Router, problems, resource

router = Router(prefix=PREFIX, tags=["tasks"])
TheTasks = Annotated[Tasks, Depends(resource("tasks"))]
TheUpstreams = Annotated[Upstreams, Depends(resource("upstreams"))]
_STAFF: tuple[type[ProblemError], ...] = (
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, StaffOnly, InvalidRequest,
    TooManyRequests,
)  # fmt: skip


@router.get("/tasks", response_model=None, responses={200: {"model": TasksOut}, **problems(*_STAFF)})
async def list_tasks(
    request: Request,
    person: StaffMember,
    tasks: TheTasks,
    role: Annotated[str | None, Query(max_length=64)] = None,
    state: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """List the tasks of one's provider over all services, the most urgent first."""
    filters = {"role": role, "state": state}
    asked = Asked(limit=limit, cursor=cursor, filters=filters, headers=language(request))
    return (await tasks.page(person, asked)).shown()


@router.post(
    "/tasks/{task_id}/reassign",
    response_model=None,
    responses={200: {"model": ClaimOut}, **problems(*_STAFF, Forbidden, NotFound, Conflict, ServiceAway)},
)
async def reassign(
    request: Request, task_id: str, sent: ReassignIn, person: StaffMember, tasks: TheTasks, upstreams: TheUpstreams
) -> Response:
    """Give a task to a colleague who has the step's role, whoever holds it (supervisors)."""
    owner = upstreams.owner_of(task_id)
    headers = asked_headers(request)
    colleague = await tasks.colleague(sent.account_id, person, headers=language(request))
    path = f"/tasks/{quote(task_id, safe='')}/reassign"
    return answer(owner, await owner.post(path, json=colleague, actor=person, headers=headers))


@router.post(
    "/tasks/{task_id}/prepare",
    response_model=None,
    responses={
        200: {"model": SignableOut},
        **problems(*_STAFF, Forbidden, NotFound, Conflict, SignatureNotJudged, ServiceAway),
    },
)
async def prepare(
    request: Request,
    task_id: str,
    sent: StepIn,
    person: StaffMember,
    tasks: TheTasks,
    upstreams: TheUpstreams,
    now: Now,
) -> Response:
    """Give outcome and data, get what is to be signed; who signed before is judged again by what is known now."""
    step = sent.model_dump(exclude_unset=True)
    reply = await tasks.prepared(task_id, step, person, now=now, headers=asked_headers(request))
    return answer(upstreams.owner_of(task_id), reply)


@router.post(
    "/tasks/{task_id}/complete",
    response_model=None,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(
            *_STAFF, NotFound, Conflict, SignatureNotConfirmed, SignatureNotJudged, SignatureNotBase64, ServiceAway
        ),
    },
)
async def complete(
    request: Request,
    task_id: str,
    sent: Completion,
    person: StaffMember,
    tasks: TheTasks,
    upstreams: TheUpstreams,
    now: Now,
    key: IdempotencyKey,
) -> Response:
    """Complete a step: with the signature over what was prepared, or at once where the step needs none."""
    owner = upstreams.owner_of(task_id)
    body = (
        await tasks.verified(task_id, sent.signable_id, sent.signature, person, now=now, repeatable=key is not None)
        if isinstance(sent, SignedCompletion)
        else sent.model_dump(exclude_unset=True)
    )
    reply = await owner.post(
        f"/tasks/{quote(task_id, safe='')}/complete", json=body, actor=person, headers=asked_headers(request)
    )
    return answer(owner, reply)
