"""`GET /internal/statistics`: the gateway says which regions the caller operates, and adds the owners' answers up."""

from typing import Annotated

from fastapi import Query

from shared.applications.access import Gateway, TheOffice
from shared.applications.statistics.schemas import StatisticsOut
from shared.applications.statistics.service import Statistics
from shared.errors import InvalidRequest
from shared.web import Now, Router, Session, problems

router = Router(tags=["statistics"])
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


@router.get("/internal/statistics", responses=problems(InvalidRequest))
async def count(
    session: Session,
    now: Now,
    office: TheOffice,
    _caller: Gateway,
    regions: Annotated[str, Query(pattern=r"^[a-z-]+(,[a-z-]+)*$", max_length=1000, description="Codes, by comma.")],
    first: Annotated[str, Query(alias="from", pattern=MONTH)],
    to: Annotated[str, Query(pattern=MONTH)],
) -> StatisticsOut:
    """Count finished months, `from` and `to` within."""
    statistics = Statistics(session, now, office.settings.arrived_within)
    return StatisticsOut.model_validate(await statistics.of(regions.split(","), first, to))
