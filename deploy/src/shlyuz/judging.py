"""`shlyuz pki judge`: the gateway's own condition 2 for anyone's cases, off-line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

pki = typer.Typer(help="Condition 2 by hand.", no_args_is_help=True)


@pki.callback()
def condition_2() -> None:
    """Make `judge` a command of a group, which will grow."""


@pki.command()
def judge(
    base: Annotated[Path, typer.Option(help="Folder that the files of the cases lie in.", file_okay=False)] = Path(),
    json: Annotated[bool, typer.Option("--json", help="JSON Lines, which is what it writes anyway.")] = True,
) -> None:
    """Judge signatures and certificates: a case a line on stdin (JSON Lines), a verdict a line on stdout, in order.

    A verdict is `{"id", "verdict": "valid" | "invalid" | "unknown", "code", "detail"}`; a case that cannot be read is
    `invalid` with its own code, and the run goes on.

    Example: `shlyuz pki judge --base tests/pki/kz < cases.jsonl`
    """
    from shared.pki.judge import run

    del json
    run(sys.stdin, sys.stdout.write, base)
