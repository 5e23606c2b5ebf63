"""What a gateway says of earlier signers, for tests of owning services that have none before them."""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.pki.codes import Code
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority


def judge_earlier(authority: Authority, items: Iterable[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Say of each whether his certificate was good when he signed, by the lists of now."""
    verifier = Verifier(authority.trust(), authority.index(at=now))
    return [
        {
            "sha256": each["sha256"],
            "good": verifier.standing(
                [base64.b64decode(one) for one in each["path"]],
                signed_at=datetime.fromisoformat(each["received_at"]),
                now=now,
            )
            is Code.VALID,
        }
        for each in items
    ]
