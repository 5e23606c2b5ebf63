"""A performer at the provider's workstation: sees the task come, claims it, decides, signs."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from shared.pki.signing import SigningKey, sign
from shlyuz.demo.api import PREFIX, Api, signed_body
from shlyuz.demo.portal import log_in_with_key

_PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstation:
    """One member of staff at one provider."""

    api: Api
    bin: str
    key: SigningKey
    password: str

    async def log_in(self) -> Mapping[str, Any]:
        """Log in with certificate and password: staff have no other way."""
        return await log_in_with_key(self.api, self.key, self.password)

    @asynccontextmanager
    async def events(self, *, after: int | None = None) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Listen to the provider's events from now on, or after a known number."""
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {self.api.token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        path = PREFIX + "/workstation/events"
        async with self.api.http.stream("GET", path, headers=headers, timeout=httpx.Timeout(30, read=60)) as response:
            response.raise_for_status()
            yield _events(response)

    async def task_of(self, application: str) -> Mapping[str, Any]:
        """Find the open task of an application."""
        return await self.find(lambda item: (item["application"] or {}).get("id") == application)

    async def find(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """Find an open task among the provider's, page by page; raises LookupError."""
        cursor: str | None = None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                page = await self.api.get("/tasks", limit=100, cursor=cursor)
                if page["unavailable"]:  # some service was too busy to answer: ask again
                    await asyncio.sleep(1)
                    continue
                for item in page["items"]:
                    if wanted(item):
                        return dict(item)
                if (cursor := page["next_cursor"]) is None:
                    raise LookupError(f"no such task at {self.bin}")

    async def claim(self, task: str) -> Mapping[str, Any]:
        """Take the task on; gives all that the step needs."""
        return dict(await self.api.post(f"/tasks/{task}/claim", {}))

    async def complete(self, task: str, outcome: Mapping[str, Any]) -> Any:
        """Prepare the step's outcome, sign what comes back, and complete the step."""
        prepared = await self.api.post(f"/tasks/{task}/prepare", dict(outcome))
        return await self.api.post(f"/tasks/{task}/complete", self.signed(prepared))

    async def carry_out(self, task: Mapping[str, Any], outcome: Mapping[str, Any]) -> Any:
        """Complete a claimed task, signed where its step is."""
        if task["signed"]:
            return await self.complete(task["id"], outcome)
        return await self.api.post(f"/tasks/{task['id']}/complete", dict(outcome))

    def signed(self, prepared: Mapping[str, Any]) -> dict[str, str]:
        """Sign a prepared signable."""
        document = b64decode(prepared["document"])
        signature = signed_body(b"", sign(document, self.key, at=datetime.now(UTC), detached=True))["signature"]
        return {"signable_id": prepared["signable_id"], "signature": signature}


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if not line:
            if "data" in event:
                yield {**event, "data": json.loads(event["data"])}
            event = {}
        elif name:
            event[name] = value.removeprefix(" ")
