"""The keys that auth-svc signs access tokens with: fetched, kept, and fetched again when an unknown one appears."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.errors import ServiceAway
from shared.log import get_logger
from shared.web.client import ServiceClient

_FRESH = timedelta(minutes=5).total_seconds()
_PAUSE = timedelta(seconds=5).total_seconds()
"""An unknown key id may make us ask again, but a caller who invents ids may not make us ask all the time."""

log = get_logger(__name__)


class AccessKeys:
    """Known keys stay in use while auth-svc is away: whether a session is live is asked of it in any case."""

    def __init__(self, auth: ServiceClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._auth = auth
        self._monotonic = monotonic
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, key_id: str) -> Ed25519PublicKey | None:
        since = self._monotonic() - self._asked_at
        if since > _FRESH or (key_id not in self._keys and (not self._keys or since > _PAUSE)):
            await self._refresh(self._asked_at)
        return self._keys.get(key_id)

    async def _refresh(self, seen: float) -> None:
        async with self._asking:
            if self._asked_at != seen:
                return
            try:
                answer = (await self._auth.get("/.well-known/jwks.json")).require(200).json()
                self._keys = _read(answer)
                self._asked_at = self._monotonic()
            except ServiceAway:
                if not self._keys:
                    raise
                self._asked_at = self._monotonic()
                log.warning("access keys not refreshed, the known ones stay in use")


def _read(answer: dict[str, Any]) -> dict[str, Ed25519PublicKey]:
    keys = {}
    for described in answer["keys"]:
        key = jwt.PyJWK(described, algorithm="EdDSA").key
        if isinstance(key, Ed25519PublicKey):
            keys[str(described["kid"])] = key
    return keys
