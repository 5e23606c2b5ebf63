"""Gather the owners' counts for regions that the caller operates, which auth-svc says. Services are of one owner each.

So the counts of several owners stand side by side and are never added: what an owner leaves untold stays untold.
"""

from collections.abc import Mapping
from typing import Any

from gateway.gathering import Asked, Gathering
from gateway.upstreams import Upstreams
from shared.web import Actor

_PARTS = ("applications", "steps", "refusals")


class Statistics:
    def __init__(self, upstreams: Upstreams, gathering: Gathering) -> None:
        self._upstreams = upstreams
        self._gathering = gathering

    async def of(
        self, person: Actor, *, region: str | None, first: str, last: str, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Count from the month `first` to `last`; raises what auth-svc and the owners refuse with."""
        wanted = {"region": region} if region else None
        reply = await self._upstreams.auth.get(
            "/internal/operated-regions", params=wanted, actor=person, headers=headers
        )
        regions: list[str] = reply.require(200).json()["regions"]
        asked = Asked(limit=1, headers=headers, filters={"from": first, "to": last, "regions": ",".join(regions)})
        found, away = await self._gathering.volumes("/internal/statistics", asked, actor=None)
        cells = {part: [cell for body in found for cell in body[part]] for part in _PARTS}
        ordered = {part: sorted(cells[part], key=lambda cell: list(map(str, cell.values()))) for part in _PARTS}
        return {"regions": regions, **ordered, "unavailable": away}
