"""The test authority's lists and responder over HTTP, on loopback: for tests of the fetcher, and for the demo region.

Each address can be told to fail as real ones do: dead, slow, garbage, lying (a list or answer of a stranger's key).
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Self

from aiohttp import web

from shared.pki.der import Malformed
from shared.testing.authority import Authority
from shared.testing.authority_answers import failure

BEHAVIOURS: Final = ("ok", "dead", "slow", "garbage", "lying")
_LIST, _ANSWER = "application/pkix-crl", "application/ocsp-response"
_MALFORMED_REQUEST = 1
_RENEWED_AFTER = timedelta(minutes=30)


class AuthorityServer:
    """Serves GET /crl/leaf.crl, /crl/delta.crl, /crl/root.crl (with ETag and If-None-Match) and POST /ocsp.

    A list is issued anew when someone was revoked since, or after half an hour. `port` 0 takes a free one.
    """

    def __init__(
        self, authority: Authority, *, clock: Callable[[], datetime], host: str = "127.0.0.1", port: int = 0,
        slowness: timedelta = timedelta(seconds=30),
    ) -> None:  # fmt: skip
        self.authority, self._clock, self._host, self._port, self._slowness = authority, clock, host, port, slowness
        self._behaviours: dict[str, str] = {}
        self._issued: dict[str, tuple[object, datetime, bytes]] = {}
        self._runner: web.AppRunner | None = None
        self.requests: list[str] = []

    def behave(self, path: str, behaviour: str) -> None:
        """Tell an address how to answer from now on."""
        if behaviour not in BEHAVIOURS:
            raise ValueError(behaviour)
        self._behaviours[path] = behaviour

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end; only while it is started."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * 1024)
        for name in ("leaf", "delta", "root"):
            app.router.add_get(f"/crl/{name}.crl", self._guarded(self._list))
        app.router.add_post("/ocsp", self._guarded(self._answer))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            self.requests.append(request.path)
            behaviour = self._behaviours.get(request.path, "ok")
            if behaviour == "dead":
                raise web.HTTPServiceUnavailable
            if behaviour == "slow":
                await asyncio.sleep(self._slowness.total_seconds())
            if behaviour == "garbage":
                return web.Response(body=b"<html>This is not a list</html>", content_type="text/html")
            return await handler(request)

        return guarded

    async def _list(self, request: web.Request) -> web.StreamResponse:
        body = self.current(request.path)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(body=body, content_type=_LIST, headers={"ETag": tag})

    def current(self, path: str) -> bytes:
        """Give the list that is served at a path now, issued anew where it is time."""
        now, books = self._clock(), self.authority.books
        if self._behaviours.get(path) == "lying":
            stranger = Authority.create(at=now, algorithm="ecdsa", base_url=self.authority.base_url)
            return stranger.crl(at=now)
        state = frozenset(books.revoked)
        held = self._issued.get(path)
        if held is None or held[0] != state or now - held[1] > _RENEWED_AFTER:
            makers = {"/crl/leaf.crl": self.authority.crl, "/crl/delta.crl": self.authority.delta}
            maker = makers.get(path, self.authority.root_crl)
            held = self._issued[path] = (state, now, maker(at=now.replace(microsecond=0)))
        return held[2]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        now, signer = self._clock().replace(microsecond=0), self.authority
        if self._behaviours.get(request.path) == "lying":
            signer = Authority.create(at=now, algorithm="ecdsa", base_url=self.authority.base_url)
        try:
            body = signer.answer(await request.read(), at=now)
        except Malformed:
            body = failure(_MALFORMED_REQUEST)
        return web.Response(body=body, content_type=_ANSWER)
