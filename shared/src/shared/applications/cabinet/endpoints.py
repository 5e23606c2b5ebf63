"""`GET /applications…`, `GET /notices`, `GET /access-log`: for their owner alone."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Response

from shared.applications.access import Citizen, StrongerLoginNeeded, TheOffice
from shared.applications.cabinet.schemas import (
    AccessList,
    ApplicationList,
    ApplicationOut,
    EvidenceOut,
    HistoryOut,
    NoticeList,
)
from shared.applications.cabinet.service import Cabinet
from shared.applications.cursors import Limit, read_cursor
from shared.applications.results.service import ResultNotReady, sealed_file
from shared.errors import InvalidRequest, NotFound
from shared.web import Lang, Now, Router, Session, problems

router = Router(tags=["cabinet"])


async def _cabinet(session: Session, office: TheOffice, actor: Citizen, language: Lang, now: Now) -> Cabinet:
    return Cabinet(office, session, actor, language, now)


Mine = Annotated[Cabinet, Depends(_cabinet)]


@router.get("/applications", response_model=ApplicationList, responses=problems(InvalidRequest))
async def list_applications(cabinet: Mine, cursor: str | None = None, limit: Limit = 50) -> Mapping[str, Any]:
    """List one's applications, the newest first."""
    return await cabinet.page(read_cursor(cursor), limit)


@router.get("/applications/{application}", response_model=ApplicationOut, responses=problems(NotFound))
async def show_application(application: str, cabinet: Mine, office: TheOffice) -> dict[str, Any]:
    """Show one's application."""
    return await cabinet.show(office.parse(application))


@router.get("/applications/{application}/history", response_model=HistoryOut, responses=problems(NotFound))
async def show_history(application: str, cabinet: Mine, office: TheOffice) -> dict[str, Any]:
    """Tell what happened to it."""
    return await cabinet.history(office.parse(application))


@router.get("/applications/{application}/evidence", response_model=EvidenceOut, responses=problems(NotFound))
async def show_evidence(application: str, cabinet: Mine, office: TheOffice) -> dict[str, Any]:
    """Bundle what was signed, with the evidence of condition 2."""
    return await cabinet.evidence(office.parse(application))


@router.get("/applications/{application}/result", response_class=Response, responses=problems(NotFound, ResultNotReady))
async def download_result(application: str, cabinet: Mine, office: TheOffice, session: Session) -> Response:
    """Give the sealed PDF."""
    case = await cabinet.case(office.parse(application))
    pdf, digest = await sealed_file(session, case)
    headers = {
        "Content-Disposition": f'attachment; filename="{case.file.number}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "ETag": f'"{digest}"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/notices", response_model=NoticeList, responses=problems(InvalidRequest))
async def list_notices(cabinet: Mine, cursor: str | None = None, limit: Limit = 50) -> Mapping[str, Any]:
    """List the notices formed for one, the newest first."""
    return await cabinet.notices(read_cursor(cursor), limit)


@router.get("/access-log", response_model=AccessList, responses=problems(StrongerLoginNeeded, InvalidRequest))
async def list_access(cabinet: Mine, cursor: str | None = None, limit: Limit = 50) -> Mapping[str, Any]:
    """List who looked at one's data, the newest first."""
    return await cabinet.access_log(read_cursor(cursor), limit)
