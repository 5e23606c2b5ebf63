"""What condition 2 saw, as it travels with the forwarded request to whoever stores it."""

from datetime import datetime
from typing import Any

from shared.pki.verdict import Verdict


def evidence(verdict: Verdict, *, received_at: datetime, edition: str | None = None) -> dict[str, Any]:
    told = verdict.as_json()
    seen = told.pop("evidence")
    path, revocation = seen.pop("path"), seen.pop("revocation")
    form = {} if edition is None else {"form": {"edition": edition}}
    return {
        "received_at": received_at.isoformat(),
        "verdict": {**told, **seen},
        "path": path,
        "revocation": revocation,
        **form,
    }
