"""Booking on the portal in both regions: who gives the time differs, and so what the citizen asks and staff decide."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shlyuz.demo.portal import Portal
from shlyuz.demo.walks import BookingWalk, Tell, require
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World

PHONE = "+77011234567"
ADDRESS = "Абай көшесі, 10, 5-пәтер"
COMPLAINT = "Үш күннен бері бас ауырады, қызуы көтеріледі"


def walks(world: World, region: str, citizen: int, tell: Tell) -> BookingWalk:
    """Give the region's walk, for one of its citizens."""
    return BookingWalk(world=world, region=region, citizen=citizen, tell=tell, **_REGIONS[region])


async def choose_free_time(walk: BookingWalk, portal: Portal) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Pick a doctor and one of his free times (zhambyl booking, closing paragraph of clause 11)."""
    provider = walk.provider["bin"]
    doctor = (await portal.api.get(f"/providers/{provider}/doctors"))["items"][0]
    free = (await portal.api.get(f"/providers/{provider}/slots", doctor_id=doctor["id"]))["items"]
    require(bool(free), "no free time at all")
    slot = {"id": free[0]["id"], "starts_at": free[0]["starts_at"]}
    walk.tell(f"The citizen picks {doctor['surname']} {doctor['given_name']}, {slot['starts_at']}, and signs the form")
    return {"slot": slot, "complaint": COMPLAINT, "phone": PHONE}, []


async def choose_wishes(walk: BookingWalk, portal: Portal) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Name a specialty and times that suit, and attach a document (akmola booking 8(5))."""
    provider = walk.provider["bin"]
    doctor = (await portal.api.get(f"/providers/{provider}/doctors"))["items"][0]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    times = [{"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=14)).isoformat()}]
    document = await portal.upload(walk.service, referral(), "application/pdf")
    walk.tell(f"The citizen asks for a {doctor['specialty']} within two weeks, uploads a referral, and signs the form")
    fields = {"specialty": doctor["specialty"], "times": times, "condition": COMPLAINT, "address": ADDRESS}
    return {**fields, "phone": PHONE}, [document]


async def confirm(_walk: BookingWalk, _workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Confirm the time that the citizen picked."""
    return {"outcome": task["outcomes"][0]["key"], "data": {}}


async def give_time(walk: BookingWalk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Tell date and time by the doctors' schedule (akmola booking, clauses 5 and 7)."""
    specialty = task["fields"]["specialty"]
    doctors = (await workstation.api.get(f"/providers/{workstation.bin}/doctors", specialty=specialty))["items"]
    wish = task["fields"]["times"][0]
    path = f"/providers/{workstation.bin}/slots"
    free = (await workstation.api.get(path, doctor_id=doctors[0]["id"], **{"from": wish["from"], "to": wish["to"]}))[
        "items"
    ]
    require(bool(free), "no free time within the citizen's wishes")
    slot = {"id": free[0]["id"], "starts_at": free[0]["starts_at"]}
    walk.tell(f"The dispatcher gives {slot['starts_at']} with {doctors[0]['surname']}")
    return {"outcome": task["outcomes"][0]["key"], "data": {"slot": slot}}


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


REFUSALS = {"akmola": ("no-free-time", 7), "zhambyl": ("doctor-not-receiving", 6)}
"""A ground from each regulation's closed list, and the process that forms the notice of refusal."""

_REGIONS: dict[str, dict[str, Any]] = {
    "akmola": {
        "performer": "dispatcher",
        "with_certificate": True,
        "choose": choose_wishes,
        "decide": give_time,
    },
    "zhambyl": {
        "performer": "responsible_employee",
        "with_certificate": False,
        "choose": choose_free_time,
        "decide": confirm,
    },
}
