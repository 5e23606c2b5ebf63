"""Districts over HTTP, kept by the provider's administrator."""

from typing import Annotated

from fastapi import Depends

from attachment.districts.errors import DistrictNameTaken, DistrictsOverlap
from attachment.districts.schemas import DistrictIn, DistrictOut
from attachment.districts.service import Districts
from attachment.providers import provider_of
from attachment.roles import AdministeredProvider, AdministratorOnly
from shared.applications.access import TheOffice
from shared.errors import InvalidRequest, NotFound
from shared.shapes.register import DistrictsOut
from shared.web import Now, Router, Session, problems

router = Router(tags=["districts"])


async def _own(session: Session, provider: AdministeredProvider, now: Now) -> Districts:
    return Districts(session=session, provider=await provider_of(session, provider), now=now)


Own = Annotated[Districts, Depends(_own)]
_REFUSED = (AdministratorOnly, InvalidRequest, NotFound, DistrictsOverlap, DistrictNameTaken)


@router.get("/admin/districts", responses=problems(AdministratorOnly, NotFound))
async def list_districts(districts: Own) -> DistrictsOut:
    return DistrictsOut(items=[DistrictOut.of(each) for each in await districts.list()])


@router.post("/admin/districts", status_code=201, responses=problems(*_REFUSED))
async def add_district(new: DistrictIn, districts: Own) -> DistrictOut:
    return DistrictOut.of(await districts.add(new.name, new.parts()))


@router.put("/admin/districts/{district}", responses=problems(*_REFUSED))
async def replace_district(district: str, new: DistrictIn, districts: Own, office: TheOffice) -> DistrictOut:
    """Describe a district anew, name and houses; who is enrolled in it stays so."""
    return DistrictOut.of(await districts.replace(office.parse(district), new.name, new.parts()))
