"""Entering a person by hand, and putting right where he lives."""

from datetime import date

import pytest

from shared.testing.identities import iin

from .conftest import BINS, BORN, TODAY, street

ADDRESS = {"locality": "Тараз қаласы", "street": "Абай көшесі", "house": "12А", "flat": "5"}
OWN = iin(birth=BORN, number=600)


def person(**changes):
    return {"iin": OWN, "surname": "Оспанова", "given_name": "Қарлығаш", "birth_date": str(BORN), "sex": "female",
            "address": ADDRESS, "phone": "+77011234567", **changes}  # fmt: skip


async def enter(attachment, *, by=None, **changes):
    return await attachment.call("POST", "/register/persons", person(**changes), by=by or attachment.staff())


class TestEnter:
    async def test_puts_a_person_into_the_register(self, attachment):
        answer = await enter(attachment)
        assert (answer.status_code, answer.json()["attachment"], answer.json()["warnings"]) == (201, None, [])
        (found,) = (await attachment.look_up(iin=OWN)).json()["items"]
        assert found == answer.json()

    async def test_is_seen_by_the_person(self, attachment):
        await enter(attachment)
        log = (await attachment.call("GET", "/access-log", by=attachment.citizen(OWN))).json()["items"]
        assert [each["action"] for each in log] == ["register-entered"]

    async def test_warns_of_what_the_iin_tells_otherwise_and_takes_it(self, attachment):
        answer = await enter(attachment, birth_date="1991-01-01", sex="male")
        assert (answer.status_code, answer.json()["warnings"]) == (201, ["birth-date-disagrees", "sex-disagrees"])

    async def test_takes_nobody_twice(self, attachment):
        await enter(attachment)
        answer = await enter(attachment, surname="Оспан")
        assert (answer.status_code, answer.json()["code"]) == (409, "person-already-in-register")

    @pytest.mark.parametrize("changes", [
        {"birth_date": "2026-04-07"}, {"birth_date": "1899-12-31"}, {"sex": "other"}, {"surname": "А\u202eБ"},
        {"surname": "А" * 101}, {"given_name": "<b>"}, {"address": ADDRESS | {"house": "0"}},
        {"address": ADDRESS | {"street": "улица"}}, {"address": ADDRESS | {"flat": "1\u200f"}}, {"phone": "8701"},
        {"address": None}, {"language": "xx"}, {"state": "dead"},
    ])  # fmt: skip
    async def test_refuses_what_nobody_is(self, attachment, changes):
        answer = await enter(attachment, **changes)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert await attachment.rows("SELECT id FROM persons") == []

    async def test_refuses_a_wrong_number(self, attachment):
        answer = await enter(attachment, iin="000000000001")
        assert (answer.status_code, answer.json()["code"]) == (422, "iin-invalid")

    async def test_is_not_for_every_role(self, attachment):
        answer = await enter(attachment, by=attachment.staff("dispatcher"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestAddress:
    @pytest.fixture
    async def enrolled(self, attachment):
        await attachment.district(street(), name="1")
        await attachment.district(street(street="Төле би даңғылы"), name="2")
        await attachment.district(street(street="Сәтбаев көшесі"), name="1", at="second")
        data = await attachment.add()
        await attachment.enrol(data, on=date(2026, 1, 10))
        return (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]

    async def move(self, attachment, person, **changes):
        address = {**ADDRESS, **changes}
        return await attachment.happened(person, kind="address-changed", on=str(TODAY), address=address)

    async def test_moves_the_person_into_the_district_of_it(self, attachment, enrolled):
        answer = await self.move(attachment, enrolled, street="Төле би даңғылы")
        assert answer.status_code == 200, answer.text
        attached = answer.json()["attachment"]
        assert (attached["provider"], attached["district"]) == (BINS["first"], "2")
        assert attached["since"] == "2026-01-10"

    @pytest.mark.parametrize("elsewhere", ["Сәтбаев көшесі", "Жамбыл көшесі"])
    async def test_leaves_no_district_where_the_provider_has_none(self, attachment, enrolled, elsewhere):
        attached = (await self.move(attachment, enrolled, street=elsewhere)).json()["attachment"]
        assert (attached["provider"], attached["district"]) == (BINS["first"], None)

    async def test_is_kept_with_the_one_before(self, attachment, enrolled):
        await self.move(attachment, enrolled, house="14")
        (row,) = await attachment.rows("SELECT kind, happened_on::text FROM register_events")
        assert tuple(row) == ("address-changed", str(TODAY))

    async def test_goes_with_its_own_kind_alone(self, attachment, enrolled):
        for event in ({"kind": "address-changed"}, {"kind": "died", "address": ADDRESS}):
            answer = await attachment.happened(enrolled, **event)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
