"""`shlyuz sign`: a key file and a document make a signature, so that the walk can be done with curl.

The password is asked for, or comes from a variable or a file; never from the command line, where every user of the
machine can read it.
"""

import os
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shlyuz.console import Json, answer, fail

PASSWORD_VARIABLE = "SHLYUZ_P12_PASSWORD"  # noqa: S105 - the name of a variable


def command(
    document: Annotated[
        Path, typer.Argument(help="The file whose exact bytes are signed.", exists=True, dir_okay=False)
    ],
    key: Annotated[Path, typer.Option("--key", help="Key file of the signer (.p12).", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option("--out", help="Where the signature goes; stdout if not given.")] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(help=f"File whose first line is the password; else ${PASSWORD_VARIABLE}, else asked for."),
    ] = None,
    base64: Annotated[
        bool, typer.Option("--base64", help="Base64 on one line, as the API takes it, in place of DER.")
    ] = False,
    attached: Annotated[bool, typer.Option("--attached", help="Put the document into the signature.")] = False,
    json: Json = False,
) -> None:
    """Sign a document with a registration certificate: CMS SignedData, detached.

    Example: `shlyuz sign application.json --key var/region/people/anna.p12 --out application.json.cms`
    """
    from shared.pki.signing import SigningKey, sign

    try:
        signer = SigningKey.from_p12(key.read_bytes(), password(password_file))
    except ValueError:
        fail(f"{key} cannot be opened: it is not a key file, or the password is another")
    data = document.read_bytes()
    signature = sign(data, signer, at=datetime.now(UTC), detached=not attached)
    if json:
        answer({"document": b64encode(data).decode(), "signature": b64encode(signature).decode()})
    elif out is not None:
        out.write_bytes(b64encode(signature) + b"\n" if base64 else signature)
    elif base64:
        typer.echo(b64encode(signature).decode())
    else:
        typer.get_binary_stream("stdout").write(signature)


def password(file: Path | None) -> str:
    if file is not None:
        return file.read_text().partition("\n")[0].rstrip("\r")
    if (given := os.environ.get(PASSWORD_VARIABLE)) is not None:
        return given
    return str(typer.prompt("Password of the key file", hide_input=True, err=True))
