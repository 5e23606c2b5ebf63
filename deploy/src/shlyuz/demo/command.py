"""`shlyuz demo`: performs the walks against a region that runs, or against one that it starts and stops."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shlyuz import layout
from shlyuz.console import Json, answer, err, fail
from shlyuz.state import NotRunning, RegionState

if TYPE_CHECKING:
    from shlyuz.demo.expected import Expected
    from shlyuz.demo.programme import Item
    from shlyuz.demo.report import Report

STARTING_WITHIN = 90.0  # seconds


def command(
    home: Annotated[Path, typer.Option(help="The region's folder.")] = layout.HOME,
    keys: Annotated[
        Literal["rsa", "gost"], typer.Option(help="The keys that citizens and staff sign with; seals are RSA always.")
    ] = "rsa",
    every: Annotated[
        bool, typer.Option("--all", help="Every service of both regions on every channel, compared with the decrees.")
    ] = False,
    json: Json = False,
) -> None:
    """Walk through booking in both regions, a refusal at each of the three conditions included.

    Example: `shlyuz demo --json | jq .verify_url`
    """
    from shared.testing.programs import ProgramFailed
    from shlyuz.running.home import HomeInUse, PortTaken
    from shlyuz.running.supervisor import CrashLoop
    from shlyuz.seeding.seed import SeedRefused

    try:
        reports = asyncio.run(_perform(home, keys=keys, every=every, json=json))
    except (HomeInUse, PortTaken, ProgramFailed, CrashLoop, SeedRefused) as refusal:
        fail(str(refusal))
    if not json and not every:
        _say("\nResults, signed, sealed and verified:")
        for report in reports:
            _say(f"  {report.pdf}" if report.pdf else "", end="\n" if report.pdf else "")
    if not all(each.ok for each in reports):
        fail("the region did something else than its regulations say")


async def _perform(home: Path, *, keys: str, every: bool, json: bool) -> "list[Report]":
    import httpx

    from shlyuz.demo import programme
    from shlyuz.demo.expected import TABLE, Expected
    from shlyuz.demo.world import World

    reports = []
    async with _region(home) as region, httpx.AsyncClient(base_url=region.url, timeout=30, trust_env=False) as http:
        world, tell = World.at(http, region.home, keys=keys), _silent if json or every else _say
        expected = Expected.read(TABLE) if every else None
        for item in programme.whole(world, tell) if every else programme.short(world, tell):
            tell(f"\n{item.title}")
            report = await _tried(item, expected)
            reports.append(report)
            if json:
                answer(asdict(report))
            elif every:
                _say(_row(report))
        for route in expected.left_out(reports) if expected else ():
            err.print(f"shlyuz: nobody went {' '.join(filter(None, route))} to the end", markup=False)
            reports.append(programme.missing(world, *route))
    return reports


async def _tried(item: "Item", expected: "Expected | None") -> "Report":
    """Perform one walk; what differs is said on stderr and reported as `ok: false`, and the next walk goes on."""
    import httpx

    from shlyuz.demo.api import Refused
    from shlyuz.demo.report import Differs

    try:
        report = await item.go()
        if expected is not None:
            expected.check(report)
    except (Differs, Refused, LookupError, ValueError, TimeoutError, OSError, httpx.HTTPError) as problem:
        err.print(f"shlyuz: {item.title}: {type(problem).__name__}: {problem}", markup=False)
        return item.missing
    return report


def _row(report: "Report") -> str:
    """Say in one line what a walk came to."""
    steps = ", ".join(f"{step['performer']} {step['limit']}" for step in report.steps)
    held = "ok" if report.ok else "DIFFERS"
    way = ", ".join(filter(None, (report.channel, report.variant)))
    return f"{held:8}{report.region:9}{report.service:24}{way:22}{report.outcome or '-':9}{steps}"


@asynccontextmanager
async def _region(home: Path) -> AsyncIterator[RegionState]:
    """Find the region that runs, wait for one that is just starting, or start one for the time of the demo."""
    from shlyuz.running.home import Home, HomeInUse
    from shlyuz.running.region import running_region

    try:
        with Home.at(home).held():
            pass
    except HomeInUse:
        yield await _started(home)
        return
    err.print(f"shlyuz: no region runs in {home}; starting one for the demo", markup=False)
    async with running_region(home, quiet=False) as region:
        yield region


async def _started(home: Path) -> RegionState:
    """Give the region once it is ready; say so when that is not at once."""
    deadline, region = time.monotonic() + STARTING_WITHIN, _running(home)
    if region is None or not is_ready(region):
        err.print(f"shlyuz: the region in {home} is still starting; the demo waits for it", markup=False)
    while region is None or not is_ready(region):
        if time.monotonic() > deadline:
            fail(f"the region in {home} is not ready yet; please try again when it says that it is")
        await asyncio.sleep(0.5)
        region = _running(home)
    return region


def is_ready(region: RegionState) -> bool:
    return (region.home / "seeded").exists() and not region.silent()


def _running(home: Path) -> RegionState | None:
    try:
        return RegionState.load(home)
    except NotRunning:
        return None


def _say(sentence: str, *, end: str = "\n") -> None:
    sys.stdout.write(sentence + end)
    sys.stdout.flush()


def _silent(_sentence: str) -> None: ...
