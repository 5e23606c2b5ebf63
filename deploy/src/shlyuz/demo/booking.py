"""Booking on the portal in both regions: who gives the time differs, and so what the citizen asks and staff decide."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shlyuz.demo.portal import Portal
from shlyuz.demo.report import Report, require
from shlyuz.demo.walks import BookingWalk, Tell, spoken
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World, authentication_key

PHONE = "+77011234567"
ADDRESS = "Абай көшесі, 10, 5-пәтер"
COMPLAINT = "Үш күннен бері бас ауырады, қызуы көтеріледі"

Go = Callable[[], Any]


def walks(world: World, region: str, tell: Tell) -> "list[tuple[str, Go]]":
    """Give the region's walks in their order, each with its title: the success, a refusal at each condition."""
    first, second = world.citizens(region)[:2]
    walk, other = booking(world, region, first, tell), booking(world, region, second, tell)
    return [
        ("an appointment with a doctor is booked", walk.succeed),
        ("condition 1 fails", other.be_refused_at_condition_1),
        ("condition 2 fails", lambda: other.be_refused_at_condition_2(authentication_key(world, second))),
        ("condition 3 fails", lambda: other.be_refused_at_condition_3(*REFUSALS[region])),
    ]


def booking(world: World, region: str, citizen: int, tell: Tell) -> BookingWalk:
    """Give the walk of one of the region's citizens."""
    return BookingWalk(world=world, region=region, citizen=citizen, tell=tell, **_REGIONS[region])


def missing(world: World, region: str) -> Report:
    """Report a walk that came to nothing."""
    return Report(region=region, service="booking", roots=world.roots)


async def choose_free_time(walk: BookingWalk, portal: Portal) -> dict[str, Any]:
    """Pick a doctor and a free time (zhambyl booking, closing paragraph of clause 11)."""
    doctor, slot = await first_free(portal, walk.provider["bin"])
    walk.tell(f"A free time of {_name(doctor)} is picked, {spoken(slot['starts_at'])}, and the form is signed.")
    return {"slot": slot, "complaint": COMPLAINT, "phone": PHONE}


async def choose_wishes(walk: BookingWalk, portal: Portal) -> dict[str, Any]:
    """Name a specialty and times that suit (akmola booking 8(5))."""
    doctor = (await portal.api.get(f"/providers/{walk.provider['bin']}/doctors"))["items"][0]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    times = [{"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=28)).isoformat()}]
    walk.tell(f"The form asks for a {doctor['specialty']} within four weeks, and is signed.")
    return {
        "specialty": doctor["specialty"],
        "times": times,
        "condition": COMPLAINT,
        "address": ADDRESS,
        "phone": PHONE,
    }


async def attach_nothing(_walk: BookingWalk, _portal: Portal) -> list[dict[str, str]]:
    """Zhambyl's form takes no documents."""
    return []


async def attach_referral(walk: BookingWalk, portal: Portal) -> list[dict[str, str]]:
    """Upload a supporting document (akmola booking 8(5))."""
    document = await portal.upload(walk.service, referral(), "application/pdf")
    walk.tell("A referral is uploaded; the form names it with its hash.")
    return [document]


async def confirm(_walk: BookingWalk, _workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Confirm the time that the citizen picked."""
    return {"outcome": task["outcomes"][0]["key"], "data": {}}


async def give_time(walk: BookingWalk, workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Tell date and time by the doctors' schedule (akmola booking, clauses 5 and 7)."""
    doctor, slot = await first_free(
        workstation, workstation.bin, specialty=task["fields"]["specialty"], within=task["fields"]["times"][0]
    )
    walk.tell(f"The dispatcher looks at the schedule and gives {spoken(slot['starts_at'])} with {_name(doctor)}.")
    return {"outcome": task["outcomes"][0]["key"], "data": {"slot": slot}}


async def first_free(
    at: Portal | Workstation, provider: str, *, specialty: str | None = None, within: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Find the first doctor with a free time, and the time as a form or an outcome names it."""
    doctors = (await at.api.get(f"/providers/{provider}/doctors", specialty=specialty))["items"]
    for doctor in doctors:
        query = {"doctor_id": doctor["id"], **(within or {})}
        free = (await at.api.get(f"/providers/{provider}/slots", limit=1, **query))["items"]
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


REFUSALS = {"akmola": ("no-free-time", 7), "zhambyl": ("doctor-not-receiving", 6)}
"""A ground from each regulation's closed list, and the process that forms the notice of refusal."""

_REGIONS: dict[str, dict[str, Any]] = {
    "akmola": {
        "performer": "dispatcher",
        "with_certificate": True,
        "choose": choose_wishes,
        "attach": attach_referral,
        "decide": give_time,
    },
    "zhambyl": {
        "performer": "responsible_employee",
        "with_certificate": False,
        "choose": choose_free_time,
        "attach": attach_nothing,
        "decide": confirm,
    },
}
