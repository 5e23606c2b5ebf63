"""Compare HTTP clients for calls between services; run it as a program. Its figures are in docs/decisions/0022."""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import httpx
import uvloop
from httpx_aiohttp import HttpxAiohttpClient

from shared.settings import ServiceSettings
from shared.testing import FixedClock
from shared.testing.programs import free_port
from shared.web import CallerKey
from shared.web.client import ServiceClient
from shared.web.server import server

SECONDS, CLIENTS = 4.0, 32
BODY = b'{"document":"' + b"a" * 2000 + b'"}'
ANSWER = b'{"id":"bkg-0192f0c0000070008000000000000000","state":"submitted"}'
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer x", "Idempotency-Key": "k"}


async def answering(scope, receive, send):
    """The smallest service: reads the body, answers 201."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body"):
        continue
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def serve(port: int) -> None:
    uvloop.run(server(answering, ServiceSettings(env="development", port=port)).serve())


@asynccontextmanager
async def plain_httpx(url: str):
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=100)) as client:
        yield lambda: client.post(url, content=BODY, headers=HEADERS)


@asynccontextmanager
async def httpx_over_aiohttp(url: str):
    async with HttpxAiohttpClient(trust_env=False) as client:
        yield lambda: client.post(url, content=BODY, headers=HEADERS)


@asynccontextmanager
async def plain_aiohttp(url: str):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:

        async def call():
            async with session.post(url, data=BODY, headers=HEADERS) as response:
                await response.read()

        yield call


@asynccontextmanager
async def service_client(url: str):
    clock = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
    async with ServiceClient("booking", url, key=CallerKey.generate("gateway"), clock=clock) as client:
        yield lambda: client.post("/", content=BODY, headers=HEADERS)


async def rate(call: Callable[[], Awaitable[object]]) -> float:
    calls, end = 0, time.monotonic() + SECONDS

    async def repeat() -> None:
        nonlocal calls
        while time.monotonic() < end:
            await call()
            calls += 1

    await asyncio.gather(*(repeat() for _ in range(CLIENTS)))
    return calls / SECONDS


async def main(url: str) -> None:
    for make in (plain_httpx, httpx_over_aiohttp, plain_aiohttp, service_client):
        async with make(url) as call:
            for _ in range(100):
                try:
                    await call()
                    break
                except Exception:  # noqa: BLE001  # the server is still starting
                    await asyncio.sleep(0.05)
            before = time.process_time()
            reached = await rate(call)
            cpu = (time.process_time() - before) / (reached * SECONDS) * 1e6
            sys.stdout.write(f"{make.__name__:20} {reached:7.0f} calls/s {cpu:7.0f} us CPU of the client per call\n")


if __name__ == "__main__":
    port = free_port()
    other = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    other.start()
    uvloop.run(main(f"http://127.0.0.1:{port}"))
    other.terminate()
