"""The operator's program: one command a deed, each with an example in its help and `--json` for other programs."""

import typer

from shlyuz import administrators, dead_letters, doctor, evidence, judging, migrating, signing
from shlyuz.demo import command as demo
from shlyuz.running import command as running

app = typer.Typer(
    name="shlyuz",
    help="Runs, checks and serves a region's gateway to state health services.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command("run")(running.command)
app.command("demo")(demo.command)
app.command("migrate")(migrating.command)
app.command("doctor")(doctor.command)
app.command("sign")(signing.command)
app.add_typer(administrators.app, name="admin")
app.add_typer(judging.pki, name="pki")
app.add_typer(evidence.app, name="evidence")
app.add_typer(dead_letters.app, name="dlq")
