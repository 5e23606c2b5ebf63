"""Who comes to the window or calls, in both regions: registered, given a time, told it, entered in the journal.

Akmola booking, clauses 3(1), 5, 7: one step of 5 minutes. Zhambyl booking, clauses 3(1), 5, 6, 8: two steps of
5 minutes, the first with the check in the population register.
"""

import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from shared.procedure import Limit, OpeningHours, WorkingClock, deadline, load
from shlyuz import layout
from shlyuz.demo.booking import first_free
from shlyuz.demo.walks import refused
from shlyuz.seeding import cast

PHONE = "+77011234567"
FIELDS = {
    "akmola": {"condition": "Үш күннен бері бас ауырады", "address": "Абай көшесі, 10, 5-пәтер", "phone": PHONE},
    "zhambyl": {"complaint": "Бас ауырады", "phone": PHONE},
}
STEPS = {"akmola": ["give-time"], "zhambyl": ["accept", "record"]}
ROUTE = "/workstation/applications"
_keys = count(1)


@pytest.fixture(scope="module", params=[("akmola", "direct"), ("akmola", "phone"), ("zhambyl", "direct"),
                                        ("zhambyl", "phone")], ids="-".join)  # fmt: skip
async def walked(request, town):
    region, channel = request.param
    portal, workstation = town.newcomer(), await town.workstation(region)
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    await town.into_register(portal, region)
    arrived = datetime.now(UTC) - timedelta(minutes=1)
    visit = visit_of(portal, region, channel, arrived_at=arrived.isoformat())
    receipt = await workstation.api.post(ROUTE, visit, **{"Idempotency-Key": f"window-{next(_keys)}"})
    went = SimpleNamespace(
        region=region, channel=channel, portal=portal, workstation=workstation, arrived=arrived, receipt=receipt,
        opened=[], done=[], slot=None,
    )  # fmt: skip
    await carry_out(went)
    went.shown = await portal.api.get(f"/applications/{receipt['id']}")
    return went


def visit_of(portal, region, channel, **changes):
    surname, given_name, patronymic = portal.person.name.split()
    applicant = {"iin": portal.person.iin, "surname": surname, "given_name": given_name, "patronymic": patronymic}
    return {"region": region, "service": "booking", "channel": channel, "applicant": applicant,
            "fields": FIELDS[region], **changes}  # fmt: skip


async def carry_out(went):
    """Go from step to step as the task says: the registrar has the first already, and a time is given at the last."""
    api, task = went.workstation.api, went.receipt["task"]
    while task is not None:
        open_ = await api.get(f"/tasks/{task}")
        went.opened.append(open_)
        (outcome,) = open_["outcomes"]
        data = {}
        if "slot" in outcome["schema"]["properties"]:
            _, went.slot = await first_free(went.workstation.api, went.workstation.bin)
            data = {"slot": went.slot}
        went.done.append(await api.post(f"/tasks/{task}/complete", {"outcome": outcome["key"], "data": data}))
        task = await next_task(went)


async def next_task(went):
    try:
        task = (await went.workstation.task_of(went.receipt["id"]))["id"]
    except LookupError:
        return None
    await went.workstation.claim(task)
    return task


class TestAVisit:
    def test_is_registered_at_once_and_runs_from_the_arrival(self, walked):
        assert (walked.receipt["state"], walked.receipt["channel"]) == ("registered", walked.channel)
        assert datetime.fromisoformat(walked.receipt["arrived_at"]) == walked.arrived
        assert walked.receipt["filed_at"] == walked.receipt["arrived_at"]

    def test_goes_the_steps_of_the_regulation(self, walked):
        assert [each["step"] for each in walked.opened] == STEPS[walked.region]
        assert {each["channel"] for each in walked.opened} == {walked.channel}
        assert not any(each["signed"] for each in walked.opened)

    def test_says_what_has_to_be_checked_and_on_what_ground_to_refuse(self, walked):
        """Zhambyl booking 5(1), 8(1): the population register, at the first step."""
        found = [[(one["require"], one["ground"]) for one in each["preconditions"]] for each in walked.opened]
        register = [("in-population-register", "not-in-register")]
        assert found == {"akmola": [[]], "zhambyl": [register, []]}[walked.region]

    def test_gives_each_step_the_limit_that_its_regulation_states(self, walked):
        """Akmola booking 5, 7; zhambyl booking 5(1), 5(2), 8: read from the file, not from the engine."""
        assert [each["limit"] for each in walked.opened] == limits_of(walked.region, walked.channel)

    def test_is_due_that_much_working_time_after_the_arrival(self, walked):
        clock = WorkingClock(calendar=load(layout.regulations()).calendar,
                             hours=OpeningHours.from_json(cast.OPENING_HOURS))  # fmt: skip
        first = walked.opened[0]
        expected = deadline(Limit.parse(first["limit"]), walked.arrived, clock)
        assert datetime.fromisoformat(first["due_at"]) == expected.due_at

    def test_ends_with_an_oral_answer_that_nobody_signs(self, walked):
        assert walked.done[-1]["application"]["state"] == walked.shown["state"] == "issued"
        assert walked.shown["result"] is None

    def test_is_seen_in_the_cabinet_of_the_same_person(self, walked):
        assert walked.shown["number"] == walked.receipt["number"]
        assert walked.shown["channel"] == walked.channel
        assert walked.shown["appointment"]["slot_id"] == walked.slot["id"]
        assert [step["state"] for step in walked.shown["steps"]] == ["done"] * len(STEPS[walked.region])

    async def test_stands_in_the_journal_with_the_name_and_the_time(self, walked, town):
        keeper = await town.workstation(walked.region, "journal_keeper")
        year = datetime.fromisoformat(walked.receipt["filed_at"]).year
        volumes = (await keeper.api.get("/journals/appointments", year=year))["volumes"]
        rows = [row for volume in volumes for row in volume["items"]]
        values = next(row["values"] for row in rows if row["application"]["id"] == walked.receipt["id"])
        assert [values[part] for part in ("surname", "given_name")] == walked.portal.person.name.split()[:2]
        assert values["scheduled_at"] == walked.shown["appointment"]["starts_at"]

    async def test_is_read_by_its_performer_in_bookings_volume_alone(self, walked):
        """Akmola's certificates stand in the same journal, and theirs is for its keeper's eyes."""
        read = await walked.workstation.api.get("/journals/appointments")
        assert ([each["volume"] for each in read["volumes"]], read["unavailable"]) == (["booking"], [])

    async def test_can_be_seen_by_the_person_to_have_been_registered(self, walked):
        looks = (await walked.portal.api.get("/access-log"))["items"]
        of_it = [each for each in looks if each["application"] and each["application"]["id"] == walked.receipt["id"]]
        mine = {each["action"] for each in of_it}
        assert {"application-registered", "step-completed"} <= mine

    async def test_takes_the_time_from_everybody_else(self, walked):
        free = await walked.workstation.api.get(f"/providers/{walked.workstation.bin}/slots", limit=500)
        assert walked.slot["id"] not in {each["id"] for each in free["items"]}


def limits_of(region, channel):
    written = tomllib.loads((layout.regulations() / region / "booking.toml").read_text("utf-8"))["edition"][0]
    steps = [step for step in written["step"] if channel in step.get("channels", [channel])]
    return [next(one["limit"] for one in step["limit"] if channel in one.get("channels", [channel])) for step in steps]


@pytest.fixture
async def stranger(town):
    """Someone with no account."""
    return town.newcomer()


class TestARefusal:
    @pytest.mark.parametrize(("region", "channel", "ground"), [
        ("akmola", "direct", "documents-missing"), ("akmola", "phone", "no-such-specialist"),
        ("zhambyl", "direct", "not-in-register"), ("zhambyl", "phone", "grounds-not-met"),
    ])  # fmt: skip
    async def test_ends_the_first_step_on_a_ground_of_the_closed_list(self, town, region, channel, ground):
        """Zhambyl booking 5(1): what the check in the population register came to is entered by who made it."""
        portal, workstation = town.newcomer(), await town.workstation(region)
        await portal.register(with_certificate=True)
        await portal.log_in(with_certificate=True)
        receipt = await workstation.api.post(ROUTE, visit_of(portal, region, channel))
        done = await workstation.api.post(
            f"/tasks/{receipt['task']}/complete", {"outcome": "refused", "ground": ground}
        )
        assert done["application"]["state"] == "refused"
        shown = await portal.api.get(f"/applications/{receipt['id']}")
        assert shown["notice"]["ground"]["code"] == ground

    @pytest.mark.parametrize(("changes", "status", "code"), [
        ({"arrived_at": "2999-01-01T00:00:00+05:00"}, 422, "arrival-in-the-future"),
        ({"arrived_at": "2020-01-01T00:00:00+05:00"}, 422, "arrival-too-long-ago"),
        ({"channel": "portal"}, 422, "invalid-request"),
        ({"region": "akmola"}, 404, "provider-unknown"),
        ({"region": "atlantis"}, 404, "not-found"),
        ({"region": 7}, 422, "invalid-request"),
        ({"service": None}, 422, "invalid-request"),
        ({"fields": {}}, 422, "invalid-request"),
        ({"applicant": {"iin": "000000000001", "surname": "Қасым"}}, 422, "iin-invalid"),
    ])  # fmt: skip
    async def test_writes_nothing(self, town, refuses, stranger, changes, status, code):
        workstation = await town.workstation("zhambyl")
        visit = visit_of(stranger, "zhambyl", "direct") | changes
        await refuses(workstation, lambda: workstation.api.post(ROUTE, visit), status, code)

    @pytest.mark.parametrize("name", ["Али\u0007я", "<script>", "Али\u202eя", "Али\u200fя", "Ә" * 500, ""])
    async def test_meets_a_name_that_nobody_has(self, town, refuses, stranger, name):
        workstation = await town.workstation("zhambyl")
        visit = visit_of(stranger, "zhambyl", "direct")
        visit["applicant"] |= {"surname": name}
        said = await refuses(workstation, lambda: workstation.api.post(ROUTE, visit), 422, "invalid-request")
        assert [each["pointer"] for each in said["errors"]] == ["/applicant/surname"]

    @pytest.mark.parametrize("role", ["journal_keeper", "supervisor"])
    async def test_meets_staff_of_another_role(self, town, refuses, stranger, role):
        workstation = await town.workstation("zhambyl", role)
        visit = visit_of(stranger, "zhambyl", "phone")
        await refuses(workstation, lambda: workstation.api.post(ROUTE, visit), 403, "wrong-role")

    async def test_meets_a_citizen(self, refuses, citizen):
        visit = visit_of(citizen, "zhambyl", "direct")
        await refuses(citizen, lambda: citizen.api.post(ROUTE, visit), 403, "staff-only")

    async def test_hides_the_step_from_another_provider(self, town, stranger, problem):
        workstation = await town.workstation("zhambyl")
        receipt = await workstation.api.post(ROUTE, visit_of(stranger, "zhambyl", "direct"))
        (elsewhere,) = [one["bin"] for one in cast.providers() if one["key"] == "shu"]
        other = await town.workstation("zhambyl", provider=elsewhere)
        await problem(other, lambda: other.api.get(f"/tasks/{receipt['task']}"), 404, "not-found")

    async def test_of_a_taken_time_names_the_next_free_ones(self, town, stranger, problem):
        workstation = await town.workstation("akmola")
        first, second = [
            (await workstation.api.post(ROUTE, visit_of(stranger, "akmola", "phone")))["task"] for _ in range(2)
        ]
        _, slot = await first_free(workstation.api, workstation.bin)
        given = {"outcome": "time-given", "data": {"slot": slot}}
        await workstation.api.post(f"/tasks/{first}/complete", given)
        said = await problem(
            workstation, lambda: workstation.api.post(f"/tasks/{second}/complete", given), 409, "slot-taken"
        )
        assert said["next_free"]
        assert slot["id"] not in {each["id"] for each in said["next_free"]}


class TestAKey:
    async def test_gets_the_same_answer_and_one_effect(self, town, stranger):
        workstation = await town.workstation("zhambyl")
        visit, before = visit_of(stranger, "zhambyl", "phone"), await town.written()
        answers = [await workstation.api.post(ROUTE, visit, **{"Idempotency-Key": "twice"}) for _ in range(2)]
        assert answers[0] == answers[1]
        added = await town.written()
        added.subtract(before)
        assert (added["booking.applications"], added["booking.tasks"]) == (1, 1)
        other = await refused(
            workstation.api.post(ROUTE, visit | {"channel": "direct"}, **{"Idempotency-Key": "twice"})
        )
        assert (other.status, other.code) == (422, "idempotency-key-reused")
        assert Counter(+added)["booking.signed_documents"] == 0
