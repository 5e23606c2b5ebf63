"""`shlyuz evidence verify`: condition 2 again on what was kept, off-line, by someone who knows only the anchors."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shlyuz.console import Json, answer, fail

if TYPE_CHECKING:
    from shared.pki.evidence import Item
    from shared.pki.trust import Trust

app = typer.Typer(help="What condition 2 saw, kept with each application.", no_args_is_help=True)


@app.callback()
def kept() -> None:
    """Make `verify` a command of a group, which will grow."""


@app.command()
def verify(
    bundle: Annotated[
        Path, typer.Argument(help="The file that /applications/{id}/evidence gave.", dir_okay=False, exists=True)
    ],
    anchors: Annotated[
        list[Path] | None,
        typer.Option(help="A root that you trust, PEM or DER; may be repeated.", dir_okay=False, exists=True),
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Or a trust configuration (TOML) with the anchors.", dir_okay=False, exists=True)
    ] = None,
    json: Json = False,
) -> None:
    """Carry out condition 2 again on each document that was signed, and compare with the verdict of then.

    Needs no network and believes nothing in the file but the time, and when the lists were fetched. Exits 1 when a
    verdict differs or the file was changed.

    Example: `shlyuz evidence verify evidence.json --anchors root.pem`
    """
    from shared.pki.evidence import BundleUnreadable

    try:
        items = _examined(bundle.read_bytes(), _trust(anchors or [], trust))
    except BundleUnreadable as refusal:
        fail(str(refusal))
    agrees = all(item.result.agrees for item in items)
    if json:
        answer({"agrees": agrees, "items": [_told(item) for item in items]})
    for number, item in enumerate(items, 1):
        recorded, now = item.result.recorded, item.result.now
        if not item.result.agrees:
            fail(f"{item.kind}: recorded was {recorded.code}, but the same data now give {now.code}: {now.detail}")
        if not json:
            typer.echo(f"{number}. {item.kind}: {recorded.code}, as recorded for {recorded.evidence.at.isoformat()}")


def _examined(data: bytes, trust: "Trust") -> Sequence["Item"]:
    """Examine an application's file, or one signature's. Raises BundleUnreadable."""
    from shared.pki import evidence

    if evidence.is_application(data):
        return evidence.verify_application(data, trust)
    return [evidence.Item(kind="signature", result=evidence.verify(data, trust))]


def _trust(anchors: Sequence[Path], configuration: Path | None) -> "Trust":
    from shared.pki.trust import Trust, TrustRefused, pinned

    if bool(anchors) == (configuration is not None):
        fail("name whom you trust: --anchors ROOT.pem, or --trust trust.toml", code=2)
    try:
        return pinned(path.read_bytes() for path in anchors) if configuration is None else Trust.load(configuration)
    except TrustRefused as refusal:
        fail(str(refusal))


def _told(item: "Item") -> dict[str, Any]:
    recorded, now = item.result.recorded, item.result.now
    return {
        "kind": item.kind,
        "agrees": item.result.agrees,
        "recorded": recorded.code,
        "now": now.code,
        "at": recorded.evidence.at.isoformat(),
        "signer": recorded.signer.common_name if recorded.signer else None,
    }
