"""`GET /.well-known/jwks.json`: by these keys the gateway checks access tokens itself."""

from typing import Annotated

from fastapi import Depends, Response

from auth.keys.schemas import Jwks
from auth.keys.service import SigningKeys
from shared.web import Now, Router, allow, resource

router = Router(tags=["sessions"], dependencies=[Depends(allow("gateway"))])
Keys = Annotated[SigningKeys, Depends(resource("keys"))]


@router.get("/.well-known/jwks.json")
async def show_keys(response: Response, keys: Keys, now: Now) -> Jwks:
    response.headers["Cache-Control"] = "max-age=300"
    return Jwks.of(await keys.published(now))
