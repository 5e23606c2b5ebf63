"""Somebody is enrolled through the front door: both regions, portal and window, and a transfer of which both hear.

Akmola attachment 3, 5, 7, 8(12). Zhambyl attachment 3, 5, 8, 10(2), 11(12).
"""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from shlyuz.demo.attachment import home_at
from shlyuz.demo.checking import check_signatures
from shlyuz.demo.walks import refused

from .conftest import until_issued
from .test_attachment import PERFORMERS, PHONE, STEPS, applied, providers

LIMITS = {"akmola": ["1 wd"], "zhambyl": ["10 m", "20 m", "1 wd"]}
JOURNALS = {"akmola": "attachments", "zhambyl": "applications"}
WITHIN = 120  # seconds, for what a worker or an event has to bring


async def came_in(town, region, portal, channel="portal"):
    """Apply on the portal or at the window, and go from step to step until the talon is signed."""
    workstation = await town.workstation(region, PERFORMERS[region])
    receipt = await (applied(portal, region) if channel == "portal" else visited(workstation, region, portal))
    return receipt, await carried_out(workstation, receipt["id"])


async def visited(workstation, region, portal, **changes):
    surname, given_name, patronymic = portal.person.name.split()
    applicant = {"iin": portal.person.iin, "surname": surname, "given_name": given_name, "patronymic": patronymic}
    visit = {"region": region, "service": "attachment", "channel": "direct", "applicant": applicant,
             "fields": {"address": home_at(workstation.bin), "phone": PHONE}, **changes}  # fmt: skip
    return await workstation.api.post("/workstation/applications", visit)


async def carried_out(workstation, application):
    """Claim and complete whatever step is open, as long as one is; gives the tasks as they were claimed."""
    tasks = []
    while not tasks or tasks[-1]["state"] == "in_progress":
        task = await workstation.claim((await workstation.task_of(application))["id"])
        done = await workstation.complete(task["id"], {"outcome": task["outcomes"][0]["key"], "data": {}})
        tasks.append({**task, "state": done["application"]["state"]})
    return tasks


async def enrolled_at(town, region, portal):
    workstation = await town.workstation(region, PERFORMERS[region])
    (known,) = (await workstation.api.post("/register/lookups", {"iin": portal.person.iin}))["items"]
    return known["attachment"]


@pytest.fixture(scope="module", params=[("akmola", "portal"), ("akmola", "direct"), ("zhambyl", "portal"),
                                        ("zhambyl", "direct")], ids="-".join)  # fmt: skip
async def walked(request, town):
    region, channel = request.param
    portal = town.newcomer()
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    await town.into_register(portal, region)
    receipt, tasks = await came_in(town, region, portal, channel)
    shown = await until_issued(portal, receipt["id"])
    return SimpleNamespace(region=region, channel=channel, portal=portal, receipt=receipt, tasks=tasks, shown=shown)


class TestAnEnrolment:
    def test_goes_the_steps_of_the_regulation_within_its_limits(self, walked):
        assert [task["step"] for task in walked.tasks] == STEPS[walked.region]
        assert [task["limit"] for task in walked.tasks] == LIMITS[walked.region]
        assert {task["performer"] for task in walked.tasks} == {PERFORMERS[walked.region]}
        assert all(task["signed"] for task in walked.tasks)

    async def test_ends_with_a_talon_that_performer_and_organisation_signed(self, walked, town, tmp_path):
        answer = await walked.portal.api.request("GET", f"/applications/{walked.receipt['id']}/result")
        (tmp_path / "talon.pdf").write_bytes(answer.content)
        performer, seal = await check_signatures(tmp_path / "talon.pdf", town.world.roots)
        assert performer.bin == seal.bin == providers(walked.region)[0]
        url = walked.shown["result"]["verify_url"]
        verified = (await town.http.get(url, headers={"Accept": "application/json"})).json()
        assert (verified["genuine"], verified["in_force"]) == (True, True)
        assert "талон" in verified["kind"]["kk"]

    async def test_stands_in_the_register(self, walked, town):
        at = await enrolled_at(town, walked.region, walked.portal)
        assert (at["provider"], at["district"]) == (providers(walked.region)[0], "1-учаске")
        assert walked.shown["attachment"] == {"district": "1-учаске", "since": at["since"]}

    async def test_stands_in_the_journal_as_the_register_has_the_patient(self, walked, town):
        keeper = await town.workstation(walked.region, "journal_keeper")
        year = datetime.now(UTC).year
        volumes = (await keeper.api.get(f"/journals/{JOURNALS[walked.region]}", year=year))["volumes"]
        rows = [row for volume in volumes for row in volume["items"]]
        values = next(row["values"] for row in rows if row["application"]["id"] == walked.receipt["id"])
        assert [values[part] for part in ("surname", "given_name", "patronymic")] == walked.portal.person.name.split()
        assert (values["sex"], values["phone"]) == ("female", PHONE)
        assert values["address"].startswith(home_at(providers(walked.region)[0])["locality"])

    async def test_is_not_asked_for_twice(self, walked, problem):
        await problem(walked.portal, lambda: applied(walked.portal, walked.region), 409, "already-attached-here")

    async def test_keeps_the_evidence_of_each_signature(self, walked):
        items = (await walked.portal.api.get(f"/applications/{walked.receipt['id']}/evidence"))["items"]
        signed = len(STEPS[walked.region]) + (walked.channel == "portal")
        assert len(items) == signed


class TestATransfer:
    @pytest.mark.parametrize("region", ["akmola", "zhambyl"])
    async def test_ends_the_old_period_and_both_providers_hear_of_it(self, town, region):
        portal = await town.citizen(region)
        await town.into_register(portal, region)
        await came_in(town, region, portal)
        old, new = [await town.workstation(region, PERFORMERS[region], provider=each) for each in providers(region)]
        receipt = await applied(portal, region, new.bin)
        async with old.events() as ends, new.events() as begins:
            await carried_out(new, receipt["id"])
            told = [await heard(ends, "enrolment.ended"), await heard(begins, "enrolment.opened")]
        assert [data["effective_on"] for data in told] == [(await enrolled_at(town, region, portal))["since"]] * 2
        assert portal.person.iin not in str(told)
        assert (await enrolled_at(town, region, portal))["provider"] == new.bin


async def heard(events, kind):
    async with asyncio.timeout(WITHIN):
        async for event in events:
            if event["event"] == kind:
                return event["data"]
    raise AssertionError(f"nothing was heard of {kind}")


class TestTheDead:
    async def test_are_not_enrolled_and_a_step_stops(self, town, problem):
        portal = await town.citizen("zhambyl")
        entry = await town.into_register(portal)
        receipt = await applied(portal, "zhambyl")
        workstation = await town.workstation("zhambyl", PERFORMERS["zhambyl"])
        task = await workstation.claim((await workstation.task_of(receipt["id"]))["id"])
        died = {"kind": "died", "on": datetime.now(UTC).date().isoformat()}
        await workstation.api.post(f"/register/persons/{entry['id']}/events", died)
        stopped = await refused(workstation.complete(task["id"], {"outcome": "checked", "data": {}}))
        assert stopped.status == 409
        await workstation.complete(task["id"], {"outcome": "refused", "ground": "recorded-as-dead"})
        await problem(portal, lambda: applied(portal, "zhambyl"), 409, "person-dead")
