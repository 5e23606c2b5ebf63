"""`shlyuz demo`: performs the walks against a region that runs, or against one that it starts and stops."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shlyuz import layout
from shlyuz.console import Json, answer, err, fail
from shlyuz.state import NotRunning, RegionState

if TYPE_CHECKING:
    from shlyuz.demo.walks import Report, Tell

REGIONS = ("akmola", "zhambyl")


def command(
    home: Annotated[Path, typer.Option(help="The region's folder.")] = layout.HOME,
    json: Json = False,
) -> None:
    """Walk through booking in both regions, a refusal at each of the three conditions included.

    Example: `shlyuz demo --json | jq .verify_url`
    """
    reports = asyncio.run(_perform(home, _silent if json else _say, json=json))
    pdfs = [each.pdf for each in reports if each.pdf]
    if not json:
        typer.echo("\nResults, signed, sealed and verified:")
        for path in pdfs:
            typer.echo(f"  {path}")
    if not all(each.ok for each in reports):
        err.print("shlyuz: the region did something else than its regulations say", markup=False)
        raise typer.Exit(1)


async def _perform(home: Path, tell: "Tell", *, json: bool) -> "list[Report]":
    import httpx

    from shlyuz.demo.world import World

    reports = []
    async with _region(home) as region, httpx.AsyncClient(base_url=region.url, timeout=30) as http:
        world = World.at(http, region.home)
        for name in REGIONS:
            for title, walk in _walks(world, name, tell):
                tell(f"\n{name}: {title}")
                reports.append(await _tried(walk, world, name))
                if json:
                    answer(asdict(reports[-1]))
    return reports


def _walks(world: Any, region: str, tell: "Tell") -> "list[tuple[str, Awaitable[Report]]]":
    from shlyuz.demo import booking
    from shlyuz.demo.world import authentication_key

    citizens = [index for index, each in enumerate(world.people["citizens"]) if each["region"] == region]
    walk = booking.walks(world, region, citizens[0], tell)
    other = booking.walks(world, region, citizens[1], tell)
    return [
        ("a citizen books a doctor's appointment", walk.succeed()),
        ("condition 1 fails", other.be_refused_at_condition_1()),
        ("condition 2 fails", other.be_refused_at_condition_2(authentication_key(world, citizens[1]))),
        ("condition 3 fails", other.be_refused_at_condition_3(*booking.REFUSALS[region])),
    ]


async def _tried(walk: "Awaitable[Report]", world: Any, region: str) -> "Report":
    """Perform one walk; what differs is reported on stderr and as `ok: false`, and the next walk goes on."""
    from shlyuz.demo.api import Refused
    from shlyuz.demo.walks import Differs, Report

    try:
        return await walk
    except (Differs, Refused, LookupError, TimeoutError, OSError) as problem:
        err.print(f"shlyuz: {region}: {type(problem).__name__}: {problem}", markup=False)
        return Report(region=region, service="booking", roots=world.roots)


@asynccontextmanager
async def _region(home: Path) -> AsyncIterator[RegionState]:
    try:
        yield RegionState.load(home)
    except NotRunning:
        from shlyuz.running.home import HomeInUse
        from shlyuz.running.region import running_region

        try:
            async with running_region(home, quiet=False) as region:
                yield region
        except HomeInUse:
            fail(f"the region in {home} is still starting; try again when it says that it is ready")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _silent(_sentence: str) -> None: ...
