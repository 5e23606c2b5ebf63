"""`POST /documents`, and reading what was uploaded. Files are sent as attachments, never shown in the page's origin."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from shared.applications.access import Citizen, Staff, TheOffice, WrongRole
from shared.applications.documents.schemas import DocumentOut
from shared.applications.documents.service import (
    DocumentNotGenuine,
    DocumentsNotTaken,
    DocumentsWaiting,
    Upload,
    document_of_task,
    own_document,
    upload,
)
from shared.applications.office import ServiceNotOffered
from shared.applications.tasks.errors import TaskClosed
from shared.errors import NotFound
from shared.web import BodyTooLarge, EmptyBody, Now, Router, Session, UnsupportedMediaType, problems

router = Router(tags=["documents"])
_HEADERS = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@router.post(
    "/documents",
    status_code=201,
    response_model=DocumentOut,
    responses=problems(
        ServiceNotOffered,
        UnsupportedMediaType,
        BodyTooLarge,
        EmptyBody,
        DocumentNotGenuine,
        DocumentsNotTaken,
        DocumentsWaiting,
    ),
)
async def upload_document(  # dependencies
    request: Request,
    session: Session,
    office: TheOffice,
    actor: Citizen,
    now: Now,
    service: Annotated[str, Query(max_length=130)],
) -> dict[str, Any]:
    """Keep one document until an application names it, a day at the longest. `service` is `region.service`."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    given = Upload(key=service, media_type=media_type, data=await request.body())
    return await upload(session, office, actor, given, now)


@router.get("/documents/{document}", response_class=Response, responses=problems(NotFound))
async def read_document(document: str, session: Session, office: TheOffice, actor: Citizen) -> Response:
    """Give a citizen his own document."""
    data, media_type = await own_document(session, office, actor, office.parse(document))
    return Response(data, media_type=media_type, headers=_HEADERS)


@router.get(
    "/tasks/{task}/documents/{document}",
    response_class=Response,
    responses=problems(NotFound, WrongRole, TaskClosed),
)
async def read_task_document(  # dependencies
    task: str, document: str, session: Session, office: TheOffice, actor: Staff, now: Now
) -> Response:
    """Give staff a document of the application that their task is about."""
    data, media_type = await document_of_task(session, office, actor, office.parse(task), office.parse(document), now)
    return Response(data, media_type=media_type, headers=_HEADERS)
