"""Booking in both regions: who gives the time differs, and so what the citizen asks and staff decide."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shlyuz.demo.api import Api
from shlyuz.demo.portal import Portal
from shlyuz.demo.report import require
from shlyuz.demo.walks import PORTAL, Acts, Walk, spoken
from shlyuz.demo.workstation import Workstation

PHONE = "+77011234567"
ADDRESS = "Абай көшесі, 10, 5-пәтер"
COMPLAINT = "Үш күннен бері бас ауырады, қызуы көтеріледі"


async def fill_in(walk: Walk, api: Api) -> dict[str, Any]:
    """Say what the region's form asks for on that channel."""
    if walk.region == "akmola":
        return {"condition": COMPLAINT, "address": ADDRESS, "phone": PHONE} | await _wishes(walk, api)
    return {"complaint": COMPLAINT, "phone": PHONE} | await _free_time(walk, api)


async def _free_time(walk: Walk, api: Api) -> dict[str, Any]:
    """Pick a doctor and a free time (zhambyl booking, closing paragraph of clause 11)."""
    if walk.channel != PORTAL:
        return {}
    doctor, slot = await first_free(api, await walk.acts.choose(walk))
    walk.tell(f"A free time of {_name(doctor)} is picked, {spoken(slot['starts_at'])}, and the form is signed.")
    return {"slot": slot}


async def _wishes(walk: Walk, api: Api) -> dict[str, Any]:
    """Name a specialty and times that suit (akmola booking 8(5))."""
    if walk.channel != PORTAL:
        return {}
    doctor = (await api.get(f"/providers/{await walk.acts.choose(walk)}/doctors"))["items"][0]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    times = [{"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=28)).isoformat()}]
    walk.tell(f"The form asks for a {doctor['specialty']} within four weeks, and is signed.")
    return {"specialty": doctor["specialty"], "times": times}


async def attach_referral(walk: Walk, portal: Portal) -> list[dict[str, str]]:
    """Upload a supporting document (akmola booking 8(5))."""
    document = await portal.upload(walk.service, referral(), "application/pdf")
    walk.tell("A referral is uploaded; the form names it with its hash.")
    return [document]


async def decide(walk: Walk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Accept, confirm, or where the outcome asks for a time tell one by the doctors' schedule (akmola booking 5, 7)."""
    outcome = task["outcomes"][0]
    if "slot" not in outcome["schema"]["properties"]:
        return {"outcome": outcome["key"], "data": {}}
    asked = task["fields"]
    doctor, slot = await first_free(
        workstation.api, workstation.bin, specialty=asked.get("specialty"), within=asked.get("times", [None])[0]
    )
    walk.tell(f"The schedule is looked at: {spoken(slot['starts_at'])} with {_name(doctor)}.")
    return {"outcome": outcome["key"], "data": {"slot": slot}}


async def first_free(
    api: Api, provider: str, *, specialty: str | None = None, within: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Find the first doctor with a free time, and the time as a form or an outcome names it."""
    doctors = (await api.get(f"/providers/{provider}/doctors", specialty=specialty))["items"]
    for doctor in doctors:
        query = {"doctor_id": doctor["id"], **(within or {})}
        free = (await api.get(f"/providers/{provider}/slots", limit=1, **query))["items"]
        if free:
            return doctor, {"id": free[0]["id"], "starts_at": free[0]["starts_at"]}
    require(holds=False, otherwise=f"no doctor of provider {provider} has a free time")
    raise AssertionError


def referral() -> bytes:
    """Make a small, real PDF that stands for a referral."""
    from pyhanko.pdf_utils.content import RawContent
    from pyhanko.pdf_utils.layout import BoxConstraints
    from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

    writer = PdfFileWriter()
    box = BoxConstraints(width=200, height=100)
    page = PageObject(
        contents=writer.add_object(RawContent(b"", box=box).as_form_xobject()), media_box=(0, 0, 200, 100)
    )
    writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _name(doctor: Mapping[str, Any]) -> str:
    return f"{doctor['surname']} {doctor['given_name']}"


_TITLE = "an appointment with a doctor is booked"
ACTS = {
    "akmola": Acts(
        title=_TITLE,
        volume="booking",
        fill_in=fill_in,
        attach=attach_referral,
        decide=decide,
        grounds={"portal": "no-free-time", "direct": "documents-missing", "phone": "no-such-specialist"},
    ),
    "zhambyl": Acts(
        title=_TITLE,
        volume="booking",
        fill_in=fill_in,
        decide=decide,
        grounds={"portal": "doctor-not-receiving", "direct": "grounds-not-met", "phone": "documents-missing"},
    ),
}
"""By region."""
