"""`GET /services`, one service, its form and its regulation."""

from typing import Annotated, Any

import orjson
from fastapi import Query, Request
from fastapi.responses import Response

from shared.applications.access import Gateway, TheOffice
from shared.applications.catalogue.conditional import answer_once
from shared.applications.catalogue.schemas import FormOut, ServiceList, ServiceOut
from shared.applications.catalogue.service import Catalogue
from shared.applications.office import ServiceNotOffered
from shared.applications.results.page import wants_page
from shared.errors import InvalidRequest
from shared.procedure import Channel, Language
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


@router.get(
    "/services/{key}/regulation",
    response_model=None,
    responses={
        200: {"content": {"application/json": {}, "text/html": {}}},
        **problems(ServiceNotOffered, InvalidRequest),
    },
)
async def show_regulation(  # each is a dependency or a query parameter
    key: str,
    request: Request,
    office: TheOffice,
    now: Now,
    language: Lang,
    _caller: Gateway,
    lang: Language | None = None,
) -> Response:
    """Give the regulation: steps, limits, grounds, each with its clause; data for a program, a page for a browser.

    The page is in one language, and `lang` goes before Accept-Language; the data hold all three.
    """
    catalogue, chosen = Catalogue(office, now), lang or language
    if wants_page(request.headers.get("accept")):
        page = catalogue.page(key, chosen).encode()
        return answer_once(request, page, media_type="text/html; charset=utf-8", language=chosen)
    data = orjson.dumps(catalogue.regulation(key))
    return answer_once(request, data, media_type="application/json", language=chosen)


@router.get(
    "/services/{key}/regulation.svg",
    response_model=None,
    responses={200: {"content": {"image/svg+xml": {}}}, **problems(ServiceNotOffered, InvalidRequest)},
)
async def draw_regulation(  # each is a dependency or a query parameter
    key: str,
    request: Request,
    office: TheOffice,
    now: Now,
    language: Lang,
    _caller: Gateway,
    channel: Channel | None = None,
    variant: Annotated[str | None, Query(max_length=64)] = None,
    lang: Language | None = None,
) -> Response:
    """Draw a channel of the regulation; `lang` goes before Accept-Language, which an image on a page cannot choose."""
    chosen = lang or language
    drawn = Catalogue(office, now).diagram(key, channel=channel, variant=variant, language=chosen)
    return answer_once(request, drawn.encode(), media_type="image/svg+xml", language=chosen)
