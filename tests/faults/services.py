"""What people at work do in each service: what a form says, what a step enters. A service joins by a line in a list."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shlyuz.demo.api import Api
from shlyuz.demo.attachment import home_at
from shlyuz.demo.booking import ADDRESS, COMPLAINT, PHONE
from shlyuz.seeding import cast

REACH = timedelta(days=14)
"""How far ahead people book here; later times are left to tests that need some of their own."""
SOON = timedelta(hours=3)
Fields = dict[str, Any]
FillIn = Callable[[Api, str, Random], Awaitable[Fields]]
"""Make a form's fields for a provider."""

PERFORMERS = {
    "akmola": ("dispatcher", "registry"),
    "zhambyl": ("responsible_employee", "responsible_employee_of_the_registration_department"),
}
"""The roles that carry the steps out; somebody of each sits at every provider."""


async def pick_a_time(api: Api, provider: str, chance: Random) -> Fields:
    return {"slot": await free_time(api, provider, chance), "complaint": COMPLAINT, "phone": PHONE}


async def wish_for_times(api: Api, provider: str, chance: Random) -> Fields:
    doctors = (await api.get(f"/providers/{provider}/doctors"))["items"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    times = [{"from": tomorrow.isoformat(), "to": (tomorrow + REACH).isoformat()}]
    specialty = chance.choice(doctors)["specialty"]
    return {"specialty": specialty, "times": times, "condition": COMPLAINT, "address": ADDRESS, "phone": PHONE}


async def live_there(_api: Api, provider: str, _chance: Random) -> Fields:
    return {"address": home_at(provider), "phone": PHONE}


def saying(**fields: Any) -> FillIn:
    """Write the same in every form."""

    async def fill_in(_api: Api, _provider: str, _chance: Random) -> Fields:
        return fields

    return fill_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of a region: what is written on the portal; what at the window, and who sits there."""

    region: str
    name: str
    fill_in: FillIn
    visit: Fields | None = None
    registrar: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.region}.{self.name}"

    @property
    def providers(self) -> list[str]:
        return [one["bin"] for one in cast.providers() if one["region"] == self.region and self.name in one["services"]]


CALL = {"address": ADDRESS, "phone": PHONE}
SERVICES = (
    Service(
        region="zhambyl",
        name="booking",
        fill_in=pick_a_time,
        visit={"complaint": COMPLAINT, "phone": PHONE},
        registrar="responsible_employee",
    ),
    Service(
        region="akmola",
        name="booking",
        fill_in=wish_for_times,
        visit={"condition": COMPLAINT} | CALL,
        registrar="dispatcher",
    ),
    Service(
        region="zhambyl",
        name="home-call",
        fill_in=saying(complaint=COMPLAINT, **CALL),
        visit={"complaint": COMPLAINT} | CALL,
        registrar="responsible_employee_of_the_registration_department",
    ),
    Service(
        region="akmola",
        name="home-call",
        fill_in=saying(condition=COMPLAINT, **CALL),
        visit={"condition": COMPLAINT} | CALL,
        registrar="dispatcher",
    ),
    Service(region="zhambyl", name="attachment", fill_in=live_there),
    Service(region="akmola", name="attachment", fill_in=live_there),
)


async def enter(api: Api, provider: str, chance: Random, task: Mapping[str, Any]) -> Fields:
    """Enter what the step's outcome asks for."""
    wanted, fields = task["outcomes"][0]["schema"].get("properties", {}), task["fields"]
    data: Fields = {}
    if "slot" in wanted:
        wishes = {"specialty": fields["specialty"]} if "specialty" in fields else {}
        data["slot"] = await free_time(api, provider, chance, **wishes, **(fields.get("times") or [{}])[0])
    if "doctor" in wanted:
        fit = wanted["doctor"].get("x-specialties")
        doctors = [one for one in (await api.get(f"/providers/{provider}/doctors"))["items"]
                   if fit is None or one["specialty"] in fit]  # fmt: skip
        visit_at = (datetime.now(UTC) + SOON).replace(microsecond=0).isoformat()
        data |= {"doctor": chance.choice(doctors)["id"], "visit_at": visit_at}
    return data


async def free_time(api: Api, provider: str, chance: Random, **wishes: str) -> dict[str, str]:
    """Find a free time of any doctor of the provider, as a form or an outcome names it."""
    specialty = wishes.pop("specialty", None)
    doctors = (await api.get(f"/providers/{provider}/doctors", specialty=specialty))["items"]
    query = {"to": (datetime.now(UTC) + REACH).isoformat(), **wishes}
    path, doctor = f"/providers/{provider}/slots", chance.choice(doctors)["id"]
    slot = chance.choice((await api.get(path, doctor_id=doctor, limit=50, **query))["items"])
    return {"id": slot["id"], "starts_at": slot["starts_at"]}
