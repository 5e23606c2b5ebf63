"""What people look at while others file: the cabinet, free times among a million slots, a provider's long task list."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import quantiles
from typing import Any
from uuid import UUID

import applications
import asyncpg
import httpx
from population import signed_applications

from shlyuz.demo import programme
from shlyuz.demo.portal import Portal
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World
from shlyuz.state import RegionState

Deed = Callable[[], Awaitable[Any]]
SLOTS, TASKS = 1_000_000, 100_000
_PATIENCE = 3600
"""Seconds that a statement which fills a table may take."""
# The task's fellows are rows of the same application: a list opens the case file of every row that it shows anyway.
_MORE_TASKS = """
    INSERT INTO tasks
    SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', gen_random_uuid(), 'round', t.round + n, 'due_at', t.due_at + n * interval '1 second'))).*
    FROM tasks t, generate_series(1, $2::int) n WHERE t.id = $1
"""
# Nine of ten are taken, so that the free ones have to be looked for.
_MORE_SLOTS = """
    INSERT INTO slots (id, provider, doctor, starts_at, ends_at, application, given_by, taken_at)
    SELECT gen_random_uuid(), d.provider, d.id, at, at + interval '15 minutes',
           CASE WHEN taken THEN gen_random_uuid() END, CASE WHEN taken THEN 'citizen' END,
           CASE WHEN taken THEN now() END
    FROM (SELECT id, provider FROM doctors WHERE provider = $1 ORDER BY id LIMIT 10) d, generate_series(1, $2::int) n,
         LATERAL (SELECT now() + interval '1 year' + n * interval '15 minutes' AS at, n % 10 <> 9 AS taken) x
"""


async def measure(region: RegionState, *, citizens: int, per_s: float, seconds: int) -> dict[str, Any]:
    """Fill the database, then look at each list; the cabinet while `per_s` applications a second come in."""
    async with httpx.AsyncClient(base_url=region.url, timeout=60, trust_env=False) as http:
        world = World.at(http, region.home)
        portal, workstation = await _with_an_application_of_each_service(world)
        await _fill(region, workstation)
        found = {
            "slots": await _times(lambda: workstation.api.get(f"/providers/{workstation.bin}/slots", limit=1)),
            "tasks": await _times(lambda: workstation.api.get("/tasks", limit=50)),
        }
        requests = await signed_applications(region, citizens, round(seconds * per_s))
        async with asyncio.TaskGroup() as group:
            load = group.create_task(applications.file_evenly(region, requests, per_s))
            looks = group.create_task(_until(load, *await _looks(portal)))
        found["cabinet"], found["application"] = looks.result()
    return found | {"load_per_s": round(per_s, 1)}


async def _with_an_application_of_each_service(world: World) -> tuple[Portal, Workstation]:
    """Let one citizen use every service that a region has on the portal, and a performer of booking be at work."""
    for code, acts in programme.SERVICES.items():
        if "zhambyl" in acts and "portal" in acts["zhambyl"].grounds:
            walk = programme.walk_of(world, "zhambyl", code, world.citizens("zhambyl")[0], lambda _: None)
            await walk.succeed()
    portal = world.portal(world.citizens("zhambyl")[0])
    await portal.log_in(with_certificate=False)
    return portal, await world.at_work(world.provider("zhambyl")["bin"], "responsible_employee")


async def _fill(region: RegionState, workstation: Workstation) -> None:
    """Give the provider its tasks and doctors more slots."""
    (request,) = await signed_applications(region, 1, 1)
    receipt = await applications.send(region, request)
    connection = await asyncpg.connect(region.owner_urls["booking"].replace("+asyncpg", ""))
    try:
        task = await connection.fetchval("SELECT id FROM tasks WHERE application = $1", _bare(receipt["id"]))
        await connection.execute(_MORE_TASKS, task, TASKS, timeout=_PATIENCE)
        await connection.execute(_MORE_SLOTS, workstation.bin, SLOTS // 10, timeout=_PATIENCE)
        await connection.execute("VACUUM ANALYZE slots, tasks", timeout=_PATIENCE)
    finally:
        await connection.close()


def _bare(public_id: str) -> UUID:
    return UUID(public_id.partition("-")[2])


async def _looks(portal: Portal) -> tuple[Deed, Deed]:
    """Give what one does in the cabinet: open it, and look at the first application in it."""
    listed = (await portal.api.get("/applications"))["items"]
    return lambda: portal.api.get("/applications"), lambda: portal.api.get(f"/applications/{listed[0]['id']}")


async def _times(deed: Deed, count: int = 200) -> dict[str, float]:
    return _said([await _timed(deed) for _ in range(count)])


async def _until(other: asyncio.Task[None], *deeds: Deed) -> list[dict[str, float]]:
    """Do one after the other again and again, with a reader's pause, as long as the other runs."""
    took: list[list[float]] = [[] for _ in deeds]
    while not other.done():
        for deed, times in zip(deeds, took, strict=True):
            times.append(await _timed(deed))
            await asyncio.sleep(0.05)
    return [_said(times) for times in took]


async def _timed(deed: Deed) -> float:
    began = time.perf_counter()
    await deed()
    return time.perf_counter() - began


def _said(took: list[float]) -> dict[str, float]:
    cuts = quantiles(took, n=20)
    return {"p50_ms": round(1000 * cuts[9], 1), "p95_ms": round(1000 * cuts[18], 1), "count": len(took)}


def table(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""

    def row(name: str, key: str, note: str) -> tuple[str, str, str]:
        return name, f"{found[key]['p95_ms']} ms", f"p95; p50 {found[key]['p50_ms']} ms; {note}"

    return [
        row("free time", "slots", f"the next one at a provider with {SLOTS:,} slots"),
        row("task list", "tasks", f"50 of a provider's {TASKS:,} open tasks"),
        row("cabinet", "cabinet", f"applications in all services, while {found['load_per_s']} are filed a second"),
        row("one application", "application", "opened in the cabinet at the same load"),
    ]
