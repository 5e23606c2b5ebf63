"""Journals and drawings through the door: a file from part to part, a correction to the owner of the volume."""

import pytest


@pytest.fixture
def volume(region):
    region.booking.lists["appointments"] = [{"line": f"{number},x\r\n"} for number in range(3)]
    yield region.booking
    region.booking.lists.clear()
    region.booking.calls.clear()


class TestCsv:
    PATH = "/journals/appointments.csv?volume=booking&year=2026"

    async def test_is_one_file_of_all_parts(self, region, volume):
        answer = await region.ask("GET", self.PATH, token=await region.staff_token())
        assert answer.text == "0,x\r\n1,x\r\n2,x\r\n"
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"

    async def test_refuses_before_the_first_part(self, region, volume, problem):
        token = await region.staff_token()
        problem(await region.ask("GET", "/journals/none.csv?volume=booking", token=token), 404, "not-found")
        problem(await region.ask("GET", "/journals/appointments.csv", token=token), 422, "invalid-request")
        problem(await region.ask("GET", self.PATH), 401, "access-token-missing")


class TestCorrection:
    PATH = "/journals/appointments/rows/7/corrections?volume=booking&year=2026"

    async def test_goes_to_the_owner_of_the_volume(self, region, volume):
        body = {"values": {"age": 35}, "reason": "wrong age"}
        answer = await region.ask("POST", self.PATH, token=await region.staff_token(), json=body)
        assert (answer.status_code, answer.json()["number"]) == (201, 8)
        assert volume.calls[-1]["body"] == body
        assert "year=2026" in volume.calls[-1]["query"]

    async def test_needs_a_reason(self, region, volume, problem):
        answer = await region.ask("POST", self.PATH, token=await region.staff_token(), json={"values": {"age": 1}})
        problem(answer, 422, "invalid-request")


class TestBlockDiagram:
    PATH = "/services/zhambyl.booking/regulation.svg"

    async def test_is_the_owners_for_anyone_and_not_sent_twice(self, region):
        answer = await region.ask("GET", f"{self.PATH}?channel=portal&lang=kk")
        assert answer.text == "<svg>zhambyl.booking channel=portal&lang=kk</svg>"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        again = await region.ask("GET", self.PATH, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304

    async def test_is_not_drawn_of_what_nobody_offers(self, region, problem):
        problem(await region.ask("GET", "/services/zhambyl.none/regulation.svg"), 404, "not-found")
        problem(await region.ask("GET", f"{self.PATH}?channel=smoke"), 422, "invalid-request")
