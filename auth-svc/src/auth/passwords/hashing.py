"""Argon2id off the event loop, a few at a time (RFC 9106): each hash wants a processor and some memory of its own.

Who asks is made to wait in a queue of known length; a longer queue is refused at once with 503, so that a flood of
logins cannot take the memory or make every answer late.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.passwords.errors import PasswordsBusy
from auth.passwords.policy import prepare
from auth.settings import Settings

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash may take, how many run at once in a process, and how many more may wait."""

    memory_kib: int
    rounds: int
    workers: int
    queue: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            memory_kib=settings.password_memory_kib,
            rounds=settings.password_rounds,
            workers=settings.password_workers,
            queue=settings.password_queue,
        )


class PasswordHashing:
    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(cost.workers, thread_name_prefix="password")
        self._places = cost.workers + cost.queue
        self._taken = 0
        # An unknown account costs what a known one does: its password is checked against this.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        return await self._run(partial(self._hasher.hash, prepare(password)))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Check in the same time whether there is a stored hash or none (then never true)."""
        matches = await self._run(partial(self._matches, prepare(password), stored or self._nobody))
        return matches and stored is not None

    def outdated(self, stored: str) -> bool:
        """Was it made with another cost than today's, so that it is to be made anew at the next login?"""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _matches(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], Answer]) -> Answer:
        if self._taken >= self._places:
            raise PasswordsBusy
        self._taken += 1
        future = self._threads.submit(work)
        # The place is given back when the thread is done: a client that went away does not make room for the next.
        future.add_done_callback(partial(self._give_back, asyncio.get_running_loop()))
        return await asyncio.wrap_future(future)

    def _give_back(self, loop: asyncio.AbstractEventLoop, _: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._one_less)

    def _one_less(self) -> None:
        self._taken -= 1
