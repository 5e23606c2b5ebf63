"""The person behind a session, as auth-svc knows him; asked for at most every 15 seconds."""

import asyncio
from datetime import timedelta

from gateway.sessions.errors import SessionEnded
from gateway.sessions.remembering import Memory
from shared.web import Actor
from shared.web.client import ServiceClient


class Principals:
    """A session that ends (revoked, taken over, roles changed) is noticed when what is remembered of it dies."""

    def __init__(self, auth: ServiceClient, *, age: timedelta) -> None:
        self._auth = auth
        self._known: Memory[str, Actor] = Memory(age=age, most=50_000)
        self._asking: dict[str, asyncio.Task[Actor]] = {}

    async def find(self, session_id: str) -> Actor:
        """Raises SessionEnded, and ServiceAway while auth-svc is away: nobody is let in on what was true before."""
        actor = self._known.get(session_id)
        return actor if actor is not None else await self._ask_once(session_id)

    def forget(self, session_id: str) -> None:
        self._known.forget(session_id)

    async def _ask_once(self, session_id: str) -> Actor:
        task = self._asking.get(session_id)
        if task is None:
            task = self._asking[session_id] = asyncio.create_task(self._ask(session_id))
            task.add_done_callback(lambda done: self._asked(session_id, done))
        # One caller who hangs up must not take the answer from the others who wait for it.
        return await asyncio.shield(task)

    def _asked(self, session_id: str, task: "asyncio.Task[Actor]") -> None:
        del self._asking[session_id]
        if not task.cancelled() and task.exception() is None:
            self._known.keep(session_id, task.result())

    async def _ask(self, session_id: str) -> Actor:
        reply = await self._auth.get(f"/internal/sessions/{session_id}")
        if reply.status == 404:  # noqa: PLR2004 - said once, here
            raise SessionEnded
        told = reply.require(200).json()
        return Actor(
            kind=told["kind"],
            account_id=told["account_id"],
            session_id=told["session_id"],
            iin=told["iin"],
            acr=told["acr"],
            bin=told.get("bin"),
            roles=frozenset(told.get("roles", ())),
            name=told.get("name"),
        )
