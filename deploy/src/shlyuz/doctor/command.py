"""The command: runs the checks one by one; one that fails in a way of its own is a finding too, never a traceback."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from shlyuz.console import Json, answer, err
from shlyuz.doctor import installation, law, machine
from shlyuz.doctor.finding import Finding, Grade, broken
from shlyuz.layout import HOME

Check = Callable[[Path], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "python": installation.python,
    "packages": installation.packages,
    "binaries": installation.binaries,
    "gost": installation.gost,
    "zone": installation.zone,
    "regulations": law.regulations,
    "calendars": law.calendars,
    "disk": machine.disk,
    "region": machine.region,
}
COLOURS = {Grade.GOOD: "green", Grade.WARNING: "yellow", Grade.BROKEN: "red"}


def command(
    home: Annotated[Path, typer.Option(help="Folder of the local region.")] = HOME,
    only: Annotated[
        list[str] | None, typer.Option(help=f"Only this check; again for more: {', '.join(CHECKS)}.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what is broken.")] = False,
    json: Json = False,
) -> None:
    """Check the installation and say what to do. Exits 1 when something is broken; a warning is no failure.

    Example: `shlyuz doctor` or, before the year ends, `shlyuz doctor --only calendars`
    """
    unknown = set(only or ()) - set(CHECKS)
    if unknown:
        raise typer.BadParameter(f"there is no check {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    findings = [finding for name in only or CHECKS for finding in examine(name, home)]
    if json:
        answer([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            if finding.grade is Grade.BROKEN or not quiet:
                show(finding)
    if any(finding.grade is Grade.BROKEN for finding in findings):
        raise typer.Exit(1)


def examine(name: str, home: Path) -> list[Finding]:
    try:
        return list(CHECKS[name](home))
    except Exception as error:  # noqa: BLE001 - a broken installation breaks in ways that nobody foresaw
        fact = f"the check itself failed: {type(error).__name__}: {error}"
        return [broken(name, fact, "make install installs everything anew from the lock")]


def show(finding: Finding) -> None:
    colour = COLOURS[finding.grade]
    err.print(f"[{colour}]{finding.grade:8}[/] {finding.check:12} {escape(finding.fact)}")
    if finding.remedy:
        err.print(f"{'':8} {'':12} {escape(finding.remedy)}", style="bold")
