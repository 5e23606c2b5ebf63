"""GET /services, /services/{service}/form, /forms/{purpose}, /providers: what can be applied for, with form tokens."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from gateway.catalogue.schemas import CatalogueOut, FormWithToken, ProvidersOut, PurposeForm
from gateway.catalogue.service import Catalogue, purpose_form
from gateway.entrance import anyone
from gateway.forms.tokens import Form, FormTokens
from gateway.forwarding import answer, asked_headers, forward
from gateway.gathering import Gathering
from gateway.upstreams import PREFIX
from shared.errors import InvalidRequest, Language, NotFound, ServiceAway, TooManyRequests
from shared.web import Now, Router, problems, resource

router = Router(prefix=PREFIX, tags=["catalogue"], dependencies=[Depends(anyone)])
TheCatalogue = Annotated[Catalogue, Depends(resource("catalogue"))]
Tokens = Annotated[FormTokens, Depends(resource("form_tokens"))]
TheGathering = Annotated[Gathering, Depends(resource("gathering"))]
Name = Annotated[str | None, Query(max_length=64)]

_OK = 200


@router.get("/services", response_model=CatalogueOut, responses=problems(TooManyRequests))
async def list_services(catalogue: TheCatalogue) -> dict[str, Any]:
    """List what can be applied for; an owner that is away is named, with what it last offered."""
    offer = await catalogue.offer()
    return {"items": offer.items, "unavailable": offer.unavailable}


@router.get(
    "/services/{service}/form",
    response_model=None,
    responses={200: {"model": FormWithToken}, **problems(NotFound, TooManyRequests, ServiceAway)},
)
async def show_form(
    request: Request,
    service: str,
    catalogue: TheCatalogue,
    tokens: Tokens,
    now: Now,
    purpose: Literal["application", "withdrawal", "reschedule"] = "application",
) -> Response | dict[str, Any]:
    """Give the JSON Schema of the form, and the form token that its signed document must carry."""
    owner = await catalogue.owner(service)
    # The catalogue knows the name, so it is one that an owner gave: letters, digits, hyphens and a full stop.
    reply = await owner.get(f"/services/{service}/form", params={"purpose": purpose}, headers=asked_headers(request))
    if reply.status != _OK:
        return answer(owner, reply)
    form = reply.json()
    given = tokens.give(Form(purpose=purpose, service=service, edition=form["edition"]), now=now)
    return {**form, "form_token": given.token, "form_token_expires_at": given.expires_at}


@router.get(
    "/services/{service}/regulation",
    response_class=Response,
    response_model=None,
    responses={
        200: {
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/html": {"schema": {"type": "string"}},
            }
        },
        304: {"description": "What the caller has is the same"},
        **problems(NotFound, InvalidRequest, TooManyRequests, ServiceAway),
    },
)
async def show_regulation(
    request: Request,
    service: str,
    catalogue: TheCatalogue,
    _lang: Annotated[Language | None, Query(alias="lang", description="Of the page; before Accept-Language.")] = None,
) -> Response:
    """Publish its regulation: steps, limits, grounds, each with its clause; JSON for programs, a page for browsers."""
    owner = await catalogue.owner(service)
    return await forward(request, owner, f"/services/{service}/regulation", actor=None)


@router.get(
    "/services/{service}/regulation.svg",
    response_class=Response,
    response_model=None,
    responses={
        200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}},
        304: {"description": "What the caller has is the same"},
        **problems(NotFound, InvalidRequest, TooManyRequests, ServiceAway),
    },
)
async def draw_regulation(
    request: Request,
    service: str,
    catalogue: TheCatalogue,
    _channel: Annotated[Literal["portal", "direct", "phone"] | None, Query(alias="channel")] = None,
    _variant: Annotated[str | None, Query(alias="variant", max_length=64)] = None,
    _lang: Annotated[Language | None, Query(alias="lang", description="Goes before Accept-Language.")] = None,
) -> Response:
    """Draw the block diagram of one channel: who does what, in which order, within which limit."""
    owner = await catalogue.owner(service)
    return await forward(request, owner, f"/services/{service}/regulation.svg", actor=None)


@router.get("/forms/{purpose}", responses=problems(NotFound, TooManyRequests))
async def show_purpose_form(purpose: str, tokens: Tokens, now: Now) -> PurposeForm:
    """Give the JSON Schema of a document that belongs to no one service, and its form token."""
    schema = purpose_form(purpose)
    given = tokens.give(Form(purpose=purpose, service=None, edition=None), now=now)
    return PurposeForm(purpose=purpose, form=schema, form_token=given.token, form_token_expires_at=given.expires_at)


@router.get("/providers", response_model=ProvidersOut, responses=problems(TooManyRequests))
async def list_providers(gathering: TheGathering, region: Name = None, service: Name = None) -> dict[str, Any]:
    """List providers that offer a service; several owners may know the same provider."""
    parts = await gathering.parts("/providers", {"region": region, "service": service}, actor=None)
    found = {item["bin"]: item for part in parts for item in part.items}
    return {
        "items": sorted(found.values(), key=lambda item: (item["region"], item["bin"])),
        "unavailable": [part.name for part in parts if part.away],
    }
