"""The population register behind a step: booking-svc asks attachment-svc over REST, with real processes.

Zhambyl booking, 5(1), 8(1): at the window and on the phone the first step has the register checked.
"""

from datetime import UTC, datetime

import pytest

from shlyuz.seeding import cast

from .test_at_the_window import ROUTE, visit_of

REFUSED = {"outcome": "refused", "ground": "not-in-register"}
ACCEPTED = {"outcome": "accepted", "data": {}}


@pytest.fixture
async def workstation(town):
    return await town.workstation("zhambyl")


@pytest.fixture
async def visitor(town):
    """Somebody who is not in the register, and sees his applications."""
    portal = town.newcomer()
    await portal.register(with_certificate=True)
    await portal.log_in(with_certificate=True)
    return portal


async def registered(workstation, portal, channel="direct"):
    return await workstation.api.post(ROUTE, visit_of(portal, "zhambyl", channel))


async def complete(workstation, receipt, outcome):
    return await workstation.api.post(f"/tasks/{receipt['task']}/complete", outcome)


class TestWhoIsNotInTheRegister:
    async def test_is_not_accepted_and_the_ground_is_named(self, visitor, workstation, problem):
        receipt = await registered(workstation, visitor)
        said = await problem(workstation, lambda: complete(workstation, receipt, ACCEPTED), 409, "precondition-not-met")
        assert (said["precondition"], said["reason"]) == ("in-population-register", "not-in-register")
        assert said["ground"]["code"] == "not-in-register"
        assert said["remedy"]["service"] == "zhambyl.attachment"
        assert (await workstation.api.get(f"/tasks/{receipt['task']}"))["state"] == "open"

    async def test_reads_the_ground_and_where_to_enrol_in_his_notice(self, visitor, workstation):
        receipt = await registered(workstation, visitor, "phone")
        await complete(workstation, receipt, REFUSED)
        notice = (await visitor.api.get(f"/applications/{receipt['id']}"))["notice"]
        assert notice["ground"]["code"] == "not-in-register"
        assert notice["remedy"]["service"] == "zhambyl.attachment"
        (listed,) = (await visitor.api.get("/notices"))["items"]
        assert listed["remedy"] == notice["remedy"]
        path = notice["remedy"]["url"].partition("/api/v1")[2]
        assert (await visitor.api.get(path))["service"] == "attachment"

    async def test_is_accepted_once_he_has_been_entered(self, town, visitor, workstation):
        receipt = await registered(workstation, visitor)
        await town.into_register(visitor)
        assert (await complete(workstation, receipt, ACCEPTED))["state"] == "done"
        looks = (await visitor.api.get("/access-log"))["items"]
        assert {"register-entered", "register-checked"} <= {each["action"] for each in looks}

    async def test_is_somebody_of_the_demo(self, town, workstation):
        """So that the demo can show the refusal; everybody else of it is in the register."""
        known = {each.iin for each in cast.inhabitants()}
        (stranger,) = [each for each in town.world.people["citizens"] if each["iin"] not in known]
        names = {part: stranger[part] for part in ("surname", "given_name", "patronymic")}
        visit = {"region": "zhambyl", "service": "booking", "channel": "phone",
                 "fields": {"complaint": "Бас ауырады", "phone": "+77011234567"},
                 "applicant": {"iin": stranger["iin"], **names}}  # fmt: skip
        receipt = await workstation.api.post(ROUTE, visit)
        assert (await complete(workstation, receipt, REFUSED))["application"]["state"] == "refused"


class TestWhoIsInTheRegister:
    async def test_is_not_refused_for_lack_of_it(self, town, visitor, workstation, problem):
        await town.into_register(visitor)
        receipt = await registered(workstation, visitor)
        await problem(workstation, lambda: complete(workstation, receipt, REFUSED), 409, "precondition-holds")

    async def test_is_every_child_of_the_demo_with_a_parent_who_may_apply(self, workstation):
        child = next(each for each in cast.inhabitants() if each.parent and each.provider == workstation.bin)
        (found,) = (await workstation.api.post("/register/lookups", {"iin": child.iin}))["items"]
        assert found["attachment"]["provider"] == workstation.bin
        (right,) = (await workstation.api.get(f"/register/persons/{found['id']}/representations"))["items"]
        assert (right["kind"], right["until_on"]) == ("parent", str(child.birth.replace(year=child.birth.year + 18)))
        assert datetime.now(UTC).date().isoformat() < right["until_on"]


class TestARegisterThatDoesNotAnswer:
    @pytest.mark.parametrize("outcome", [ACCEPTED, REFUSED], ids=["completing", "refusing"])
    async def test_leaves_the_step_open(self, visitor, workstation, problem, register_stopped, outcome):
        receipt = await registered(workstation, visitor)
        with register_stopped():
            await problem(workstation, lambda: complete(workstation, receipt, outcome), 503, "register-away")
        assert (await workstation.api.get(f"/tasks/{receipt['task']}"))["state"] == "open"
        shown = await visitor.api.get(f"/applications/{receipt['id']}")
        assert shown["state"] == "registered"

    async def test_says_when_to_try_again_and_then_it_works(self, town, visitor, workstation, register_stopped):
        await town.into_register(visitor)
        receipt = await registered(workstation, visitor)
        with register_stopped():
            answer = await workstation.api.http.post(
                f"/api/v1/tasks/{receipt['task']}/complete", json=ACCEPTED,
                headers={"Authorization": f"Bearer {workstation.api.token}"},
            )  # fmt: skip
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
        await town.until(lambda: complete(workstation, receipt, ACCEPTED), "register-away")
        assert (await visitor.api.get(f"/applications/{receipt['id']}"))["state"] != "refused"
