"""`shlyuz evidence`: condition 2 again on what was kept, and the QR code of a result, both off-line."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shlyuz.console import Json, answer, fail

if TYPE_CHECKING:
    from shared.pki.evidence import Item
    from shared.pki.trust import Trust

app = typer.Typer(help="What proves an application and its result, checked without a network.", no_args_is_help=True)


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


@app.command("verify-qr")
def verify_qr(
    text: Annotated[str, typer.Argument(help="What a QR reader shows of the code on the result; - reads stdin.")],
    keys: Annotated[Path, typer.Option(help="The file that /verify-keys gave.", dir_okay=False, exists=True)],
    json: Json = False,
) -> None:
    """Check what the QR code on a result says: issuer (BIN), kind, number, date, signed by the platform.

    Needs no network. That the paper is genuine is all it shows; whether the result is in force is known on-line only.
    Exits 1 when no published key made the signature.

    Example: `shlyuz evidence verify-qr 'https://…/verify/bkg-…#eyJ…' --keys verify-keys.json`
    """
    from shared.results import StatementForged, StatementUnreadable
    from shared.results.statement import check

    try:
        said = check(sys.stdin.read() if text == "-" else text, _published(keys))
    except StatementUnreadable as refusal:
        fail(f"this is not the text of a result's QR code: {refusal}", code=2)
    except StatementForged as refusal:
        fail(f"not genuine: {refusal}")
    ask = text.partition("#")[0] if text != "-" else said.code
    if json:
        answer({"genuine": True, "in_force": None, "issuer": said.issuer, "kind": said.kind, "number": said.number,
                "issued_on": said.issued_on.isoformat(), "code": said.code})  # fmt: skip
    else:
        typer.echo(f"genuine: {said.kind}, {said.number}, {said.issued_on.isoformat()}, BIN {said.issuer}")
        typer.echo(f"whether it is in force is known on-line only: {ask}")


def _published(keys: Path) -> Sequence[Mapping[str, Any]]:
    import json

    try:
        return list(json.loads(keys.read_bytes())["keys"])
    except (ValueError, TypeError, KeyError):
        fail(f"{keys} holds no key set; get it from /api/v1/verify-keys", code=2)


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
