"""GET /journals/{journal}, as a page of JSON or a whole volume as CSV; corrections of its rows."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from gateway.entrance import StaffMember
from gateway.forwarding import forward, language
from gateway.gathering import Asked, Gathering
from gateway.journals.schemas import VolumesOut
from gateway.journals.service import parts
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded, StaffOnly
from gateway.upstreams import OWNERS, PREFIX, Upstreams
from shared.applications.journals.schemas import CorrectionIn, CorrectionOut
from shared.errors import Conflict, Forbidden, InvalidRequest, NotFound, ServiceAway, TooManyRequests
from shared.web import IdempotencyKey, Router, problems, resource

router = Router(prefix=PREFIX, tags=["journals"])
_REFUSALS = problems(
    AccessTokenMissing, AccessTokenInvalid, AccessTokenExpired, SessionEnded, StaffOnly, Forbidden, NotFound,
    InvalidRequest, TooManyRequests,
)  # fmt: skip


Volume = Annotated[Literal["booking", "attachment", "certificate", "lab"], Query(description="Whose volume it is.")]
TheUpstreams = Annotated[Upstreams, Depends(resource("upstreams"))]


@router.get(
    "/journals/{journal}.csv",
    response_class=StreamingResponse,
    response_model=None,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **_REFUSALS,
        **problems(ServiceAway),
    },
)
async def read_journal_as_csv(
    request: Request,
    journal: str,
    person: StaffMember,
    upstreams: TheUpstreams,
    volume: Volume,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    provider: Annotated[str | None, Query(max_length=12)] = None,
) -> StreamingResponse:
    """Give the provider's own volume of a year as one file, in the decree's columns, titles in Kazakh."""
    filters = {"year": str(year) if year else None, "provider": provider}
    asked = {name: value for name, value in filters.items() if value}
    path = f"/journals/{quote(journal, safe='')}.csv"
    rows = parts(upstreams[volume], path, asked, actor=person, headers=language(request))
    first = await anext(rows)  # here, so that a refusal is an answer of its own

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for part in rows:
            yield part

    headers = {"Content-Disposition": 'attachment; filename="journal.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(whole(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/journals/{journal}.pdf",
    response_class=Response,
    response_model=None,
    responses={
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
        **_REFUSALS,
        **problems(ServiceAway),
    },
)
async def read_journal_as_pdf(
    request: Request,
    journal: str,
    person: StaffMember,
    upstreams: TheUpstreams,
    volume: Volume,
    _year: Annotated[int | None, Query(alias="year", ge=2000, le=2200)] = None,
    _provider: Annotated[str | None, Query(alias="provider", max_length=12)] = None,
) -> Response:
    """Give the provider's own volume of a year as pages; a volume that is too long for that is a problem."""
    path = f"/journals/{quote(journal, safe='')}.pdf"
    return await forward(request, upstreams[volume], path, actor=person)


@router.post(
    "/journals/{journal}/rows/{number}/corrections",
    status_code=201,
    response_class=Response,
    response_model=None,
    responses={201: {"model": CorrectionOut}, **_REFUSALS, **problems(Conflict, ServiceAway)},
)
async def correct_row(
    request: Request,
    journal: str,
    number: Annotated[int, Path(ge=1, le=2_147_483_647)],
    body: CorrectionIn,
    person: StaffMember,
    upstreams: TheUpstreams,
    volume: Volume,
    _key: IdempotencyKey,
    _year: Annotated[int, Query(alias="year", ge=2000, le=2200)],
) -> Response:
    """Add a row that says what another should have said (journal keepers); the old one stays as it is."""
    path = f"/journals/{quote(journal, safe='')}/rows/{number}/corrections"
    return await forward(request, upstreams[volume], path, actor=person, body=body.model_dump_json().encode())


@router.get("/journals/{journal}", response_model=None, responses={200: {"model": VolumesOut}, **_REFUSALS})
async def read_journal(  # noqa: PLR0913, PLR0917 - filters and dependencies
    request: Request,
    journal: str,
    person: StaffMember,
    gathering: Annotated[Gathering, Depends(resource("gathering"))],
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    provider: Annotated[str | None, Query(max_length=12)] = None,
    volume: Annotated[Literal["booking", "attachment", "certificate", "lab"] | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=20, description="Of the one volume that is named.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Read the provider's own volumes of a journal; to go on in one, name it with its cursor."""
    filters = {"year": str(year) if year else None, "provider": provider}
    asked = Asked(limit=limit, cursor=cursor if volume else None, filters=filters, headers=language(request))
    owners = (volume,) if volume else OWNERS
    found, away = await gathering.volumes(f"/journals/{quote(journal, safe='')}", asked, actor=person, owners=owners)
    return {"journal": journal, "volumes": found, "unavailable": away}
