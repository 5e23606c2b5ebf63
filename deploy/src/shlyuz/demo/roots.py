"""The certificates among a result's `roots`, as pyHanko reads them."""

from pathlib import Path
from typing import Any


def certificates(roots: list[str]) -> list[Any]:
    """Load the certificates (PEM or DER), the root first; revocation lists are left out."""
    from pyhanko.keys import load_cert_from_pemder

    return [load_cert_from_pemder(path) for path in roots if Path(path).suffix != ".crl"]
