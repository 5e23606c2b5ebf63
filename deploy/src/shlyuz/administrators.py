"""`shlyuz admin create`: the first administrator of a region's operator or of a provider, before anyone can log in."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shlyuz.console import Json, answer, err, fail
from shlyuz.layout import HOME
from shlyuz.running import processes
from shlyuz.running.home import Home
from shlyuz.state import NotRunning, RegionState

if TYPE_CHECKING:
    from auth.seeding import Wanted
    from auth.settings import Settings

app = typer.Typer(help="Accounts that must exist before anyone can log in.", no_args_is_help=True)


@app.callback()
def accounts() -> None:
    """Make `create` a command of a group, which will grow."""


@app.command()
def create(
    iin: Annotated[str, typer.Option(help="The person's IIN; asked for if not given.", prompt=True)],
    organisation: Annotated[str, typer.Option("--bin", help="The organisation's BIN, as in the person's certificate.")],
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    operates: Annotated[
        list[str] | None, typer.Option(help="Region that the organisation operates: it describes the providers there.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of what the person is told: kk, ru or en.")] = "kk",
    home: Annotated[Path, typer.Option(help="Folder of a local region, used when no variable is set.")] = HOME,
    json: Json = False,
) -> None:
    """Make an administrator's account; its generated password is shown once.

    Works on auth-svc's database, by `SHLYUZ_DATABASE_URL`, `SHLYUZ_PERSONAL_KEY` and `SHLYUZ_REGULATIONS` as that
    service has them, or on the local region. The person logs in with the password and a certificate with the BIN.

    Example: `shlyuz admin create --bin 140940003012 --name "A. Omarov" --operates akmola`
    """
    from auth.seeding import Wanted
    from shared.errors import ProblemError
    from shared.errors.catalogue import text_of

    if language not in {"kk", "ru", "en"}:
        raise typer.BadParameter("kk, ru or en", param_hint="--language")
    wanted = Wanted(iin=iin, bin=organisation, name=name, language=language)  # type: ignore[arg-type]
    try:
        made = asyncio.run(_create(auth_settings(home), wanted, operates or []))
    except ProblemError as refusal:
        fail(text_of(refusal, "en").detail)
    if json:
        answer(made)
    else:
        err.print("The password is kept nowhere and shown only now:")
        typer.echo(made["password"])


async def _create(settings: "Settings", wanted: "Wanted", operates: list[str]) -> dict[str, str]:
    from auth.seeding import open_seeding

    async with open_seeding(settings) as seeding:
        if operates:
            await seeding.operator(wanted.bin, operates)
        made = await seeding.staff(wanted)
    return {"account_id": made.account_id, "password": made.password}


def auth_settings(home: Path) -> "Settings":
    """The settings of auth-svc in this environment, or those of the local region."""
    from auth.settings import Settings

    if "SHLYUZ_DATABASE_URL" in os.environ or "SHLYUZ_SECRETS_DIR" in os.environ:
        return Settings()
    try:
        region = RegionState.load(home)
    except NotRunning as nothing:
        fail(f"SHLYUZ_DATABASE_URL is not set, and {nothing}")
    return processes.auth_settings(Home(region.home), region.database_urls["auth"])
