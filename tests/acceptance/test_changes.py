"""A citizen changes his mind: another time, or none, signed, until the regulation's cut-off (ours, 2 hours)."""

from collections import Counter
from typing import Any

import pytest

from shlyuz.demo.api import request_id
from shlyuz.demo.portal import Portal
from shlyuz.demo.walks import refused

from .conftest import until_issued

SERVICE = {"akmola": "akmola.booking", "zhambyl": "zhambyl.booking"}


async def the_change(
    portal: Portal, purpose: str, application: str, fields: dict[str, Any] | None = None, *, region: str = "zhambyl"
) -> dict[str, Any]:
    """The document that a citizen signs to change an application."""
    form = await portal.api.get(f"/services/{SERVICE[region]}/form", purpose=purpose)
    return {
        "purpose": purpose,
        "audience": "shlyuz",
        "request_id": request_id(),
        "applicant": {"iin": portal.person.iin},
        "application": application,
        "fields": fields or {},
        "form_token": form["form_token"],
    }


async def send(portal: Portal, signed: dict[str, str], purpose: str, application: str) -> dict[str, Any]:
    answer: dict[str, Any] = await portal.api.post(f"/applications/{application}/{purpose}", signed)
    return answer


async def change(portal: Portal, purpose: str, application: str, fields: Any = None, **more: Any) -> dict[str, Any]:
    signed = portal.sign(await the_change(portal, purpose, application, fields, **more))
    return await send(portal, signed, purpose, application)


async def free_slots(town: Any, portal: Portal) -> list[dict[str, Any]]:
    provider = town.world.provider("zhambyl")["bin"]
    found: list[dict[str, Any]] = (await portal.api.get(f"/providers/{provider}/slots"))["items"]
    return found


def named(slot: dict[str, Any]) -> dict[str, Any]:
    return {"slot": {"id": slot["id"], "starts_at": slot["starts_at"]}}


async def holder(town: Any, slot: str) -> list[Any]:
    rows = await town.ask_database(
        "booking", "SELECT application FROM slots WHERE id = $1::uuid", slot.partition("-")[2]
    )
    return [row["application"] for row in rows]


@pytest.fixture
async def filed(town, citizen):
    """An application with a slot, and other slots that are free."""
    receipt = await town.file(citizen)
    return receipt["id"], receipt["appointment"], await free_slots(town, citizen)


class TestAnotherTime:
    async def test_is_taken_at_once_and_the_old_one_is_free(self, town, citizen, filed):
        application, old, free = filed
        shown = await change(citizen, "reschedule", application, named(free[-1]))
        assert shown["appointment"]["slot_id"] == free[-1]["id"]
        assert shown["fields"]["slot"]["id"] == free[-1]["id"]
        assert shown["status"]["code"] == "time-being-changed"
        assert await holder(town, old["slot_id"]) == [None]
        assert old["slot_id"] in {slot["id"] for slot in await free_slots(town, citizen)}

    async def test_opens_the_performers_step_again_with_its_limit(self, citizen, filed):
        application, _, free = filed
        shown = await change(citizen, "reschedule", application, named(free[-2]))
        *_, step = shown["steps"]
        assert (step["step"], step["limit"], step["state"]) == ("confirm", "29 m", "open")

    async def test_gets_a_new_confirmation_that_annuls_the_old_one(self, town, citizen, filed):
        application, _, free = filed
        await town.complete("zhambyl", application)
        old = (await until_issued(citizen, application))["result"]["code"]
        await change(citizen, "reschedule", application, named(free[-3]))
        assert (await citizen.api.get(f"/verify/{old}"))["state"] == "in-force"
        await town.complete("zhambyl", application)
        shown = await until_issued(citizen, application)
        assert shown["appointment"]["slot_id"] == free[-3]["id"]
        assert shown["result"]["code"] != old
        assert (await citizen.api.get(f"/verify/{old}"))["state"] == "annulled"
        assert (await citizen.api.get(f"/verify/{shown['result']['code']}"))["state"] == "in-force"

    async def test_that_somebody_has_leaves_the_old_one(self, town, citizen, filed, refuses):
        application, old, _ = filed
        other = await town.citizen()
        taken = (await town.file(other))["appointment"]
        signed = citizen.sign(
            await the_change(
                citizen,
                "reschedule",
                application,
                {"slot": {"id": taken["slot_id"], "starts_at": taken["starts_at"]}},
            )
        )
        said = await refuses(citizen, lambda: send(citizen, signed, "reschedule", application), 409, "slot-taken")
        assert said["next_free"]
        assert (await citizen.api.get(f"/applications/{application}"))["appointment"] == old

    async def test_is_wished_for_where_the_dispatcher_gives_it(self, town):
        portal, walk = await town.citizen("akmola"), town.walk("akmola")
        application = (await town.file(portal, "akmola"))["id"]
        await town.complete("akmola", application)
        first = await until_issued(portal, application)
        wishes = await walk.acts.fill_in(walk, portal.api)
        schema = (await portal.api.get("/services/akmola.booking/form", purpose="reschedule"))["form"]
        fields = {name: value for name, value in wishes.items() if name in schema["properties"]}
        shown = await change(portal, "reschedule", application, fields, region="akmola")
        assert shown["appointment"] == first["appointment"]
        await town.complete("akmola", application)
        again = await until_issued(portal, application)
        assert again["result"]["code"] != first["result"]["code"]


class TestAWithdrawal:
    async def test_frees_the_time_and_ends_the_task(self, town, citizen, filed):
        application, old, _ = filed
        task = (await (await town.workstation("zhambyl")).task_of(application))["id"]
        shown = await change(citizen, "withdrawal", application)
        assert (shown["state"], shown["status"]["code"]) == ("withdrawn", "withdrawn-by-applicant")
        assert await holder(town, old["slot_id"]) == [None]
        refusal = await refused((await town.workstation("zhambyl")).claim(task))
        assert (refusal.status, refusal.code) == (409, "task-closed")

    async def test_is_evidence_like_the_application(self, citizen, filed):
        application, _, _ = filed
        signed = citizen.sign(await the_change(citizen, "withdrawal", application))
        await send(citizen, signed, "withdrawal", application)
        items = (await citizen.api.get(f"/applications/{application}/evidence"))["items"]
        assert {name: items[-1][name] for name in signed} == signed

    async def test_sent_twice_is_answered_alike_and_done_once(self, town, citizen, filed):
        application, _, _ = filed
        signed = citizen.sign(await the_change(citizen, "withdrawal", application))
        first = await send(citizen, signed, "withdrawal", application)
        before = await town.written()
        assert await send(citizen, signed, "withdrawal", application) == first
        assert await town.written() == before

    async def test_is_the_last_thing_that_happens(self, citizen, filed, refuses):
        application, _, free = filed
        await change(citizen, "withdrawal", application)
        again = citizen.sign(await the_change(citizen, "withdrawal", application))
        await refuses(citizen, lambda: send(citizen, again, "withdrawal", application), 409, "not-withdrawable")
        later = citizen.sign(await the_change(citizen, "reschedule", application, named(free[0])))
        await refuses(citizen, lambda: send(citizen, later, "reschedule", application), 409, "not-reschedulable")


class TestAChange:
    async def test_of_another_persons_application_is_not_found(self, town, filed, refuses):
        application, _, _ = filed
        other = await town.citizen()
        signed = other.sign(await the_change(other, "withdrawal", application))
        await refuses(other, lambda: send(other, signed, "withdrawal", application), 404, "not-found")

    async def test_signed_for_another_application_is_refused(self, town, citizen, filed, refuses):
        application, _, _ = filed
        other = (await town.file(citizen))["id"]
        signed = citizen.sign(await the_change(citizen, "withdrawal", other))
        await refuses(citizen, lambda: send(citizen, signed, "withdrawal", application), 422, "invalid-request")

    async def test_on_the_form_of_another_purpose_or_service_is_refused(self, citizen, filed, refuses):
        application, _, _ = filed
        wrong = {
            **await the_change(citizen, "withdrawal", application),
            "form_token": (await citizen.form("zhambyl.booking"))["form_token"],
        }
        signed = citizen.sign(wrong)
        await refuses(
            citizen,
            lambda: send(citizen, signed, "withdrawal", application),
            422,
            "form-token-for-another-purpose",
        )
        foreign = citizen.sign(await the_change(citizen, "withdrawal", application, region="akmola"))
        await refuses(citizen, lambda: send(citizen, foreign, "withdrawal", application), 409, "edition-changed")

    async def test_with_a_bad_signature_is_process_4(self, town, citizen, filed, problem):
        application, _, _ = filed
        document = await the_change(citizen, "withdrawal", application)
        stranger = (await town.citizen()).person.key
        signed = citizen.sign(document, stranger)
        await problem(citizen, lambda: send(citizen, signed, "withdrawal", application), 422, "iin-mismatch")
        notices = (await citizen.api.get("/notices"))["items"]
        assert Counter(each.get("occasion") for each in notices)["withdrawal"] >= 1
        assert (await citizen.api.get(f"/applications/{application}"))["state"] != "withdrawn"
