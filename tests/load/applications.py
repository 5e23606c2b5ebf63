"""Signed applications a second: clients that each send the next prepared request as soon as the last is answered."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
import asyncpg
from population import Signed, signed_applications

from shlyuz.state import RegionState

EXPECTED_AT_MOST = 450
"""Requests prepared for each second of the run."""
_STOLEN = 7
"""Where proc(5) counts what the host gave to other machines."""


@dataclass(slots=True)
class Run:
    latencies: list[float] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)


async def measure(region: RegionState, *, citizens: int, clients: int, seconds: int) -> dict[str, object]:
    """Run the load and say what came of it; `rows` counts the applications that the database has more than before."""
    requests = await signed_applications(region, citizens, seconds * EXPECTED_AT_MOST)
    before, ticks = await _rows(region), _ticks()
    run, queue, started = Run(), iter(requests), time.monotonic()
    end = started + seconds
    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(region.url, connector=connector) as http, asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(http, queue, run, end))
    took, ticks = time.monotonic() - started, [after - then for then, after in zip(ticks, _ticks(), strict=True)]
    rows = await _rows(region) - before
    cuts = quantiles(run.latencies, n=100)
    return {
        "per_s": round(len(run.latencies) / took, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "seconds": round(took, 1),
        "rows": rows,
        "not_201": run.others,
        "stolen": round(ticks[_STOLEN] / max(1, sum(ticks)), 3) if ticks else None,
    }


def post(http: aiohttp.ClientSession, request: Signed) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    """Post a prepared request: `async with post(http, request) as answer`."""
    headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
    return http.post("/api/v1/applications", data=request.body, headers=headers)


async def send(region: RegionState, request: Signed) -> dict[str, Any]:
    """File one application, which must be accepted; gives its receipt."""
    async with aiohttp.ClientSession(region.url) as http, post(http, request) as answer:
        if not answer.ok:
            raise SystemExit(await answer.text())
        return dict(await answer.json())


async def file_evenly(region: RegionState, requests: Sequence[Signed], per_s: float) -> None:
    """Send so many a second, whether those before are answered or not."""
    async with aiohttp.ClientSession(region.url) as http, asyncio.TaskGroup() as group:
        for request in requests:
            group.create_task(_posted(http, request))
            await asyncio.sleep(1 / per_s)


async def _posted(http: aiohttp.ClientSession, request: Signed) -> None:
    async with post(http, request) as answer:
        await answer.read()


async def _client(http: aiohttp.ClientSession, queue: Iterator[Signed], run: Run, end: float) -> None:
    for request in queue:
        started = time.monotonic()
        if started >= end:
            return
        async with post(http, request) as answer:
            await answer.read()
        if answer.status == 201:
            run.latencies.append(time.monotonic() - started)
        else:
            run.others[answer.status] = run.others.get(answer.status, 0) + 1


def _ticks() -> list[int]:
    """Give what the machine's processors did so far, by kind (proc(5)); nothing where there is no such file."""
    file = Path("/proc/stat")
    return [int(number) for number in file.read_text().splitlines()[0].split()[1:9]] if file.is_file() else []


async def _rows(region: RegionState) -> int:
    connection = await asyncpg.connect(region.owner_urls["booking"].replace("+asyncpg", ""))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM applications"))
    finally:
        await connection.close()
