"""Somebody applies for another: by a right on record, or by a document that the last step's signature confirms."""

import base64
import json
from datetime import date, timedelta

import pytest

from shared.testing.identities import iin

from .conftest import BINS, START, TODAY, street
from .desk import BIRTH_CERTIFICATE, HOME
from .test_applications import PERIODS, STEPS, text_of, wrong

RIGHTS = "SELECT kind, from_on, until_on, application, recorded_by FROM representations"
BORN = date(2015, 6, 1)
COURT = {"kind": "guardian", "proof": "court-decision", "number": "2-14/2025", "surname": "Ли", "given_name": "Олег"}
PROOF = {"code": "birth-certificate", "number": "11-22 № 0334455"}


@pytest.fixture
async def child(desk, attachment):
    """A child whom the register knows, who lives in a district of each region's provider."""
    await attachment.district(street(), name="№ 3")
    await attachment.district(street(), name="№ 3", at="akmola")
    return await attachment.add(surname="Ермекова", given_name="Айару", birth_date=BORN)


@pytest.fixture
def parent(desk):
    return desk.citizen()


async def claimed(desk, parent, child, at="first", **changes):
    """Apply with a scan of the child's birth certificate, which the application names with its number."""
    scan = await desk.upload(parent, at)
    right = {**BIRTH_CERTIFICATE, **changes}
    return await desk.file(parent, at, patient=child.iin, documents=[scan], representation=right)


def shown(child):
    """The child as staff at the window read him in the birth certificate."""
    seen = {name: BIRTH_CERTIFICATE[name] for name in ("kind", "proof", "number")}
    return {"iin": child.iin, "surname": child.surname, "given_name": child.given_name, "right": seen}


async def revoke(attachment, rows):
    (row,) = rows
    path = f"/register/representations/{attachment.office.public(row.id)}/revocation"
    answer = await attachment.call("POST", path, {"reason": "Сот шешімі"}, by=attachment.staff())
    assert answer.status_code == 200, answer.text


async def recorded(attachment, parent, child, **changes):
    right = {"representative": parent.iin, "represented": child.iin, "kind": "parent", "from_on": str(BORN),
             "proof": PROOF, **changes}  # fmt: skip
    answer = await attachment.call("POST", "/register/representations", right, by=attachment.staff())
    assert answer.status_code == 201, answer.text


class TestADocument:
    @pytest.mark.parametrize("at", ["first", "akmola"])
    async def test_lets_a_parent_enrol_a_child_and_is_remembered(self, desk, attachment, parent, child, at):
        filed = await claimed(desk, parent, child, at)
        assert filed.status_code == 201, filed.text
        for step in STEPS[at]:
            assert await attachment.rows(RIGHTS) == []
            task = await desk.claim(at)
            assert (task["step"], task["patient"]["iin"], len(task["documents"])) == (step, child.iin, 1)
            prepared = await desk.prepare(task, at)
            assert prepared.status_code == 200, prepared.text
            await desk.complete(task, prepared.json(), at)
        (period,) = await attachment.rows(PERIODS)
        assert (period.provider, period.started_on) == (BINS[at], TODAY)
        (right,) = await attachment.rows(RIGHTS)
        assert (right.kind, right.from_on, right.until_on) == ("parent", TODAY, date(2033, 6, 1))
        assert attachment.office.public(right.application) == filed.json()["id"]

    async def test_puts_the_child_on_talon_and_journal(self, desk, parent, child):
        filed = (await claimed(desk, parent, child)).json()
        for _ in STEPS["first"]:
            await desk.carry_out()
        assert await desk.seal() == 1
        told = text_of((await desk.get(f"/applications/{filed['id']}/result", parent)).content)
        assert "Ермекова Айару" in told
        assert "01.06.2015" in told
        keeper = desk.staff(role="journal_keeper")
        (row,) = (await desk.get("/journals/applications", keeper, year=2026)).json()["items"]
        assert [row["values"][name] for name in ("surname", "given_name", "age")] == ["Ермекова", "Айару", 10]

    async def test_that_staff_do_not_believe_gives_no_right(self, desk, attachment, parent, child):
        await claimed(desk, parent, child)
        came = await desk.carry_out(outcome="refused", ground="representation-not-proved")
        assert came["application"]["state"] == "refused"
        assert await attachment.rows(RIGHTS) == await attachment.rows(PERIODS) == []

    async def test_is_not_enough_without_saying_what_it_shows(self, desk, parent, child):
        scan = await desk.upload(parent)
        assert wrong(await desk.file(parent, patient=child.iin, documents=[scan])) == (422, "representation-not-shown")

    @pytest.mark.parametrize(("change", "pointer"), [({"kind": "neighbour"}, "kind"), ({"proof": "passport"}, "proof")])
    async def test_of_no_right_is_named(self, desk, parent, child, change, pointer):
        refused = await claimed(desk, parent, child, **change)
        assert wrong(refused) == (422, "invalid-request")
        assert refused.json()["errors"][0]["pointer"] == f"/fields/representation/{pointer}"

    async def test_shows_no_right_to_act_for_who_is_of_age(self, desk, attachment, parent, child):
        """Code on marriage and family, 1(1): a child is under eighteen."""
        grown = await attachment.add(birth_date=date(2008, 4, 6))
        assert wrong(await claimed(desk, parent, grown)) == (422, "representation-ended")
        almost = await attachment.add(birth_date=date(2008, 4, 7))
        assert (await claimed(desk, parent, almost)).status_code == 201

    async def test_of_a_court_shows_a_guardians_right_at_any_age(self, desk, attachment, parent, child):
        ward = await attachment.add(birth_date=date(1990, 1, 1))
        assert (await claimed(desk, parent, ward, **COURT)).status_code == 201

    async def test_tells_a_stranger_nothing_of_the_child(self, desk, attachment, parent, child):
        await attachment.enrol(child)
        assert (await claimed(desk, parent, child)).status_code == 201
        task = await desk.claim()
        assert wrong(await desk.prepare(task)) == (409, "already-attached-here")
        assert "already-attached" in {each["code"] for each in task["grounds"]}


class TestAClaimedRight:
    """A right that the applicant only says he has, until the last step's signature."""

    async def evidence(self, desk, by, filed):
        items = (await desk.get(f"/applications/{filed['id']}/evidence", by)).json()["items"]
        read = [base64.b64decode(each["document"]) for each in items if each["kind"] == "step-record"]
        return [json.loads(each)["data"] for each in read]

    async def test_shows_nothing_that_the_register_says_of_the_child(self, desk, parent, child):
        filed = (await claimed(desk, parent, child)).json()
        for _ in STEPS["first"][:-1]:
            await desk.carry_out()
        records = await self.evidence(desk, parent, filed)
        assert [set(each) for each in records] == [{"address"}] * 2
        keeper = desk.staff(role="journal_keeper")
        (row,) = (await desk.get("/journals/applications", keeper, year=2026)).json()["items"]
        assert [row["values"][name] for name in ("surname", "given_name", "age")] == ["Ермекова", "Айару", 10]

    async def test_that_is_on_record_shows_it(self, desk, attachment, parent, child):
        await recorded(attachment, parent, child)
        filed = (await desk.file(parent, patient=child.iin)).json()
        await desk.carry_out()
        (record,) = await self.evidence(desk, parent, filed)
        assert record["patient"]["given_name"] == "Айару"

    async def test_that_has_not_begun_is_refused_at_once(self, desk, attachment, parent, child):
        await recorded(attachment, parent, child, from_on=str(TODAY + timedelta(days=1)))
        assert wrong(await desk.visit(parent.iin, patient=shown(child))) == (409, "representation-recorded")
        assert await attachment.rows("SELECT 1 FROM applications") == []

    async def test_that_has_not_begun_is_refused_before_anything_is_signed(self, desk, attachment, parent, child):
        await claimed(desk, parent, child)
        await recorded(attachment, parent, child, from_on=str(TODAY + timedelta(days=1)))
        assert wrong(await desk.prepare(await desk.claim())) == (409, "representation-recorded")

    async def test_may_be_shown_where_the_register_has_it_too(self, desk, attachment, parent, child):
        await recorded(attachment, parent, child)
        assert (await desk.visit(parent.iin, patient=shown(child))).status_code == 201


class TestAStrangersClaim:
    """It stands beside the request of whose right is known, and neither hinders it nor hears of it."""

    @pytest.fixture
    def stranger(self, desk):
        return desk.citizen(iin(birth=date(1980, 1, 2), number=77))

    async def test_hinders_no_request_of_a_parent_on_record(self, desk, attachment, parent, child, stranger):
        assert (await claimed(desk, stranger, child)).status_code == 201
        await recorded(attachment, parent, child)
        assert (await desk.file(parent, patient=child.iin)).status_code == 201

    async def test_does_not_hear_of_another_request(self, desk, attachment, parent, child, stranger):
        await recorded(attachment, parent, child)
        assert (await desk.file(parent, patient=child.iin)).status_code == 201
        assert (await claimed(desk, stranger, child)).status_code == 201
        assert wrong(await claimed(desk, stranger, child)) == (409, "attachment-request-open")

    async def test_is_not_carried_out_while_a_proved_request_is_open(self, desk, attachment, parent, child, stranger):
        assert (await claimed(desk, stranger, child, "akmola")).status_code == 201
        await recorded(attachment, parent, child)
        await desk.file(parent, patient=child.iin)
        task = await desk.claim("akmola")
        assert wrong(await desk.prepare(task, "akmola")) == (409, "attachment-request-open")
        await desk.carry_out(outcome="refused", ground="representation-not-proved")
        assert (await desk.prepare(task, "akmola")).status_code == 200

    async def test_takes_the_person_with_its_signature(self, desk, attachment, parent, child, stranger):
        assert (await claimed(desk, stranger, child, "akmola")).status_code == 201
        task = await desk.claim("akmola")
        prepared = (await desk.prepare(task, "akmola")).json()
        await recorded(attachment, parent, child)
        assert (await desk.file(parent, patient=child.iin)).status_code == 201
        assert wrong(await desk.complete(task, prepared, "akmola")) == (409, "attachment-request-open")
        assert await attachment.rows(PERIODS) == []


class TestARightOnRecord:
    async def test_needs_no_document(self, desk, attachment, parent, child):
        await recorded(attachment, parent, child)
        filed = await desk.file(parent, patient=child.iin)
        assert filed.status_code == 201, filed.text
        for _ in STEPS["first"]:
            await desk.carry_out()
        assert (await attachment.rows(PERIODS))[0].provider == BINS["first"]
        assert len(await attachment.rows(RIGHTS)) == 1
        assert wrong(await desk.file(parent, patient=child.iin)) == (409, "already-attached-here")

    async def test_is_there_after_the_first_enrolment(self, desk, attachment, parent, child):
        await attachment.district(street(street="Төле би"), at="second")
        await claimed(desk, parent, child)
        for _ in STEPS["first"]:
            await desk.carry_out()
        elsewhere = {**HOME, "street": "Төле би"}
        assert (await desk.file(parent, "second", patient=child.iin, address=elsewhere)).status_code == 201


class TestWithoutARight:
    async def test_nobody_applies_for_another(self, desk, attachment, parent, child):
        refused = await desk.file(parent, patient=child.iin)
        assert wrong(refused) == (422, "representation-not-recorded")
        claimed_only = await desk.file(parent, patient=child.iin, representation=BIRTH_CERTIFICATE)
        assert wrong(claimed_only) == (422, "representation-not-recorded")
        assert await attachment.rows("SELECT 1 FROM open_requests") == []


class TestARevokedRight:
    """Only `POST /register/representations` gives it anew."""

    @pytest.fixture
    async def revoked(self, attachment, parent, child):
        await recorded(attachment, parent, child)
        return await revoke(attachment, await attachment.rows("SELECT id FROM representations"))

    async def test_is_not_brought_back_at_the_window(self, desk, attachment, parent, child, revoked):
        assert wrong(await desk.visit(parent.iin, patient=shown(child))) == (422, "representation-withdrawn")
        assert await attachment.rows("SELECT 1 FROM applications") == []

    async def test_stops_the_request_that_is_under_way(self, desk, attachment, parent, child):
        await claimed(desk, parent, child)
        await recorded(attachment, parent, child)
        task = await desk.claim()
        await revoke(attachment, await attachment.rows("SELECT id FROM representations"))
        assert wrong(await desk.prepare(task)) == (422, "representation-withdrawn")
        assert len(await attachment.rows(RIGHTS)) == 1

    async def test_is_not_hidden_by_an_older_one_that_ended(self, desk, attachment, parent, child):
        old = {"kind": "guardian", "proof": {"code": "court-decision", "number": "1"}, "until_on": "2016-01-01"}
        await recorded(attachment, parent, child, **old)
        await recorded(attachment, parent, child, from_on="2016-01-01")
        newer = await attachment.rows("SELECT id FROM representations WHERE kind = 'parent'")
        await revoke(attachment, newer)
        assert wrong(await desk.visit(parent.iin, patient=shown(child))) == (422, "representation-withdrawn")


class TestAtTheWindow:
    async def test_staff_see_the_document_and_the_right_is_kept(self, desk, attachment, parent, child):
        visit = await desk.visit(parent.iin, patient=shown(child))
        await self.enrolled(desk, attachment, visit)

    async def test_staff_may_enter_it_in_the_form_as_well(self, desk, attachment, parent, child):
        visit = await desk.visit(parent.iin, patient={"iin": child.iin}, representation=BIRTH_CERTIFICATE)
        await self.enrolled(desk, attachment, visit)

    async def test_nobody_is_registered_for_another_without_either(self, desk, parent, child):
        assert wrong(await desk.visit(parent.iin, patient={"iin": child.iin})) == (422, "representation-not-shown")

    async def enrolled(self, desk, attachment, visit):
        assert visit.status_code == 201, visit.text
        task = (await desk.get(f"/tasks/{visit.json()['task']}", desk.staff())).json()
        await desk.complete(task, (await desk.prepare(task)).json())
        for _ in STEPS["first"][1:]:
            await desk.carry_out()
        assert (await attachment.rows(PERIODS))[0].started_on == START.date()
        assert (await attachment.rows(RIGHTS))[0].kind == "parent"
