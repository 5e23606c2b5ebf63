"""`shlyuz pki judge`, `shlyuz evidence verify`: the gateway's own condition 2 for anyone's cases, off-line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from shlyuz.console import Json, answer, fail

pki = typer.Typer(help="Condition 2 by hand.", no_args_is_help=True)
evidence = typer.Typer(help="What condition 2 saw, kept with each application.", no_args_is_help=True)


@pki.callback()
def condition_2() -> None:
    """Make `judge` a command of a group, which will grow."""


@evidence.callback()
def kept() -> None:
    """As above, for `verify`."""


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


@evidence.command()
def verify(
    bundle: Annotated[
        Path, typer.Argument(help="The bundle that /applications/{id}/evidence gave.", dir_okay=False, exists=True)
    ],
    trust: Annotated[
        Path, typer.Option(help="Trust configuration (TOML): the anchors that you trust.", dir_okay=False, exists=True)
    ],
    json: Json = False,
) -> None:
    """Carry out condition 2 again on what was kept, off-line, and compare with the verdict of then.

    Exits 1 when the verdicts differ or the bundle was changed.

    Example: `shlyuz evidence verify evidence.json --trust var/region/pki/trust.toml`
    """
    from shared.pki.evidence import BundleUnreadable
    from shared.pki.evidence import verify as examine_again
    from shared.pki.trust import Trust, TrustRefused

    try:
        result = examine_again(bundle.read_bytes(), Trust.load(trust, production=False))
    except (BundleUnreadable, TrustRefused) as refusal:
        fail(str(refusal))
    recorded, now = result.recorded, result.now
    if json:
        answer(
            {
                "agrees": result.agrees,
                "recorded": recorded.code,
                "now": now.code,
                "at": recorded.evidence.at.isoformat(),
            }
        )
    elif result.agrees:
        typer.echo(f"{recorded.code}, as recorded for {recorded.evidence.at.isoformat()}")
    if not result.agrees:
        fail(f"recorded was {recorded.code}, but the same data now give {now.code}: {now.detail}")
