"""`shlyuz run`: a region on this machine until Ctrl-C. Stdout gets one line, when it is ready; people read stderr."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shlyuz.console import Json, answer, err, fail
from shlyuz.layout import HOME

if TYPE_CHECKING:
    from shlyuz.state import RegionState

PORT = 8000
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def command(
    home: Annotated[Path, typer.Option(help="Folder of the region; remove it to begin anew.")] = HOME,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port; 0 takes a free one.")] = PORT,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting for every process; again for more."),
    ] = None,
    json: Json = False,
) -> None:
    """Run a whole demo region: PostgreSQL, broker, certificate authority and the twelve processes, until Ctrl-C.

    Example: `shlyuz run --port 8080 --set SHLYUZ_LIMIT_ADDRESS=100000/minute`
    """
    from shared.testing.programs import ProgramFailed
    from shlyuz.running.home import HomeInUse, PortTaken
    from shlyuz.running.supervisor import CrashLoop
    from shlyuz.seeding.seed import SeedRefused

    try:
        asyncio.run(run(home, port=port, settings=dict(map(assignment, settings or ())), json=json))
    except (HomeInUse, PortTaken, ProgramFailed, CrashLoop, SeedRefused) as refusal:
        fail(str(refusal))


async def run(home: Path, *, port: int, settings: dict[str, str], json: bool) -> None:
    from shlyuz.running.region import running_region

    new = not (home / "seeded").exists()
    with contextlib.suppress(Stopped):
        async with stopped_by_signals(), running_region(home, port=port, settings=settings, report=say) as region:
            introduce(region, new=new)
            if json:
                answer({"ready": region.url, "state": str(region.home / "region.json")})
            else:
                typer.echo(f"shlyuz: ready {region.url}")
            await asyncio.Event().wait()  # until a signal
    say("stopped")


class Stopped(Exception):
    """A signal asked for the end."""


@asynccontextmanager
async def stopped_by_signals() -> AsyncIterator[None]:
    """Turn the first signal into the block's orderly end, whatever it is waiting for; later ones change nothing."""
    loop, block, heard = asyncio.get_running_loop(), asyncio.current_task(), list[int]()

    def hear(number: int) -> None:
        if not heard and block is not None:
            say("stopping")
            block.cancel()
        heard.append(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    except asyncio.CancelledError:
        if heard:
            raise Stopped from None
        raise
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.startswith("SHLYUZ_"):
        raise typer.BadParameter(f"{text} is not SHLYUZ_NAME=VALUE")
    return name, value


def say(sentence: str) -> None:
    err.print(f"shlyuz: {sentence}", markup=False)


def introduce(region: "RegionState", *, new: bool) -> None:
    """Show the generated logins, once; afterwards only where they are kept."""
    if new:
        say("these logins were generated for this region:")
        print_row(("region", "who", "IIN", "BIN", "password", "key file (its password: .pass)"), style="bold")
        for person in (*region.people["operators"], *region.people["staff"], *region.people["citizens"]):
            who = ", ".join(person.get("roles", ("citizen, to register",)))
            key = str(Path(person["p12"]).relative_to(region.home))
            print_row((person["region"], who, person["iin"], person.get("bin", ""), person["password"], key))
    say(f"logins and key files: {region.home / 'people.json'}; logs: {region.home / 'log'}; Ctrl-C ends the region")


def print_row(cells: tuple[str, ...], *, style: str = "") -> None:
    widths = (8, 28, 12, 12, 17, 0)
    err.print("  " + " ".join(map(str.ljust, cells, widths)), style=style, markup=False)
