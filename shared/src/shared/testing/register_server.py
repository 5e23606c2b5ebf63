"""A small external register over HTTP, on loopback: for tests of the adapter, and for the demo region.

It can be told to fail as real ones do: dead, slow, garbage, wrong (it speaks of somebody else), endless,
odd (an answer, with a number in it that JSON does not have).
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from aiohttp import web

BEHAVIOURS: Final = ("ok", "dead", "slow", "garbage", "wrong", "endless", "odd")


class RegisterServer:
    """Serves `POST /{register}`; everybody is unlisted but those in `listed`, by register and IIN."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, slowness: timedelta = timedelta(seconds=30)) -> None:
        self._host, self._port, self._slowness = host, port, slowness
        self._runner: web.AppRunner | None = None
        self.behaviour = "ok"
        self.listed: set[tuple[str, str]] = set()
        self.asked: list[tuple[str, str]] = []

    def url(self, register: str) -> str:
        """Where a register answers; only while the server is started."""
        return f"http://{self._host}:{self._port}/{register}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4096)
        app.router.add_post("/{register}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        register, iin = request.match_info["register"], str((await request.json())["iin"])
        self.asked.append((register, iin))
        match self.behaviour:
            case "dead":
                raise web.HTTPServiceUnavailable
            case "slow":
                await asyncio.sleep(self._slowness.total_seconds())
            case "garbage":
                return web.Response(body=b"<html>This is not an answer</html>", content_type="text/html")
            case "wrong":
                iin = "000000000000"
            case "endless":
                return web.Response(body=b'{"iin": "' + b"0" * 200_000, content_type="application/json")
        said = {"iin": iin, "listed": (register, iin) in self.listed, "as_of": datetime.now(UTC).isoformat()}
        if self.behaviour == "odd":
            said["weight"] = float("nan")
        return web.json_response(said)
