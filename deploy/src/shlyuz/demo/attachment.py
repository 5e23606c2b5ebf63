"""Attachment in both regions: the citizen asks a provider where he is not enrolled, so that a walk may be repeated."""

from collections.abc import Mapping
from typing import Any

from shlyuz.demo.api import Api
from shlyuz.demo.report import require
from shlyuz.demo.walks import Acts, Walk
from shlyuz.demo.workstation import Workstation
from shlyuz.seeding import cast

PHONE = "+77011234567"


async def fill_in(walk: Walk, api: Api) -> dict[str, Any]:  # noqa: ARG001  # no list has to be looked at
    """Say where one lives: in a district of the provider that is asked."""
    return {"address": home_at(await walk.acts.choose(walk)), "phone": PHONE}


async def choose(walk: Walk) -> str:
    """Find a provider of the region where the citizen is not enrolled."""
    providers = [each for each in walk.world.people["providers"] if each["region"] == walk.region]
    here = await enrolled_at(walk)
    others = [each["bin"] for each in providers if each["bin"] != here]
    require(bool(others), "the region has no provider where the citizen is not enrolled")
    return str(others[0])


async def enrolled_at(walk: Walk) -> str | None:
    """Have staff see in the register where the citizen is enrolled."""
    providers = [each for each in walk.world.people["providers"] if each["region"] == walk.region]
    performer = _LOOKS_UP[walk.region]
    iin = walk.world.people["citizens"][walk.citizen]["iin"]
    workstation = await walk.world.at_work(providers[0]["bin"], performer)
    (known,) = (await workstation.api.post("/register/lookups", {"iin": iin}))["items"]
    return str(known["attachment"]["provider"]) if known["attachment"] else None


async def decide(walk: Walk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # one outcome
    """Find documents and register as they should be: each step has one outcome."""
    return {"outcome": task["outcomes"][0]["key"], "data": {}}


def home_at(provider: str) -> dict[str, str]:
    """Give an address in the first district of a provider, by BIN."""
    houses = next(one for one in cast.providers() if one["bin"] == provider)["districts"][0]["houses"][0]
    return {"locality": houses["locality"], "street": houses["street"], "house": houses["first"], "flat": "5"}


_LOOKS_UP = {"akmola": "registry", "zhambyl": "responsible_employee"}
_TITLE = "a citizen is enrolled"
ACTS = {
    region: Acts(
        title=_TITLE,
        volume="attachment",
        fill_in=fill_in,
        decide=decide,
        choose=choose,
        grounds={"portal": "documents-wrong", "direct": "documents-missing"},
    )
    for region in _LOOKS_UP
}
"""By region; by phone nobody is enrolled."""
