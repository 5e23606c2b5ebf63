"""Districts: whole streets, sides and ranges of houses, none of which two districts share."""

import pytest

from attachment.districts.addresses import last_position, place_key, position

from .conftest import street


class TestAddress:
    @pytest.mark.parametrize("text", ["Абай көшесі", "ул. АБАЙ", "  абай  к-сі", "Абай"])
    def test_is_one_street_however_it_is_written(self, text):
        assert place_key(text) == "абай"

    @pytest.mark.parametrize("text", ["", "ул.", "№", "!"])
    def test_is_none_without_a_name(self, text):
        assert place_key(text) == ""

    def test_puts_letters_behind_their_number(self):
        order = [position(house) for house in ("9", "12", "12/3", "12а", "12 Б", "13")]
        assert order == sorted(order) and len(set(order)) == 5
        assert position("12/3") == position("12")
        assert position("12Я") <= last_position("12") < position("13")

    @pytest.mark.parametrize("text", ["", "0", "А", "-1", "12345", "1" * 500, "12аб", "<12>"])
    def test_has_a_house_number_or_none(self, text):
        assert position(text) is None


class TestDistrict:
    async def test_is_kept_and_listed(self, attachment):
        made = await attachment.district(street("odd", "1", "31"), street("even", "2", "30А"))
        assert made.status_code == 201, made.text
        listed = await attachment.call("GET", "/admin/districts", by=attachment.staff("administrator"))
        assert listed.json()["items"] == [made.json()]
        other = await attachment.call("GET", "/admin/districts", by=attachment.staff("administrator", "second"))
        assert other.json()["items"] == []

    @pytest.mark.parametrize(
        ("houses", "fits"),
        [
            (street("odd", "1", "31"), False),
            (street("all", "31", "40"), False),
            (street("odd", "31А", "40"), False),
            (street("even", "1", "99"), True),
            (street("odd", "32", "99"), True),
            (street("all", "1", "99", street="Жамбыл"), True),
            (street("all", "1", "99", locality="Шу"), True),
            (street("all", "1", "99", street="ул. Абай"), False),
        ],
    )
    async def test_shares_no_house_with_another(self, attachment, houses, fits):
        await attachment.district(street("odd", "1", "31"))
        answer = await attachment.district(houses, at="second")
        assert answer.status_code == (201 if fits else 409), answer.text
        assert fits or answer.json()["code"] == "districts-overlap"

    async def test_does_not_overlap_itself(self, attachment):
        assert (await attachment.district(street(), street(first="99"))).json()["code"] == "districts-overlap"
        assert await attachment.rows("SELECT 1 FROM districts") == []

    async def test_can_be_described_anew(self, attachment):
        made = (await attachment.district(street("odd"))).json()
        body = {"name": "2", "houses": [street("odd", "3", "9")]}
        path, by = f"/admin/districts/{made['id']}", attachment.staff("administrator")
        answer = await attachment.call("PUT", path, body, by=by)
        assert (answer.status_code, answer.json()["houses"]) == (200, body["houses"])
        stranger = attachment.staff("administrator", "second")
        assert (await attachment.call("PUT", path, body, by=stranger)).status_code == 404

    async def test_has_a_name_of_its_own(self, attachment):
        await attachment.district(street("odd"))
        assert (await attachment.district(street("even"))).json()["code"] == "district-name-taken"

    async def test_is_the_administrators_to_keep(self, attachment):
        answer = await attachment.call("GET", "/admin/districts", by=attachment.staff())
        assert (answer.status_code, answer.json()["code"]) == (403, "administrator-only")

    @pytest.mark.parametrize(
        "houses",
        [
            street(first="31", last="1"),
            street(first="0"),
            street(first="x"),
            street(side="left"),
            street(street="ул."),
            street(street="А\u202eбай"),
            street(locality="Т" * 500),
        ],
    )
    async def test_names_houses_that_can_be(self, attachment, houses):
        answer = await attachment.district(houses)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
