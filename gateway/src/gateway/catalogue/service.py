"""Gather the catalogue over the owners; what an owner last said stays shown while it is away, and it is named.

The gateway knows of a service only what its owner says here: that there is one of that name in that region.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from gateway.upstreams import OWNERS, Upstreams
from shared.applications.forms import RegistrationDocument, RescheduleDocument, WithdrawalDocument
from shared.errors import NotFound, ProblemError, ServiceAway
from shared.log import get_logger
from shared.web.client import ServiceClient

_FRESH = timedelta(seconds=15).total_seconds()
_PAUSE = timedelta(seconds=1).total_seconds()
"""An unknown name may make us ask again, but not at every request that invents one."""

_PURPOSES: Mapping[str, type[BaseModel]] = {
    "registration": RegistrationDocument,
    "withdrawal": WithdrawalDocument,
    "reschedule": RescheduleDocument,
}

log = get_logger(__name__)


def purpose_form(purpose: str) -> dict[str, Any]:
    """Give the JSON Schema of the document to sign for a purpose; raises NotFound."""
    if purpose not in _PURPOSES:
        raise NotFound
    return _PURPOSES[purpose].model_json_schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the owners offer; `unavailable` names those whose part is what they last said, or missing."""

    items: Sequence[Mapping[str, Any]]
    owners: Mapping[str, str]
    unavailable: Sequence[str]


class Catalogue:
    def __init__(self, upstreams: Upstreams, *, within: timedelta) -> None:
        self._upstreams = upstreams
        self._within = within
        self._last_good: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._offer = Offer(items=(), owners={}, unavailable=OWNERS)
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def offer(self, *, older_than: float = _FRESH) -> Offer:
        """Give what is offered, asked for anew when it is older than 15 seconds or an owner was away."""
        stale = _PAUSE if self._offer.unavailable else older_than
        seen = self._asked_at
        if time.monotonic() - seen > stale:
            async with self._asking:
                if self._asked_at == seen:
                    self._offer = await self._gather()
                    self._asked_at = time.monotonic()
        return self._offer

    async def owner(self, service: str) -> ServiceClient:
        """Find who offers `region.service`; raises NotFound, or ServiceAway when one who might is away."""
        known = self._offer.owners.get(service)
        if known is not None:
            return self._upstreams[known]
        offer = await self.offer(older_than=_PAUSE)
        if service in offer.owners:
            return self._upstreams[offer.owners[service]]
        silent = [name for name in offer.unavailable if name not in self._last_good]
        if silent:
            raise ServiceAway(silent[0])
        raise NotFound

    async def _gather(self) -> Offer:
        answers = await asyncio.gather(*(self._ask(name) for name in OWNERS))
        self._last_good.update({name: said for name, said in zip(OWNERS, answers, strict=True) if said is not None})
        parts = [(name, item) for name in OWNERS for item in self._last_good.get(name, ())]
        return Offer(
            items=sorted((item for _, item in parts), key=lambda item: (item["region"], item["service"])),
            owners={f"{item['region']}.{item['service']}": name for name, item in parts},
            unavailable=[name for name, said in zip(OWNERS, answers, strict=True) if said is None],
        )

    async def _ask(self, name: str) -> Sequence[Mapping[str, Any]] | None:
        try:
            reply = await self._upstreams[name].get("/services", timeout=self._within)
            items: list[Mapping[str, Any]] = reply.require(200).json()["items"]
        except ProblemError:
            log.warning("catalogue not read", owner=name)
            return None
        return items
