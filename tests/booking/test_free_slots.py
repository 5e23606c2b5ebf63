"""Free slots over HTTP: what anyone can choose from (zhambyl booking, closing paragraph of clause 11)."""

import pytest


class TestFreeSlots:
    async def test_are_those_that_nobody_has(self, booking):
        await booking.open_monday()
        first, *rest = await booking.free()
        await booking.take(first)
        assert await booking.free() == rest

    async def test_are_those_to_come(self, booking, later):
        await booking.open_monday()
        later(hours=1, minutes=1)
        assert (await booking.free())[0]["starts_at"] == "2026-04-06T11:00:00+05:00"

    async def test_are_of_one_provider(self, booking):
        await booking.open_monday("other")
        assert await booking.free() == []

    async def test_come_earliest_first_whosever_they_are(self, booking):
        await booking.open_monday()
        await booking.open_monday(surname="Ким")
        starts = [each["starts_at"] for each in await booking.free()]
        assert starts == sorted(starts)
        assert len(starts) == 20

    async def test_can_be_asked_for_by_doctor(self, booking):
        await booking.open_monday()
        other = await booking.open_monday(surname="Ким")
        free = await booking.free(doctor_id=other)
        assert {each["doctor_id"] for each in free} == {other}
        assert len(free) == 10

    async def test_can_be_asked_for_by_time(self, booking):
        await booking.open_monday()
        span = {"from": "2026-04-13T10:30:00+05:00", "to": "2026-04-20T11:00:00+05:00"}
        assert [each["starts_at"][:16] for each in await booking.free(**span)] == [
            "2026-04-13T11:00",
            "2026-04-20T10:00",
        ]

    async def test_come_page_by_page(self, booking, bins):
        for surname in ("Ахметов", "Ким", "Сейітова"):
            await booking.open_monday(surname=surname)
        seen, cursor = [], {}
        while cursor is not None:
            page = (await booking.get(f"/providers/{bins['zhambyl']}/slots", limit=7, **cursor)).json()
            seen += page["items"]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert seen == await booking.free()
        assert len(seen) == 30

    async def test_of_an_unknown_provider_are_not_found(self, booking):
        answer = await booking.get("/providers/990140000001/slots")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("from", "tomorrow"),
            ("from", "2026-04-06T10:00:00"),
            ("from", "0001-01-01T00:00:00+14:00"),
            ("to", "9999-12-31T23:59:59-12:00"),
            ("limit", "0"),
            ("limit", "501"),
            ("cursor", "yesterday"),
            ("cursor", "~bkg-" + "0" * 32),
            ("cursor", "0001-01-01T00:00:00+14:00~bkg-" + "0" * 32),
            ("doctor_id", "x" * 41),
        ],
    )
    async def test_are_refused_to_a_question_that_makes_no_sense(self, booking, bins, name, value):
        answer = await booking.get(f"/providers/{bins['zhambyl']}/slots", **{name: value})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_are_none_of_a_doctor_elsewhere(self, booking):
        other = await booking.open_monday("other")
        assert await booking.free(doctor_id=other) == []
