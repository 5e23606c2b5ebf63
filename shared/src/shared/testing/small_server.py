"""An HTTP server with one handler, on loopback: another service, as far as a test needs one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(port: int, path: str, answer: Handler) -> AsyncIterator[None]:
    """Answer every request to the path, by whatever method."""
    application = web.Application()
    application.router.add_route("*", path, answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()
