"""`shlyuz dlq`: the messages that a service could not handle, and having them tried again."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from shlyuz.console import Json, answer, err, fail
from shlyuz.databases import backing
from shlyuz.layout import HOME

app = typer.Typer(help="Messages that a service could not handle (dead letters).", no_args_is_help=True)

Home = Annotated[Path, typer.Option(help="Folder of a local region that runs; used when no variable is set.")]


@app.command("list")
def list_(home: Home = HOME, json: Json = False) -> None:
    """List dead letters, and what is parked behind them in the order of its key.

    Works on the databases that `SHLYUZ_OWNER_URL_BOOKING` … name, or on the local region's. Shows no content: the
    message lies in the service's own table.

    Example: `shlyuz dlq list --json`
    """
    found = asyncio.run(_waiting(backing(home).urls))
    if json:
        answer(found)
        return
    for one in found:
        typer.echo("{service} {seq} {state} {key} {topic} {error} tries={tries} since {created_at:%F %T}".format(**one))
    err.print(f"{len(found)} waiting")


@app.command()
def redrive(
    service: Annotated[str, typer.Argument(help="The service that could not handle it: booking, gateway …")],
    number: Annotated[
        int | None, typer.Argument(help="Its number in `dlq list`; without it every dead letter of the service.")
    ] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Have the service's worker try dead letters again, with what is parked behind them.

    It does so within two seconds; what fails again is dead again, and its tries have grown.

    Example: `shlyuz dlq redrive booking 17`
    """
    urls = backing(home).urls
    if service not in urls:
        fail(f"no database of {service} is known; there are: {', '.join(urls) or 'none'}")
    released = asyncio.run(_released(urls[service], number))
    if released == 0:
        fail("nothing to try again: see shlyuz dlq list")
    if json:
        answer({"released": released})
    else:
        err.print(f"{released} to be tried again")


async def _waiting(urls: Mapping[str, str]) -> list[dict[str, Any]]:
    from shared.db.database import Database
    from shared.events.dead_letters import waiting

    found = []
    for service, url in urls.items():
        database = Database(url, application="dlq", pool_size=1)
        try:
            async with database.transaction() as session:
                found += [{"service": service, **asdict(letter)} for letter in await waiting(session)]
        finally:
            await database.close()
    return found


async def _released(url: str, number: int | None) -> int:
    from shared.db.database import Database
    from shared.events.dead_letters import release

    database = Database(url, application="dlq", pool_size=1)
    try:
        async with database.transaction() as session:
            return await release(session, seq=number)
    finally:
        await database.close()
