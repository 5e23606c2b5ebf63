"""Rate limits per client address and per account, stricter at the login."""

import hashlib
import time
from collections.abc import Mapping
from datetime import timedelta

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from gateway.settings import Settings
from shared.errors import TooManyRequests

ADDRESS = "address"
ACCOUNT = "account"
LOGIN_ADDRESS = "login_address"
LOGIN_ACCOUNT = "login_account"
REGISTER_ADDRESS = "register_address"
_KINDS = (ADDRESS, ACCOUNT, LOGIN_ADDRESS, LOGIN_ACCOUNT, REGISTER_ADDRESS)


class Limits:
    """Replicas count apart: N of them let N times as much through, which the operator sets the rates for."""

    def __init__(self, rates: Mapping[str, RateLimitItem]) -> None:
        self._rates = rates
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls({kind: settings.rate(kind) for kind in _KINDS})

    def spend(self, kind: str, who: str) -> None:
        """Count one request; raises TooManyRequests, which says when the next may come."""
        rate = self._rates[kind]
        if not self._limiter.hit(rate, kind, who):
            left = self._limiter.get_window_stats(rate, kind, who).reset_time - time.time()
            raise TooManyRequests(retry_after=timedelta(seconds=max(1.0, left)))


def unnamed(text: str) -> str:
    """Give a stand-in for what must not be kept as it is, as the IIN that someone tries to log in with."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
