"""`GET /journals/{journal}`, as JSON, CSV and PDF, and the correction of a row."""

import asyncio
from typing import Annotated

import orjson
from fastapi import Path, Query
from fastapi.responses import Response

from shared.applications.access import Staff, TheOffice, WrongRole
from shared.applications.cursors import Limit
from shared.applications.journals.correcting import Correcting, RowCorrectedAlready
from shared.applications.journals.printing import TooManyRows, as_pdf
from shared.applications.journals.schemas import CorrectionIn, CorrectionOut, JournalOut
from shared.applications.journals.service import Journals
from shared.applications.journals.table import as_csv
from shared.applications.replies import as_json
from shared.errors import InvalidRequest, NotFound
from shared.results.journal import MOST_ROWS
from shared.web import Here, IdempotencyKey, Now, Router, Session, claim_answer, problems

router = Router(tags=["journals"])
Year = Annotated[int | None, Query(ge=2000, le=2200)]
NEXT = "X-Next-Cursor"
"""After which row the next part begins; absent after the last."""


@router.get(
    "/journals/{journal}.csv",
    response_model=None,
    responses={200: {"content": {"text/csv": {}}}, **problems(NotFound, WrongRole, InvalidRequest)},
)
async def read_journal_as_csv(  # noqa: PLR0913, PLR0917  # filters and dependencies
    journal: str,
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    year: Year = None,
    provider: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Response:
    """Give a part of the provider's own volume as lines of CSV; the first part begins with the titles in Kazakh."""
    journals = Journals(office, session, actor, now)
    part = await journals.part(journal, year=year, provider=provider, cursor=cursor, limit=limit)
    head = [] if cursor else [[title.kk for title in part.titles]]
    headers = {NEXT: part.next_cursor} if part.next_cursor else {}
    return Response(as_csv([*head, *part.lines]), headers=headers, media_type="text/csv; charset=utf-8")


@router.get(
    "/journals/{journal}.pdf",
    response_model=None,
    responses={200: {"content": {"application/pdf": {}}}, **problems(NotFound, WrongRole, InvalidRequest, TooManyRows)},
)
async def read_journal_as_pdf(  # filters and dependencies
    journal: str,
    here: Here,
    office: TheOffice,
    actor: Staff,
    now: Now,
    year: Year = None,
    provider: str | None = None,
) -> Response:
    """Give the provider's own volume of a year as pages, rendered after the transaction that recorded who looked."""
    async with here.database.transaction() as session:
        journals = Journals(office, session, actor, now)
        part = await journals.part(journal, year=year, provider=provider, cursor=None, limit=MOST_ROWS)
        if part.next_cursor:
            raise TooManyRows(MOST_ROWS)
    return Response(await asyncio.to_thread(as_pdf, part, now), media_type="application/pdf")


@router.get("/journals/{journal}", responses=problems(NotFound, WrongRole, InvalidRequest))
async def read_journal(  # noqa: PLR0913, PLR0917  # filters and dependencies
    journal: str,
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    year: Year = None,
    provider: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> JournalOut:
    """Read the provider's own volume of a journal."""
    journals = Journals(office, session, actor, now)
    page = await journals.page(journal, year=year, provider=provider, cursor=cursor, limit=limit)
    return JournalOut.model_validate(page)


@router.post(
    "/journals/{journal}/rows/{number}/corrections",
    status_code=201,
    response_model=CorrectionOut,
    responses=problems(NotFound, WrongRole, InvalidRequest, RowCorrectedAlready),
)
async def correct_row(  # noqa: PLR0913, PLR0917  # the row, the body and dependencies
    journal: str,
    number: Annotated[int, Path(ge=1, le=2_147_483_647)],
    body: CorrectionIn,
    session: Session,
    office: TheOffice,
    actor: Staff,
    now: Now,
    key: IdempotencyKey,
    year: Annotated[int, Query(ge=2000, le=2200)],
) -> Response:
    """Add a row that says what row `number` of `year` should have said; the old one stays as it is."""
    same = orjson.dumps([journal, number, year, body.model_dump(mode="json")])
    scope = f"{actor.account_id}:POST /journals/corrections"
    claim = await claim_answer(session, scope=scope, key=key, body=same)
    if claim.answer is not None:
        return claim.answer.response()
    added = await Correcting(office, session, actor, now).correct(
        journal, year=year, number=number, values=body.values, reason=body.reason
    )
    answer = as_json(added, 201)
    await claim.remember(session, status=answer.status_code, body=bytes(answer.body))
    return answer
