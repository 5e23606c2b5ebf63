"""Certificates that are asked for in person: the window registers the visit, each performer signs what he did."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shlyuz.demo.api import Api
from shlyuz.demo.attachment import enrolled_at
from shlyuz.demo.report import require
from shlyuz.demo.walks import Acts, Walk
from shlyuz.demo.workstation import Workstation
from shlyuz.seeding import cast

PHONE = "+77011234567"
ADDRESS = "Абай көшесі, 15, 4-пәтер"
CONDITION = "Жағдайы қанағаттанарлық, шағымы жоқ"
CONCLUSION = "Тексеру кезінде ауру белгілері анықталған жоқ."
_ASKED = {"condition": CONDITION, "address": ADDRESS, "phone": PHONE}
COMMISSION = "commission"
_STATED = {"conclusion": CONCLUSION, "form": "form-079", "picture": "fluorography", "picture_on": "2026-03-02",
           "commission_conclusion": "Комиссия күдікті растамады."}  # fmt: skip
_SENT = "sent-to-commission"
_DISPENSARY = "regional-psychiatric-dispensary"


class Examined(Walk):
    """One person whom a psychiatrist examines; the commission sits at the dispensary, which has tasks of its own."""

    async def _carry_out(self, provider: str, application: str, step: Mapping[str, Any]) -> None:
        elsewhere = step["performer"] == COMMISSION
        at = cast.organisations()[f"{self.region}.{_DISPENSARY}"] if elsewhere else provider
        await super()._carry_out(at, application, step)


async def fill_in(walk: Walk, api: Api) -> dict[str, Any]:
    """Tell the window what its form asks for."""
    shown = await api.get(f"/services/{walk.service}/regulation")
    return {field["key"]: _ASKED[field["key"]] for field in shown["form"]}


async def decide(walk: Walk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # the task says what is asked
    """Find nothing wrong: the first outcome, with what its form asks for; a suspicion is rejected elsewhere."""
    outcomes = {each["key"]: each for each in task["outcomes"]}
    outcome = outcomes.get("rejected", task["outcomes"][0])
    if walk.variant == COMMISSION and _SENT in outcomes and walk.once(f"{_SENT} {task['id']}"):
        outcome = outcomes[_SENT]
    stated = _STATED | _disability(task)
    return {"outcome": outcome["key"], "data": {key: stated[key] for key in outcome["schema"]["properties"]}}


def _disability(task: Mapping[str, Any]) -> dict[str, str]:
    """Certify a day that nobody was certified for before, so that a walk may be repeated: each number has its own."""
    day = datetime.now(UTC).date() - timedelta(days=2 * int(task["application"]["number"].rpartition("-")[2]))
    status = {"disability-sheet": "employee"}.get(task["service"], "student")
    return {"status": status, "diagnosis": "J06.9", "starts_on": str(day), "ends_on": str(day), "decided_by": "doctor"}


async def choose_own(walk: Walk) -> str:
    """Go where one is enrolled: the register is asked whether one belongs to the district."""
    here = await enrolled_at(walk)
    require(here is not None, "the citizen is enrolled nowhere")
    return str(here)


ACTS: Mapping[str, Mapping[str, Acts]] = {
    "phc-certificate": {
        "akmola": Acts(
            title="a primary-care certificate is issued",
            volume="certificate",
            fill_in=fill_in,
            decide=decide,
            grounds={"direct": "documents-missing"},
            variants=(None, "home-visit"),
        )
    },
    **{
        f"disability-{kind}": {
            "akmola": Acts(
                title=f"a disability {kind} is issued",
                volume="certificate",
                fill_in=fill_in,
                decide=decide,
                grounds={"direct": "documents-missing"},
            )
        }
        for kind in ("sheet", "certificate")
    },
    "tb-certificate": {
        "zhambyl": Acts(
            title="the TB dispensary issues a certificate",
            volume="certificate",
            fill_in=fill_in,
            decide=decide,
            grounds={"direct": "documents-missing"},
        )
    },
    "psych-certificate": {
        "zhambyl": Acts(
            title="the psychoneurological dispensary issues a certificate",
            volume="certificate",
            fill_in=fill_in,
            decide=decide,
            grounds={"direct": "documents-missing"},
            choose=choose_own,
            variants=(None, COMMISSION),
            walk=Examined,
        )
    },
    "narco-certificate": {
        "zhambyl": Acts(
            title="the narcological dispensary issues a certificate",
            volume="certificate",
            fill_in=fill_in,
            decide=decide,
            grounds={"direct": "documents-missing"},
            choose=choose_own,
        )
    },
}
"""By service and region."""
