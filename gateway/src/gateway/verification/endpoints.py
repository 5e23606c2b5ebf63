"""GET /verify-keys: the public keys of all owners' QR codes, as one key set (RFC 7517)."""

from typing import Annotated, Any

from fastapi import Depends, Response

from gateway.entrance import anyone
from gateway.gathering import Gathering
from gateway.upstreams import PREFIX
from gateway.verification.schemas import KeysOut
from shared.errors import TooManyRequests
from shared.web import Router, problems, resource

router = Router(prefix=PREFIX, tags=["verification"], dependencies=[Depends(anyone)])
TheGathering = Annotated[Gathering, Depends(resource("gathering"))]


@router.get("/verify-keys", response_model=KeysOut, responses=problems(TooManyRequests))
async def list_keys(gathering: TheGathering, response: Response) -> dict[str, Any]:
    """Give what `shlyuz evidence verify-qr` checks QR codes with, without any network."""
    parts = await gathering.parts("/verify-keys", {}, actor=None)
    away = [part.name for part in parts if part.away]
    response.headers["Cache-Control"] = "no-store" if away else "public, max-age=3600"
    return {"keys": [key for part in parts for key in part.items], "unavailable": away}
