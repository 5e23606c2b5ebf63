"""`GET /journals/{journal}`."""

from typing import Annotated

from fastapi import Query

from shared.applications.access import Staff, TheOffice, WrongRole
from shared.applications.cursors import Limit
from shared.applications.journals.schemas import JournalOut
from shared.applications.journals.service import Journals
from shared.errors import InvalidRequest, NotFound
from shared.web import Now, Router, Session, problems

router = Router(tags=["journals"])
Year = Annotated[int | None, Query(ge=2000, le=2200)]


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
