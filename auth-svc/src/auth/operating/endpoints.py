"""`GET /internal/operated-regions`: the gateway asks before it counts for the region."""

from pydantic import BaseModel

from auth.administrator import AdministratorOnly
from auth.operating.errors import RegionNotOperated
from auth.staff.authorising import CurrentAdministrator
from shared.web import Router, problems

router = Router(tags=["statistics"])


class Operated(BaseModel):
    regions: list[str]


@router.get("/internal/operated-regions", responses=problems(AdministratorOnly, RegionNotOperated))
async def show_operated(by: CurrentAdministrator, region: str | None = None) -> Operated:
    """Give the regions that the administrator's organisation operates, or the one that is asked for."""
    regions = by.regions if region is None else by.regions & {region}
    if not regions:
        raise RegionNotOperated
    return Operated(regions=sorted(regions))
