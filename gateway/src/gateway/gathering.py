"""One list out of several services: asked in parallel, merged in order, cut to a page. A service that is away is named.

A cursor says "after this item", by an instant and a public id (`shared.applications.cursors`), and every service
understands it whoever owns the item: the same cursor goes to all of them.
"""

import asyncio
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gateway.upstreams import OWNERS, Upstreams
from shared.applications.cursors import URGENT
from shared.errors import Forbidden, NotFound, ProblemError
from shared.log import get_logger
from shared.web import Actor

_SERVER_ERROR: Final = 500
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

log = get_logger(__name__)

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By this instant of an item, then by id; without the instant it comes last, and where `first` is true first."""

    instant: str
    newest_first: bool
    first: str | None = None

    def key(self, item: Item) -> tuple[datetime, str]:
        return (self._at(item) or _NEVER, _bare(item["id"]))

    def cursor(self, item: Item) -> str:
        at = self._at(item)
        return f"{at.astimezone(UTC).isoformat().replace('+00:00', 'Z') if at else ''}~{item['id']}"

    def _at(self, item: Item) -> datetime | None:
        if self.first is not None and item.get(self.first):
            return URGENT
        at = item.get(self.instant)
        return datetime.fromisoformat(at) if at else None


def _bare(public_id: str) -> str:
    """Owners' prefixes are no part of the order."""
    return public_id.partition("-")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asks of a list; `filters` go to the owners as they are."""

    limit: int
    cursor: str | None = None
    headers: Mapping[str, str] | None = None
    filters: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def params(self) -> Mapping[str, str | None]:
        return {**self.filters, "limit": str(self.limit), "cursor": self.cursor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One service's page; `away` when it could not be had."""

    name: str
    items: Sequence[Item] = ()
    more: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    items: Sequence[Item]
    next_cursor: str | None
    unavailable: Sequence[str]

    def shown(self) -> dict[str, Any]:
        return {"items": self.items, "next_cursor": self.next_cursor, "unavailable": self.unavailable}


class Gathering:
    def __init__(self, upstreams: Upstreams, *, within: timedelta) -> None:
        self._upstreams = upstreams
        self._within = within

    async def volumes(
        self, path: str, asked: "Asked", *, actor: Actor | None, owners: Sequence[str] = OWNERS
    ) -> tuple[list[Mapping[str, Any]], list[str]]:
        """Ask for what each owner keeps apart: give the bodies of those who have it, and the names of those away.

        What an owner does not let the caller see is left out, as long as another shows its own. Raises NotFound when
        everyone answers and nobody has it.
        """
        asking = (self._volume(name, path, asked, actor) for name in owners)
        answers = await asyncio.gather(*asking)
        away = [name for name, body in zip(owners, answers, strict=True) if body is None]
        found = [body for body in answers if body and not isinstance(body, ProblemError)]
        for refusal in answers:
            if isinstance(refusal, ProblemError) and not found:
                raise refusal
        if not found and not away:
            raise NotFound
        return found, away

    async def _volume(
        self, name: str, path: str, asked: "Asked", actor: Actor | None
    ) -> Mapping[str, Any] | ProblemError | None:
        try:
            return await self._body(name, path, asked.params, actor, asked.headers)
        except ProblemError as refusal:
            if refusal.status != Forbidden.status:
                raise
            return refusal

    async def parts(
        self,
        path: str,
        params: Mapping[str, str | None],
        *,
        actor: Actor | None,
        headers: Mapping[str, str] | None = None,
    ) -> list[Part]:
        """Ask every owner; a refusal by one of them is the answer of all."""
        return list(await asyncio.gather(*(self._part(name, path, params, actor, headers) for name in OWNERS)))

    async def _part(
        self,
        name: str,
        path: str,
        params: Mapping[str, str | None],
        actor: Actor | None,
        headers: Mapping[str, str] | None,
    ) -> Part:
        body = await self._body(name, path, params, actor, headers)
        if body is None:
            return Part(name=name, away=True)
        return Part(name=name, items=body.get("items", ()), more=body.get("next_cursor") is not None)

    async def _body(
        self,
        name: str,
        path: str,
        params: Mapping[str, str | None],
        actor: Actor | None,
        headers: Mapping[str, str] | None,
    ) -> Mapping[str, Any] | None:
        """Give what one owner answers, nothing where it has none of it, and None when it is away."""
        asked = {key: value for key, value in params.items() if value is not None}
        try:
            reply = await self._upstreams[name].get(
                path, params=asked, actor=actor, headers=headers, timeout=self._within
            )
            body: Mapping[str, Any] = {} if reply.status == NotFound.status else reply.require(200).json()
        except ProblemError as problem:
            if problem.status < _SERVER_ERROR:
                raise
            log.warning("part of a list not had", owner=name, why=problem.code)
            return None
        return body


def merge(parts: Sequence[Part], order: Order, limit: int) -> Page:
    """Merge sorted parts into one page of at most `limit` items."""
    merged = heapq.merge(*(part.items for part in parts), key=order.key, reverse=order.newest_first)
    items = [item for item, _ in zip(merged, range(limit), strict=False)]
    more = any(part.more for part in parts) or sum(len(part.items) for part in parts) > len(items)
    return Page(
        items=items,
        next_cursor=order.cursor(items[-1]) if more and items else None,
        unavailable=[part.name for part in parts if part.away],
    )
