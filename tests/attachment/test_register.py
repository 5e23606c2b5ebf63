"""The population register: found in one statement, seen by the person, changed by what happens to him."""

import logging

import pytest

from attachment.roles import roles
from shared.testing.identities import iin

from .conftest import BINS, BORN, street

NAMED = {"surname": "ӘБДІРАХМАНОВА", "given_name": " Қызғалдақ", "birth_date": str(BORN)}


class TestLookUp:
    async def test_finds_a_person_by_iin(self, attachment):
        await attachment.district(street())
        data = await attachment.add()
        await attachment.enrol(data)
        answer = await attachment.look_up(iin=data.iin)
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["items"]
        assert (found["surname"], found["state"], found["warnings"]) == ("Әбдірахманова", "present", [])
        assert (found["attachment"]["provider"], found["attachment"]["district"]) == (BINS["first"], "1")

    async def test_finds_namesakes_by_name_and_birth_date(self, attachment):
        await attachment.add(patronymic="Ғалымқызы")
        await attachment.add(patronymic=None)
        await attachment.add(given_name="Мәншүк")
        assert len((await attachment.look_up(**NAMED)).json()["items"]) == 2
        assert len((await attachment.look_up(**NAMED, patronymic="ҒАЛЫМҚЫЗЫ")).json()["items"]) == 1

    async def test_leaves_a_record_that_the_person_sees(self, attachment):
        data = await attachment.add()
        await attachment.look_up(iin=data.iin)
        log = (await attachment.call("GET", "/access-log", by=attachment.citizen(data.iin))).json()["items"]
        assert [(each["action"], each["name"]) for each in log] == [("register-looked-up", "Жақсыбекова Мәншүк")]

    async def test_keeps_personal_data_out_of_the_rows(self, attachment):
        data = await attachment.add()
        (row,) = await attachment.rows("SELECT to_jsonb(p) || to_jsonb(k) FROM persons p JOIN person_keys k USING (id)")
        kept = str(row) + bytes.fromhex(row[0]["content"][2:]).decode(errors="replace")
        assert not any(word in kept for word in (data.iin, data.surname, "Абай", "7701", "1990"))

    async def test_warns_when_the_iin_tells_otherwise(self, attachment):
        data = await attachment.add(sex="male", iin=iin(birth=BORN.replace(year=1991), number=77))
        (found,) = (await attachment.look_up(iin=data.iin)).json()["items"]
        assert found["warnings"] == ["birth-date-disagrees", "sex-disagrees"]

    @pytest.mark.parametrize(
        "sought",
        [
            {},
            {"iin": "1"},
            {"iin": iin(birth=BORN, number=1), "surname": "А"},
            {"surname": "Оспанова", "birth_date": "1990-05-14"},
            {**NAMED, "birth_date": "2026-05-14"},
            *({**NAMED, "surname": text} for text in ("А\u0000", "А\u202eб", "<b>А</b>", "А" * 500, " ", "1А", "А\nБ")),
        ],
    )
    async def test_refuses_what_names_nobody(self, attachment, sought):
        answer = await attachment.look_up(**sought)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_refuses_an_iin_with_a_wrong_check_digit(self, attachment):
        own = iin(birth=BORN, number=1)
        answer = await attachment.look_up(iin=own[:-1] + str((int(own[-1]) + 1) % 10))
        assert (answer.status_code, answer.json()["code"]) == (422, "iin-invalid")

    async def test_knows_no_stranger(self, attachment, caplog):
        own = iin(birth=BORN, number=3333)
        with caplog.at_level(logging.DEBUG):
            answer = await attachment.look_up(iin=own)
        assert (answer.status_code, answer.json()["code"]) == (404, "person-not-in-register")
        assert own not in answer.text + caplog.text

    @pytest.mark.parametrize("role", ["administrator", "laboratory_employee", "journal_keeper"])
    async def test_is_not_for_every_role(self, attachment, role):
        answer = await attachment.look_up(by=attachment.staff(role), iin=iin(birth=BORN, number=1))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestEvent:
    async def test_of_death_ends_enrolment_and_everything(self, attachment):
        await attachment.district(street())
        data = await attachment.add()
        await attachment.enrol(data)
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        answer = await attachment.happened(person, kind="died")
        assert (answer.status_code, answer.json()["state"], answer.json()["attachment"]) == (200, "dead", None)
        assert (await attachment.happened(person, kind="moved-away")).json()["code"] == "person-dead"
        assert [row[0] for row in await attachment.rows("SELECT end_reason FROM enrolments")] == ["death"]

    async def test_of_another_iin_moves_the_look_up(self, attachment):
        data, other = await attachment.add(), await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        new = iin(birth=BORN, number=5000)
        assert (await attachment.happened(person, kind="iin-changed", iin=new)).json()["iin"] == new
        assert (await attachment.look_up(iin=new)).json()["items"][0]["id"] == person
        assert (await attachment.look_up(iin=data.iin)).status_code == 404
        taken = await attachment.happened(person, kind="iin-changed", iin=other.iin)
        assert (taken.status_code, taken.json()["code"]) == (409, "iin-of-another")
        assert (await attachment.look_up(iin=new)).json()["items"][0]["iin"] == new

    async def test_of_another_name_moves_the_look_up(self, attachment):
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="name-changed", surname="Оспанова", given_name="Қызғалдақ")
        assert (await attachment.look_up(**NAMED)).status_code == 404
        assert (await attachment.look_up(**{**NAMED, "surname": "Оспанова"})).status_code == 200

    async def test_is_kept_with_what_was_before(self, attachment):
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="moved-away")
        (row,) = await attachment.rows("SELECT kind, happened_on::text, actor_bin FROM register_events")
        assert tuple(row) == ("moved-away", "2026-04-06", BINS["first"])

    @pytest.mark.parametrize(
        "event",
        [
            {"kind": "died", "on": "2026-04-07"},
            {"kind": "died", "on": "1990-05-13"},
            {"kind": "resurrected"},
            {"kind": "died", "iin": iin(birth=BORN, number=2)},
            {"kind": "iin-changed"},
            {"kind": "name-changed", "surname": "Оспанова"},
        ],
    )
    async def test_must_be_possible(self, attachment, event):
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        answer = await attachment.happened(person, **event)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_is_recorded_where_the_person_is_enrolled(self, attachment):
        await attachment.district(street())
        data = await attachment.add()
        await attachment.enrol(data)
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        answer = await attachment.happened(person, kind="died", by=attachment.staff(at="second"))
        assert (answer.status_code, answer.json()["code"]) == (403, "person-of-another-provider")
        assert (await attachment.happened("att-" + "0" * 32, kind="died")).status_code == 404


class TestPrecondition:
    async def ask(self, attachment, data, required="attached-to-district", caller="booking", by=None, **more):
        body = {"iin": data if isinstance(data, str) else data.iin, "precondition": required, **more}
        return await attachment.call("POST", "/internal/register/preconditions", body, caller=caller, by=by)

    async def test_holds_or_says_why_not(self, attachment):
        await attachment.district(street())
        data = await attachment.add()
        stranger = iin(birth=BORN, number=4444)
        assert (await self.ask(attachment, stranger)).json() == {"holds": False, "reason": "not-in-register"}
        assert (await self.ask(attachment, data, "in-population-register")).json() == {"holds": True, "reason": None}
        assert (await self.ask(attachment, data)).json()["reason"] == "not-attached"
        await attachment.enrol(data)
        assert (await self.ask(attachment, data, provider=BINS["first"])).json()["holds"] is True
        assert (await self.ask(attachment, data, provider=BINS["second"])).json()["reason"] == "attached-elsewhere"

    async def test_does_not_hold_for_the_dead(self, attachment):
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="moved-away")
        assert (await self.ask(attachment, data, "in-population-register")).json()["reason"] == "moved-away"
        await attachment.happened(person, kind="died")
        assert (await self.ask(attachment, data, "in-population-register")).json()["reason"] == "dead"

    async def test_is_for_the_owning_services_alone(self, attachment):
        data = await attachment.add()
        answer = await self.ask(attachment, data, caller="gateway", by=attachment.staff())
        assert (answer.status_code, answer.json()["code"]) == (403, "caller-not-allowed")

    async def test_is_seen_by_the_person_when_staff_asked(self, attachment):
        data = await attachment.add()
        await self.ask(attachment, data, by=attachment.staff())
        await self.ask(attachment, data)
        log = (await attachment.call("GET", "/access-log", by=attachment.citizen(data.iin))).json()["items"]
        assert [each["action"] for each in log] == ["register-checked"]


class TestRoles:
    @pytest.mark.parametrize("deed", ["look_up", "change"])
    async def test_are_performers_of_the_regulations(self, attachment, deed):
        regions = attachment.office.regulations.regions
        assert roles(deed) <= {key for region in regions.values() for key in region.performers}
