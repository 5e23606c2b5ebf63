"""`GET /services`, one service, its form and its regulation."""

from typing import Any

from shared.applications.access import Gateway, TheOffice
from shared.applications.catalogue.schemas import FormOut, ServiceList, ServiceOut
from shared.applications.catalogue.service import Catalogue
from shared.applications.office import ServiceNotOffered
from shared.procedure import Channel
from shared.procedure.forms import Purpose
from shared.web import Lang, Now, Router, problems

router = Router(tags=["catalogue"])


@router.get("/services", response_model=ServiceList)
async def list_services(office: TheOffice, now: Now, _caller: Gateway) -> dict[str, Any]:
    """List what can be applied for here."""
    return {"items": Catalogue(office, now).services()}


@router.get("/services/{key}", response_model=ServiceOut, responses=problems(ServiceNotOffered))
async def show_service(key: str, office: TheOffice, now: Now, _caller: Gateway) -> dict[str, Any]:
    """Describe one service, `region.service`."""
    return Catalogue(office, now).service(key)


@router.get("/services/{key}/form", response_model=FormOut, responses=problems(ServiceNotOffered))
async def show_form(  # each is a dependency or a query parameter
    key: str,
    office: TheOffice,
    now: Now,
    language: Lang,
    _caller: Gateway,
    purpose: Purpose = "application",
    channel: Channel = Channel.PORTAL,
) -> dict[str, Any]:
    """Give the JSON Schema of the form in the caller's language."""
    return Catalogue(office, now).form(key, purpose=purpose, channel=channel, language=language)


@router.get("/services/{key}/regulation", responses=problems(ServiceNotOffered))
async def show_regulation(key: str, office: TheOffice, now: Now, _caller: Gateway) -> dict[str, Any]:
    """Give the regulation as data: steps, limits, grounds, each with its clause."""
    return Catalogue(office, now).regulation(key)
