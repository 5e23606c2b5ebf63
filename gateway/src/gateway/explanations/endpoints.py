"""GET /problems/{code}: where the `type` of every problem leads, a page for a browser, JSON for a program."""

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from gateway.entrance import anyone
from gateway.explanations.catalogue import explanations
from gateway.explanations.page import HEADERS, page
from gateway.explanations.schemas import ExplanationOut
from shared.applications.results.page import wants_page
from shared.errors import InvalidRequest, Language, NotFound, TooManyRequests
from shared.web import Lang, Router, problems

router = Router(tags=["problems"])
_ALWAYS = {"Vary": "Accept, Accept-Language", "Cache-Control": "public, max-age=3600"}


@router.get(
    "/problems/{code}",
    response_model=None,
    responses={
        200: {"model": ExplanationOut, "content": {"text/html": {"schema": {"type": "string"}}}},
        **problems(NotFound, InvalidRequest, TooManyRequests),
    },
    dependencies=[Depends(anyone)],
)
async def explain(
    code: str, request: Request, negotiated: Lang, lang: Annotated[Language | None, Query()] = None
) -> Response:
    """Say what a problem means and what to do about it; `lang` goes before Accept-Language."""
    told = explanations().get(code)
    if told is None:
        raise NotFound
    if not wants_page(request.headers.get("accept")):
        return Response(orjson.dumps(asdict(told)), headers=_ALWAYS, media_type="application/json")
    language = lang or negotiated
    headers = {**_ALWAYS, **HEADERS, "Content-Language": language}
    return HTMLResponse(page(told, language), headers=headers)
