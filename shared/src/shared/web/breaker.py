"""A breaker: after failures in a row a service is not asked for a while, then one call tries whether it is back."""

import time
from collections.abc import Callable
from datetime import timedelta
from enum import Enum


class Position(Enum):
    """How a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class BreakerOpen(Exception):
    """The call is not made; `retry_after` says when one will be tried."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class Breaker:
    """Count failures of calls to one service.

    Ask `enter` before a call, and tell `succeeded`, `failed` or `abandoned` after it. Not thread-safe: one event loop
    uses it, and none of its methods waits, so no two calls can both be the one that tries.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        pause: timedelta = timedelta(seconds=2),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._pause = pause.total_seconds()
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at = 0.0
        self._trying = False

    @property
    def position(self) -> Position:
        """Tell how it stands now."""
        if self._failures < self._limit:
            return Position.CLOSED
        waited = self._monotonic() - self._opened_at
        return Position.HALF_OPEN if waited >= self._pause else Position.OPEN

    def enter(self) -> None:
        """Let a call through, or raise `BreakerOpen`."""
        position = self.position
        if position is Position.CLOSED:
            return
        if position is Position.OPEN or self._trying:
            left = self._pause - (self._monotonic() - self._opened_at)
            raise BreakerOpen(timedelta(seconds=max(left, 0.1)))
        self._trying = True

    def succeeded(self) -> None:
        """The service answered, whatever it said."""
        self._failures = 0
        self._trying = False

    def failed(self) -> None:
        """The service did not answer."""
        self._failures += 1
        self._opened_at = self._monotonic()
        self._trying = False

    def abandoned(self) -> None:
        """The caller gave the call up: nothing was learnt."""
        self._trying = False
