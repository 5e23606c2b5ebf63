"""Calling a doctor home in both regions: the same form but for a name, and who answers gives doctor and time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shlyuz.demo.api import Api
from shlyuz.demo.report import require
from shlyuz.demo.walks import Acts, Walk, spoken
from shlyuz.demo.workstation import Workstation

PHONE = "+77011234567"
ADDRESS = "Абай көшесі, 10, 5-пәтер"
COMPLAINT = "Баланың қызуы 38,5, жөтеледі"
SOON = timedelta(hours=3)
_ASKED = {"akmola": "condition", "zhambyl": "complaint"}


async def fill_in(walk: Walk, api: Api) -> dict[str, Any]:
    """Say what is the matter, where, and how to call back; the complaint is no emergency."""
    advice = (await api.post("/home-calls/advice", {"text": COMPLAINT}))["advice"]
    require(holds=advice is None, otherwise="a child's cough should be no emergency")
    walk.tell("Nothing in the complaint sounds like an emergency: nobody is told to call 103 first.")
    return {_ASKED[walk.region]: COMPLAINT, "address": ADDRESS, "phone": PHONE}


async def decide(walk: Walk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Accept, or where the outcome asks for a doctor give one and a time (akmola 5, 7; zhambyl 5(2), 8(2), 11)."""
    outcome = task["outcomes"][0]
    if "doctor" not in outcome["schema"]["properties"]:
        return {"outcome": outcome["key"], "data": {}}
    (fit, *_) = outcome["schema"]["properties"]["doctor"].get("x-specialties", [None])
    doctor = (await workstation.api.get(f"/providers/{workstation.bin}/doctors", specialty=fit))["items"][0]
    visit_at = (datetime.now(UTC).astimezone() + SOON).replace(microsecond=0).isoformat()
    walk.tell(f"{doctor['surname']} {doctor['given_name']} is to come on {spoken(visit_at)}.")
    return {"outcome": outcome["key"], "data": {"doctor": doctor["id"], "visit_at": visit_at}}


_TITLE = "a doctor is called home"
_GROUNDS = {
    "akmola": {"portal": "address-outside-district", "direct": "documents-missing", "phone": "documents-wrong"},
    "zhambyl": {"portal": "grounds-not-met", "direct": "documents-missing", "phone": "address-outside-district"},
}
ACTS = {
    region: Acts(title=_TITLE, volume="booking", fill_in=fill_in, decide=decide, grounds=grounds)
    for region, grounds in _GROUNDS.items()
}
"""By region."""
