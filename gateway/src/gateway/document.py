"""The public API's document, docs/api/openapi.json: `python -m gateway openapi` writes it, `--check` compares it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.app import public_app


def document() -> str:
    """Write the document, the same bytes at every time."""
    return json.dumps(public_app().openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main(arguments: Sequence[str]) -> int:
    path = Path("docs/api/openapi.json")
    if list(arguments) == ["--check"]:
        current = path.is_file() and path.read_text("utf-8") == document()
        sys.stdout.write("" if current else f"{path} is not current: run python -m gateway openapi\n")
        return 0 if current else 1
    path.write_text(document(), "utf-8")
    return 0
