"""Every process tells whether it lives, whether it can work, and what it has done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shared.log import get_logger, safe_message

_LOG = get_logger(__name__)
_SECONDS = 3.0
Check = Callable[[], Awaitable[None]]
"""Returns when the thing is well, and raises when it is not."""


class NotReady(Exception):
    """A check's answer: not now. The message is for the log alone."""


def router(checks: Mapping[str, Check]) -> APIRouter:
    """Make the routes; `/readyz` is 200 when every check passes, else 503, and names each with ok or failed."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    async def readyz() -> Response:
        names = list(checks)
        passed = await asyncio.gather(*(_passes(name, checks[name]) for name in names))
        ready = all(passed)
        body = {
            "status": "ready" if ready else "not ready",
            "checks": {name: "ok" if well else "failed" for name, well in zip(names, passed, strict=True)},
        }
        return JSONResponse(body, 200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001  # whatever it is, the process is not ready
        _LOG.info("not ready", check=name, why=safe_message(error) or type(error).__name__)
        return False
    return True
