"""Gather tasks, the most urgent first; verify the signature under a step before the owner completes it.

A performer signs with his own certificate of the provider (BIN), in one of the roles that the owner says the step
allows; the owner compares the hash of what was signed with what it holds.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from gateway.condition2.evidence import evidence
from gateway.condition2.service import Condition2, Occasion
from gateway.condition2.signed import Signed, decoded
from gateway.gathering import Asked, Gathering, Order, Page, merge
from gateway.upstreams import Upstreams
from shared.applications.tasks.errors import EarlierSignaturesUnjudged
from shared.errors import Conflict, NotFound
from shared.pki.expectation import Expectation
from shared.web import Actor
from shared.web.client import RelayedProblem, Reply

URGENT_FIRST = Order(instant="due_at", newest_first=False, first="urgent")


class Tasks:
    def __init__(self, upstreams: Upstreams, gathering: Gathering, condition2: Condition2) -> None:
        self._upstreams = upstreams
        self._gathering = gathering
        self._condition2 = condition2

    async def page(self, person: Actor, asked: Asked) -> Page:
        parts = await self._gathering.parts("/tasks", asked.params, actor=person, headers=asked.headers)
        return merge(parts, URGENT_FIRST, asked.limit)

    async def colleague(self, account_id: str, person: Actor, *, headers: Mapping[str, str]) -> dict[str, Any]:
        """Ask who works at the supervisor's provider under that account now; raises what auth-svc refuses with."""
        path = f"/internal/colleagues/{quote(account_id, safe='')}"
        found = (await self._upstreams.auth.get(path, actor=person, headers=headers)).require(200).json()
        return {name: found[name] for name in ("account_id", "bin", "roles")}

    async def verified(
        self, task_id: str, signable_id: str, signature: str, person: Actor, *, now: datetime, repeatable: bool
    ) -> dict[str, Any]:
        """Give the body to forward; raises what the owner says of the signable, and process 4.

        The signable is gone once its step is completed: a `repeatable` request is then forwarded as it came, and the
        owner knows whether it answered that very request before. It takes no step without the evidence.
        """
        try:
            signable = await self._signable(task_id, signable_id, person)
        except RelayedProblem as stale:
            if not repeatable or stale.status != Conflict.status:
                raise
            return {"signable_id": signable_id, "signature": signature}
        signed = Signed(document=base64.b64decode(signable["document"]), signature=decoded(signature))
        expect = Expectation.staff(bin=signable["bin"], roles=signable["roles"], iin=person.iin)
        verdict = await self._condition2.confirm(
            signed,
            expect=expect,
            occasion=Occasion(kind="step", iin=person.iin, proved=True, task_id=task_id),
            at=now,
        )
        return {
            "signable_id": signable_id,
            "signature": signature,
            "sha256": signable["sha256"],
            "evidence": evidence(verdict, expect=expect, received_at=now),
        }

    async def prepared(
        self, task_id: str, step: Mapping[str, Any], person: Actor, *, now: datetime, headers: Mapping[str, str]
    ) -> Reply:
        """Have a step prepared. Where it follows signed ones, the owner wants their signers judged again first."""
        owner, path = self._upstreams.owner_of(task_id), f"/tasks/{quote(task_id, safe='')}/prepare"
        reply = await owner.post(path, json=step, actor=person, headers=headers)
        if reply.status != Conflict.status or reply.json().get("code") != EarlierSignaturesUnjudged.code:
            return reply
        earlier = await self._judged(task_id, person, now)
        return await owner.post(path, json={**step, "earlier": earlier}, actor=person, headers=headers)

    async def _judged(self, task_id: str, person: Actor, now: datetime) -> list[dict[str, Any]]:
        owner = self._upstreams.owner_of(task_id)
        reply = await owner.get(f"/internal/tasks/{quote(task_id, safe='')}/signatures", actor=person)
        return [
            {
                "sha256": signed["sha256"],
                "good": await self._condition2.good_then(
                    [base64.b64decode(each) for each in signed["path"]],
                    signed_at=datetime.fromisoformat(signed["received_at"]),
                    now=now,
                ),
            }
            for signed in reply.require(200).json()["items"]
        ]

    async def _signable(self, task_id: str, signable_id: str, person: Actor) -> dict[str, Any]:
        owner = self._upstreams.owner_of(task_id)
        if self._upstreams.owner_of(signable_id) is not owner:
            raise NotFound
        reply = await owner.get(f"/internal/signables/{signable_id}", actor=person)
        signable: dict[str, Any] = reply.require(200).json()
        if signable["task_id"] != task_id:
            raise NotFound
        return signable
