"""What condition 2 saw, as it travels with the forwarded request to whoever stores it, and as it is read back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shared.pki.expectation import Expectation
from shared.pki.verdict import Verdict

_SAID: Final = ("value", "code", "step", "clause", "detail", "signer")


def evidence(
    verdict: Verdict, *, expect: Expectation, received_at: datetime, edition: str | None = None
) -> dict[str, Any]:
    told = verdict.as_json()
    seen = told.pop("evidence")
    path, revocation = seen.pop("path"), seen.pop("revocation")
    form = {} if edition is None else {"form": {"edition": edition}}
    return {
        "received_at": received_at.isoformat(),
        "expectation": expect.as_json(),
        "verdict": {**told, **seen},
        "path": path,
        "revocation": revocation,
        **form,
    }


def verdict_of(kept: Mapping[str, Any], revocation: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write the verdict of kept evidence as `Verdict.from_json` reads it."""
    told = kept["verdict"]
    seen = {name: value for name, value in told.items() if name not in _SAID}
    said = {name: told.get(name) for name in _SAID}
    return {**said, "evidence": {**seen, "path": kept["path"], "revocation": list(revocation)}}
