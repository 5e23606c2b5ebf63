"""Who may act for another: recorded from a document by staff, ended by age, by its day, or by revocation."""

from datetime import date, timedelta
from itertools import count

import pytest

from attachment.roles import roles
from shared.testing.identities import iin

from .conftest import START, TODAY, street

CHILD, OF_AGE = date(2015, 6, 1), date(2033, 6, 1)
PROOF = {"code": "birth-certificate", "number": "11-22 № 0334455"}
ROUTE = "/register/representations"
_parents = count(1)


@pytest.fixture
def parent():
    return iin(birth=date(1988, 3, 3), number=next(_parents))


@pytest.fixture
async def child(attachment):
    return await attachment.add(birth_date=CHILD, given_name="Айару")


async def record(attachment, parent, child, *, by=None, **changes):
    right = {"representative": parent, "represented": child.iin, "kind": "parent", "from_on": str(CHILD),
             "proof": PROOF, **changes}  # fmt: skip
    return await attachment.call("POST", ROUTE, right, by=by or attachment.staff())


async def ask(attachment, parent, child, *, by=None, caller="booking"):
    asked = {"applicant": parent, "patient": child.iin}
    return await attachment.call("POST", "/internal/register/representation", asked, by=by, caller=caller)


async def revoke(attachment, right, *, by=None):
    path = f"{ROUTE}/{right}/revocation"
    return await attachment.call("POST", path, {"reason": "Сот шешімі"}, by=by or attachment.staff())


class TestRecord:
    async def test_lets_a_parent_act_until_the_child_is_of_age(self, attachment, parent, child):
        """Code on marriage and family, 1(1); Civil Code, 17(1): eighteen."""
        made = await record(attachment, parent, child)
        assert (made.status_code, made.json()["until_on"]) == (201, str(OF_AGE)), made.text
        said = (await ask(attachment, parent, child)).json()
        assert (said["holds"], said["kind"], said["until"], said["reason"]) == (True, "parent", str(OF_AGE), None)
        assert said["patient"]["given_name"] == "Айару"

    async def test_lets_no_one_else_act(self, attachment, parent, child):
        await record(attachment, parent, child)
        other = iin(birth=date(1988, 3, 3), number=900)
        for asked in ((other, child), (child.iin, await attachment.add())):
            said = (await ask(attachment, *asked)).json()
            assert said == {"holds": False, "kind": None, "until": None, "reason": "not-recorded", "patient": None}

    async def test_is_seen_by_both(self, attachment, parent, child):
        await record(attachment, parent, child)
        for one in (parent, child.iin):
            log = (await attachment.call("GET", "/access-log", by=attachment.citizen(one))).json()["items"]
            assert [each["action"] for each in log] == ["representation-recorded"]

    async def test_keeps_the_document_sealed(self, attachment, parent, child):
        await record(attachment, parent, child)
        (row,) = await attachment.rows("SELECT to_jsonb(r), r.content FROM representations r")
        assert "0334455" not in str(row[0]) + bytes(row[1]).decode(errors="replace")
        assert child.iin not in str(row[0])

    async def test_is_made_once(self, attachment, parent, child):
        assert (await record(attachment, parent, child)).status_code == 201
        again = await record(attachment, parent, child, from_on=str(TODAY))
        assert (again.status_code, again.json()["code"]) == (409, "representation-recorded")

    @pytest.mark.parametrize(("changes", "status", "code"), [
        ({"kind": "friend"}, 422, "invalid-request"),
        ({"proof": {"code": "court-decision", "number": "1"}}, 422, "invalid-request"),
        ({"proof": {"code": "birth-certificate", "number": "1\u202e"}}, 422, "invalid-request"),
        ({"until_on": str(CHILD)}, 422, "representation-ended"),
        ({"from_on": str(OF_AGE)}, 422, "representation-ended"),
        ({"represented": "000000000001"}, 422, "iin-invalid"),
        ({"represented": iin(birth=CHILD, number=7777)}, 404, "person-not-in-register"),
    ])  # fmt: skip
    async def test_refuses_what_cannot_be(self, attachment, parent, child, changes, status, code):
        answer = await record(attachment, parent, child, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert await attachment.rows("SELECT id FROM representations") == []

    async def test_refuses_to_have_somebody_act_for_himself(self, attachment, child):
        answer = await record(attachment, child.iin, child)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_is_for_the_provider_where_the_child_is_enrolled(self, attachment, parent, child):
        await attachment.district(street())
        await attachment.enrol(child)
        answer = await record(attachment, parent, child, by=attachment.staff(at="second"))
        assert (answer.status_code, answer.json()["code"]) == (403, "person-of-another-provider")
        right = (await record(attachment, parent, child)).json()["id"]
        answer = await revoke(attachment, right, by=attachment.staff(at="second"))
        assert (answer.status_code, answer.json()["code"]) == (403, "person-of-another-provider")

    async def test_is_not_for_every_role(self, attachment, parent, child):
        answer = await record(attachment, parent, child, by=attachment.staff("administrator"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
        regions = attachment.office.regulations.regions
        assert roles("represent") <= {key for region in regions.values() for key in region.performers}


class TestRight:
    async def test_of_a_parent_is_over_with_eighteen(self, attachment, parent):
        grown = await attachment.add(birth_date=TODAY.replace(year=TODAY.year - 18))
        answer = await record(attachment, parent, grown, from_on=str(TODAY))
        assert (answer.status_code, answer.json()["code"]) == (422, "representation-ended")
        early = await record(attachment, parent, grown, from_on=str(TODAY - timedelta(days=1)))
        assert early.json()["until_on"] == str(TODAY)
        said = (await ask(attachment, parent, grown)).json()
        assert (said["holds"], said["reason"], said["patient"]) == (False, "ended", None)

    async def test_of_a_guardian_may_be_for_an_adult(self, attachment, parent):
        """Civil Code, 26: whom a court found without capacity."""
        ward = await attachment.add()
        right = {"kind": "guardian", "proof": {"code": "court-decision", "number": "2-144/25"}, "from_on": str(TODAY)}
        made = await record(attachment, parent, ward, **right)
        assert (made.status_code, made.json()["until_on"]) == (201, None), made.text
        assert (await ask(attachment, parent, ward)).json()["holds"] is True

    async def test_begins_on_its_day(self, attachment, parent, child):
        await record(attachment, parent, child, from_on=str(TODAY + timedelta(days=1)))
        assert (await ask(attachment, parent, child)).json()["reason"] == "not-begun"

    async def test_ends_by_revocation_and_can_be_given_again(self, attachment, parent, child):
        right = (await record(attachment, parent, child)).json()["id"]
        assert (await revoke(attachment, right)).json()["revoked_at"] is not None
        assert (await ask(attachment, parent, child)).json()["reason"] == "revoked"
        twice = await revoke(attachment, right)
        assert (twice.status_code, twice.json()["code"]) == (409, "representation-revoked")
        assert (await record(attachment, parent, child)).status_code == 201
        assert (await ask(attachment, parent, child)).json()["holds"] is True

    async def test_ends_with_the_life_of_the_child(self, attachment, parent, child):
        await record(attachment, parent, child)
        person = (await attachment.look_up(iin=child.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="died")
        assert (await ask(attachment, parent, child)).json()["reason"] == "dead"

    async def test_is_listed_to_who_may_revoke_it(self, attachment, parent, child):
        right = (await record(attachment, parent, child)).json()
        person = (await attachment.look_up(iin=child.iin)).json()["items"][0]["id"]
        listed = await attachment.call("GET", f"/register/persons/{person}/representations", by=attachment.staff())
        assert listed.json()["items"] == [right]
        await revoke(attachment, right["id"])
        listed = await attachment.call("GET", f"/register/persons/{person}/representations", by=attachment.staff())
        assert listed.json()["items"][0]["revoked_at"] == START.isoformat().replace("+00:00", "Z")


class TestWhoseRightItIs:
    async def test_is_said_to_who_may_revoke_it(self, attachment, parent, child):
        other = (await attachment.add()).iin  # in the register, as the first is not
        made = [(await record(attachment, each, child)).json() for each in (parent, other)]
        assert [each["representative"] for each in made] == [parent, other]
        person = (await attachment.look_up(iin=child.iin)).json()["items"][0]["id"]
        listed = await attachment.call("GET", f"/register/persons/{person}/representations", by=attachment.staff())
        assert {each["representative"]: each["id"] for each in listed.json()["items"]} == {
            each["representative"]: each["id"] for each in made
        }
        assert (await revoke(attachment, made[0]["id"])).json()["representative"] == parent

    async def test_is_seen_by_both_to_have_been_looked_at(self, attachment, parent, child):
        await record(attachment, parent, child)
        person = (await attachment.look_up(iin=child.iin)).json()["items"][0]["id"]
        await attachment.call("GET", f"/register/persons/{person}/representations", by=attachment.staff())
        for one in (parent, child.iin):
            log = (await attachment.call("GET", "/access-log", by=attachment.citizen(one))).json()["items"]
            assert "representations-listed" in {each["action"] for each in log}

    async def test_follows_a_change_of_the_iin(self, attachment, parent, child):
        acting, new = await attachment.add(), iin(birth=date(1990, 5, 14), number=4321)
        await record(attachment, acting.iin, child)
        found = [(await attachment.look_up(iin=each)).json()["items"][0]["id"] for each in (acting.iin, child.iin)]
        changed = await attachment.happened(found[0], kind="iin-changed", iin=new)
        assert changed.status_code in {200, 201}, changed.text
        listed = await attachment.call("GET", f"/register/persons/{found[1]}/representations", by=attachment.staff())
        assert [each["representative"] for each in listed.json()["items"]] == [new]


class TestQuestion:
    async def test_is_for_the_owning_services_alone(self, attachment, parent, child):
        answer = await ask(attachment, parent, child, caller="gateway")
        assert (answer.status_code, answer.json()["code"]) == (403, "caller-not-allowed")

    async def test_leaves_a_record_where_it_gives_a_name(self, attachment, parent, child):
        await ask(attachment, parent, child, by=attachment.citizen(parent))
        await record(attachment, parent, child)
        await ask(attachment, parent, child, by=attachment.citizen(parent))
        log = (await attachment.call("GET", "/access-log", by=attachment.citizen(child.iin))).json()["items"]
        assert [each["action"] for each in log] == ["representation-checked", "representation-recorded"]
