"""Calling a doctor home through the front door, in both regions on every channel: the walk, the visit, 103 first.

Akmola home-call, clauses 3, 5, 7, 8; zhambyl home-call, clauses 3, 5, 7, 8, 11.
"""

import asyncio
import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from shlyuz.demo import programme
from shlyuz.demo.home_call import ADDRESS, PHONE
from shlyuz.seeding import cast

from .conftest import until_issued

TABLE = Path(__file__).parent / "regulations.csv"
WALKS = [(region, channel) for region in programme.REGIONS for channel in ("portal", "direct", "phone")]
COMPLAINT = {"akmola": "condition", "zhambyl": "complaint"}
PERFORMER = {"akmola": "dispatcher", "zhambyl": "responsible_employee_of_the_registration_department"}
OUTCOME = {"akmola": "visit-set", "zhambyl": "confirmed"}
DANGER = "Кеудем қатты қысып ауырып тұр"


def steps_of(region, channel):
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["service"] == "home-call"]
    return [(row["performer"], row["limit"]) for row in rows if (row["region"], row["channel"]) == (region, channel)]


def fields_of(region, complaint="Баланың қызуы 38", **changes):
    return {COMPLAINT[region]: complaint, "address": ADDRESS, "phone": PHONE, **changes}


def in_hours(hours):
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(microsecond=0).isoformat()


async def file(town, region, portal=None, complaint="Баланың қызуы 38"):
    """File a call on the portal."""
    portal = portal or await town.citizen(region)
    provider = town.world.provider(region)["bin"]
    document = await portal.fill_in(f"{region}.home-call", provider, fields_of(region, complaint))
    return portal, await portal.apply(portal.sign(document))


async def doctors(town, region):
    provider = town.world.provider(region)["bin"]
    return (await (await town.workstation(region)).api.get(f"/providers/{provider}/doctors"))["items"]


async def visiting(town, region):
    """The doctor who visits, as patients know him, and his workstation."""
    doctor = next(each for each in cast.providers() if each["region"] == region)["doctors"][0]
    known = next(each for each in await doctors(town, region) if each["surname"] == doctor["surname"])
    return known["id"], await town.workstation(region, "doctor")


async def set_visit(town, region, application, **given):
    """Have the performer give doctor and time."""
    doctor, _ = await visiting(town, region)
    workstation = await town.workstation(region, PERFORMER[region])
    task = await workstation.claim((await workstation.task_of(application))["id"])
    data = {"doctor": doctor, "visit_at": in_hours(3), **given}
    await workstation.complete(task["id"], {"outcome": OUTCOME[region], "data": data})
    return workstation


@pytest.mark.parametrize(("region", "channel"), WALKS)
class TestAWalk:
    async def test_comes_to_what_the_decree_says(self, town, region, channel):
        first, *_ = town.world.citizens(region)
        report = await programme.walk_of(
            town.world, region, "home-call", first, town.said.append, channel=channel
        ).succeed()
        assert (report.ok, report.outcome) == (True, "issued")
        assert [(step["performer"], step["limit"]) for step in report.steps] == steps_of(region, channel)
        assert (report.pdf is not None) == (channel == "portal")

    async def test_is_refused_on_a_ground_of_the_closed_list(self, town, region, channel):
        _, second, *_ = town.world.citizens(region)
        walk = programme.walk_of(town.world, region, "home-call", second, town.said.append, channel=channel)
        report = await walk.be_refused_by_the_provider()
        assert (report.ok, report.outcome) == (True, "refused")


@pytest.fixture(scope="module", params=programme.REGIONS)
async def visited(request, town):
    """A call on the portal, from the form to what the doctor found."""
    region = request.param
    portal, receipt = await file(town, region)
    application = receipt["id"]
    await set_visit(town, region, application, urgency="urgent", district="№ 5")
    _, doctor = await visiting(town, region)
    day = datetime.fromisoformat((await portal.api.get(f"/applications/{application}"))["visit"]["at"]).date()
    listed = await doctor.api.get("/visits", date=day.isoformat())
    async with doctor.events() as events:
        ended = await doctor.api.post(f"/visits/{application}/outcome", {"outcome": "handed-to-emergency-care"})
        heard = await _heard(events, application)
    await until_issued(portal, application)  # what a worker does later is not what a refused request wrote
    return SimpleNamespace(
        region=region, portal=portal, application=application, doctor=doctor, day=day.isoformat(), heard=heard,
        item=next(each for each in listed["items"] if each["id"] == application), ended=ended,
    )  # fmt: skip


async def _heard(events, application):
    async with asyncio.timeout(60):
        async for event in events:
            if event["event"] == "application.visit-ended" and event["data"]["application_id"] == application:
                return event["data"]
    raise AssertionError("the stream of events ended")


class TestAVisit:
    def test_tells_the_doctor_all_that_he_needs_at_the_door(self, visited):
        item = visited.item
        assert (item["address"], item["phone"], item["complaint"]) == (ADDRESS, PHONE, "Баланың қызуы 38")
        assert (item["urgency"]["code"], item["district"], item["outcome"]) == ("urgent", "№ 5", None)
        assert item["patient"]["iin"] == visited.portal.person.iin

    async def test_is_followed_in_the_cabinet_to_its_end(self, visited):
        shown = await visited.portal.api.get(f"/applications/{visited.application}")
        assert shown["visit"] == visited.ended["visit"]
        assert shown["visit"]["outcome"]["code"] == "handed-to-emergency-care"
        assert shown["visit"]["outcome"]["title"]["kk"] == "Жедел жәрдемге берілді"

    def test_is_told_to_the_workstations_of_the_provider_and_says_nothing_of_how_it_ended(self, visited):
        told = str(visited.heard)
        assert visited.heard["service"] == "booking"
        assert "emergency" not in told
        assert visited.portal.person.iin not in told

    async def test_leaves_records_that_the_patient_sees(self, visited):
        await visited.portal.log_in(with_certificate=True)
        looks = (await visited.portal.api.get("/access-log"))["items"]
        assert {"visits-listed", "visit-ended"} <= {each["action"] for each in looks}

    async def test_ends_once(self, visited, refuses):
        path = f"/visits/{visited.application}/outcome"
        again = {"outcome": "visited"}
        await refuses(visited.doctor, lambda: visited.doctor.api.post(path, again), 409, "visit-ended")

    async def test_is_hidden_from_doctors_of_another_provider(self, visited, town, problem):
        elsewhere = next(
            one["bin"]
            for one in cast.providers()
            if one["region"] == visited.region and one["bin"] != visited.doctor.bin
        )
        stranger = await town.workstation(visited.region, "doctor", provider=elsewhere)
        assert (await stranger.api.get("/visits", date=visited.day))["items"] == []
        path = f"/visits/{visited.application}/outcome"
        await problem(stranger, lambda: stranger.api.post(path, {"outcome": "visited"}), 404, "not-found")

    async def test_is_nobodys_who_has_no_part_in_it(self, visited, town, problem, citizen):
        keeper = await town.workstation(visited.region, "administrator")
        await problem(keeper, lambda: keeper.api.get("/visits"), 403, "wrong-role")
        await problem(citizen, lambda: citizen.api.get("/visits"), 403, "staff-only")

    async def test_cannot_be_withdrawn_when_it_is_over(self, visited, problem):
        portal = visited.portal
        form = await portal.api.get(f"/services/{visited.region}.home-call/form", purpose="withdrawal")
        document = {
            "purpose": "withdrawal", "audience": "shlyuz", "request_id": "0192a4de-0000-7000-8000-000000000001",
            "applicant": {"iin": portal.person.iin}, "application": visited.application, "fields": {},
            "form_token": form["form_token"],
        }  # fmt: skip
        signed = portal.sign(document)
        path = f"/applications/{visited.application}/withdrawal"
        await problem(portal, lambda: portal.api.post(path, signed), 409, "visit-ended")


@pytest.mark.parametrize("region", programme.REGIONS)
class TestAChild:
    async def test_is_visited_on_the_call_of_a_parent(self, town, region):
        children = {each.parent: each for each in cast.inhabitants() if each.parent}
        citizens = town.world.people["citizens"]
        number = next(n for n in town.world.citizens(region) if citizens[n]["iin"] in children)
        child = children[citizens[number]["iin"]]
        portal = await programme.walk_of(town.world, region, "home-call", number, town.said.append)._enter()
        provider = town.world.provider(region)["bin"]
        document = await portal.fill_in(f"{region}.home-call", provider, fields_of(region))
        receipt = await portal.apply(portal.sign(document | {"patient": {"iin": child.iin}}))
        await set_visit(town, region, receipt["id"])
        shown = await portal.api.get(f"/applications/{receipt['id']}")
        assert shown["patient"] == {"iin": child.iin, "name": " ".join(child.name)}
        assert shown["visit"]["outcome"] is None


@pytest.mark.parametrize("region", programme.REGIONS)
class TestAnEmergency:
    async def test_is_told_to_call_103_before_anything_is_signed(self, town, region):
        portal = town.newcomer()
        advice = (await portal.api.post("/home-calls/advice", {"text": DANGER}))["advice"]
        assert advice["number"] == "103"
        assert all("103" in advice["text"][language] for language in ("kk", "ru", "en"))

    async def test_is_accepted_all_the_same_and_stands_first_before_the_dispatcher(self, town, region):
        await file(town, region)
        portal, receipt = await file(town, region, complaint=DANGER)
        assert receipt["advice"]["number"] == "103"
        assert (await portal.api.get(f"/applications/{receipt['id']}"))["advice"] == receipt["advice"]
        workstation = await town.workstation(region, PERFORMER[region])
        tasks = (await workstation.api.get("/tasks", limit=100))["items"]
        urgent = [each["urgent"] for each in tasks]
        assert urgent == sorted(urgent, reverse=True)
        task = next(each for each in tasks if each["application"]["id"] == receipt["id"])
        assert task["urgent"]
        detail = await workstation.api.get(f"/tasks/{task['id']}")
        assert "103" in detail["advice"]["for_staff"]["kk"]


@pytest.mark.parametrize("region", programme.REGIONS)
class TestBadInput:
    @pytest.mark.parametrize(("changes", "pointer"), [
        ({"address": "А" * 301}, "address"), ({"address": "1"}, "address"), ({"address": "Абай\u202e, 10"}, "address"),
        ({"phone": "8 701 123 45 67"}, "phone"), ({"phone": None}, "phone"), ({"doctor": "bkg-0"}, "doctor"),
    ])  # fmt: skip
    async def test_in_the_form_uses_up_nothing(self, town, refuses, region, changes, pointer):
        portal, provider = await town.citizen(region), town.world.provider(region)["bin"]
        document = await portal.fill_in(f"{region}.home-call", provider, fields_of(region, **changes))
        signed = portal.sign(document)
        said = await refuses(portal, lambda: portal.apply(signed), 422, "invalid-request")
        assert {each["pointer"] for each in said["errors"]} == {f"/fields/{pointer}"}

    @pytest.mark.parametrize(("given", "code"), [
        ({"hours": -1}, "visit-in-the-past"), ({"hours": 24 * 30}, "visit-too-far-ahead"),
        ({"doctor": "bkg-" + "0" * 32}, "doctor-unknown"), ({"urgency": "whenever"}, "invalid-request"),
        ({"district": "5\u0000"}, "invalid-request"), ({"district": "5" * 61}, "invalid-request"),
    ])  # fmt: skip
    async def test_in_the_step_leaves_it_open(self, town, problem, region, given, code):
        portal, receipt = await file(town, region)
        doctor, _ = await visiting(town, region)
        workstation = await town.workstation(region, PERFORMER[region])
        task = (await workstation.task_of(receipt["id"]))["id"]
        await workstation.claim(task)
        data = {"doctor": doctor, "visit_at": in_hours(given.get("hours", 3)),
                **{key: value for key, value in given.items() if key != "hours"}}  # fmt: skip
        body = {"outcome": OUTCOME[region], "data": data}
        await problem(workstation, lambda: workstation.api.post(f"/tasks/{task}/prepare", body), 422, code)
        shown = await portal.api.get(f"/applications/{receipt['id']}")
        assert [step["state"] for step in shown["steps"]] == ["open"]

    async def test_of_the_wrong_role_takes_no_step(self, town, problem, region):
        _, receipt = await file(town, region)
        task = (await (await town.workstation(region, PERFORMER[region])).task_of(receipt["id"]))["id"]
        doctor = await town.workstation(region, "doctor")
        await problem(doctor, lambda: doctor.claim(task), 403, "wrong-role")

    async def test_of_no_visit_ends_nothing(self, town, problem, region):
        _, receipt = await file(town, region)
        workstation = await town.workstation(region, PERFORMER[region])
        path = f"/visits/{receipt['id']}/outcome"
        await problem(workstation, lambda: workstation.api.post(path, {"outcome": "visited"}), 404, "not-found")
        await problem(workstation, lambda: workstation.api.post(path, {"outcome": "cured"}), 422, "invalid-request")
