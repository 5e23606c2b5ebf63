"""How commands speak: results on stdout, everything else on stderr, and an exit code that a script can trust."""

import json
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout, for other programs.")]


def answer(value: Any) -> None:
    """One JSON value on one line of stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def fail(sentence: str, *, code: int = 1) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    err.print(f"shlyuz: {sentence}", markup=False)
    raise typer.Exit(code)
