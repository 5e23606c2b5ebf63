"""A provider's day at the window: visits for certificates, each with all its steps, signatures and sealed PDF.

Several visitors are served at once, as by several workstations; each walk goes by HTTP alone, but that a workstation
learns its next task from the stream of events, and here from the database.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from statistics import quantiles
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from shared.testing.identities import iin
from shlyuz.demo import certificates
from shlyuz.demo.programme import walk_of
from shlyuz.demo.walks import Walk
from shlyuz.demo.world import World
from shlyuz.state import RegionState

ROUTES = tuple((code, region) for code, regions in certificates.ACTS.items() for region in regions)
_SEALED_WITHIN = 600.0  # seconds
_OPEN = "SELECT id, performer FROM tasks WHERE application = $1 AND state = 'open'"
_ISSUED = "SELECT count(*) FROM applications WHERE id = ANY($1) AND state = 'issued'"


@dataclass(kw_only=True)
class Day:
    """What happened so far; `served` are applications, `lasted` seconds of each from the window to the end."""

    world: World
    database: asyncpg.Pool
    fields: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    served: list[UUID] = field(default_factory=list)
    lasted: list[float] = field(default_factory=list)
    steps: int = 0

    async def serve(self, number: int) -> None:
        """Carry one visit out to the last step."""
        code, region = ROUTES[number % len(ROUTES)]
        walk = walk_of(self.world, region, code, self.world.citizens(region)[0], lambda _: None, channel="direct")
        provider = await walk.acts.choose(walk)
        began = time.perf_counter()
        receipt = await self._register(walk, provider, number)
        application = UUID(receipt["id"].partition("-")[2])
        self.served.append(application)
        while (task := await self.database.fetchrow(_OPEN, application)) is not None:
            workstation = await self.world.at_work(provider, task["performer"])
            claimed = await workstation.claim(f"crt-{task['id'].hex}")
            await workstation.carry_out(claimed, await walk.acts.decide(walk, workstation, claimed))
            self.steps += 1
        self.lasted.append(time.perf_counter() - began)

    async def _register(self, walk: Walk, provider: str, number: int) -> Mapping[str, Any]:
        """Register a person of his own, or, where one must be enrolled in the district, the one who is."""
        if (first := self.fields.get(walk.service)) is None:
            api = (await self.world.at_work(provider, "journal_keeper")).api
            first = {"performer": await walk._first_performer(api), "fields": await walk.acts.fill_in(walk, api)}
            self.fields[walk.service] = first
        own = self.world.people["citizens"][walk.citizen]["iin"]
        if walk.acts.choose is not certificates.choose_own:
            own = iin(birth=date(1950 + number // 336 % 50, 1 + number % 12, 1 + number % 28), number=9 + number // 336)
        body = {"region": walk.region, "service": walk.code, "channel": "direct", "fields": first["fields"],
                "applicant": {"iin": str(own), "surname": "Келушіова", "given_name": "Сынақ"}}  # fmt: skip
        workstation = await self.world.at_work(provider, first["performer"])
        return dict(await workstation.api.post("/workstation/applications", body))

    async def sealed(self) -> None:
        """Wait until every result has its seal."""
        async with asyncio.timeout(_SEALED_WITHIN):
            while await self.database.fetchval(_ISSUED, self.served) < len(self.served):
                await asyncio.sleep(0.2)


async def measure(region: RegionState, *, visits: int, clients: int) -> dict[str, Any]:
    """Serve so many visits, `clients` of them at a time, after one of each service that is not counted."""
    async with (
        httpx.AsyncClient(base_url=region.url, timeout=120, trust_env=False) as http,
        asyncpg.create_pool(region.owner_urls["certificate"].replace("+asyncpg", ""), min_size=1) as database,
    ):
        world = World.at(http, region.home)
        day, numbers = Day(world=world, database=database), count(visits)
        for _ in ROUTES:
            await day.serve(next(numbers))
        await day.sealed()
        day = Day(world=world, database=database, fields=day.fields)
        queue, began = iter(range(visits)), time.perf_counter()

        async def window() -> None:
            for number in queue:
                await day.serve(number)

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(window())
        await day.sealed()
        took = time.perf_counter() - began
    cuts = quantiles(day.lasted, n=20)
    return {
        "visits": visits,
        "per_s": round(visits / took, 2),
        "seconds": round(took, 1),
        "steps": day.steps,
        "clients": clients,
        "p50_s": round(cuts[9], 2),
        "p95_s": round(cuts[18], 2),
    }


def table(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""
    done = f"{found['visits']} visits with {found['steps']} signed steps and a sealed PDF each"
    pace = f"{found['clients']} at a time, p50 {found['p50_s']} s, p95 {found['p95_s']} s"
    return [("provider's day", f"{found['per_s']} /s", f"{done} in {found['seconds']} s; {pace}")]
