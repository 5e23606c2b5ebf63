"""What a gateway says of earlier signers, for tests of owning services that have none before them."""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

import httpx

from shared.applications.tasks.errors import EarlierSignaturesUnjudged
from shared.clock import Clock
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


class Desk(Protocol):
    """Where a test's staff call an owning service."""

    @property
    def authority(self) -> Authority:
        """Who issued the certificates."""

    @property
    def clock(self) -> Clock:
        """The service's clock."""

    async def get(self, path: str, by: Any) -> httpx.Response:
        """Ask, as somebody."""

    async def post(self, path: str, by: Any, body: Any) -> httpx.Response:
        """Send, as somebody."""


async def judged(desk: Desk, task_id: str, by: Any) -> list[dict[str, Any]]:
    """Judge those who signed before, as the gateway does."""
    known = await desk.get(f"/internal/tasks/{task_id}/signatures", by)
    return judge_earlier(desk.authority, known.json()["items"], desk.clock.now())


async def prepare_judged(desk: Desk, task_id: str, by: Any, step: Mapping[str, Any]) -> httpx.Response:
    """Prepare as the gateway does: it judges earlier signers again where it is asked to."""
    path = f"/tasks/{task_id}/prepare"
    answer = await desk.post(path, by, step)
    if (
        answer.status_code == EarlierSignaturesUnjudged.status
        and answer.json()["code"] == EarlierSignaturesUnjudged.code
    ):
        answer = await desk.post(path, by, {**step, "earlier": await judged(desk, task_id, by)})
    return answer
