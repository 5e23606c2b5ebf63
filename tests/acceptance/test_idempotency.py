"""The same thing sent again is the same application: by the document's bytes, or by the key, also at the same time."""

import asyncio
from base64 import b64decode
from datetime import UTC, datetime

import pytest

from shared.pki.signing import sign
from shlyuz.demo.api import signed_body
from shlyuz.demo.walks import refused

TOGETHER = 12


def send(portal, signed, **headers):
    return portal.api.request("POST", "/applications", json=signed, headers=headers)


@pytest.fixture
async def signed(town, citizen):
    return citizen.sign(await town.document(citizen))


class TestTheSameDocument:
    async def test_is_answered_200_with_the_same_application(self, town, citizen, signed):
        first = await send(citizen, signed)
        before = await town.written()
        again = await send(citizen, signed)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert await town.written() == before

    async def test_is_the_same_under_a_new_signature_and_another_key(self, citizen, signed):
        first = await send(citizen, signed, **{"Idempotency-Key": "one-0000000000"})
        document = b64decode(signed["document"])
        anew = signed_body(document, sign(document, citizen.person.key, at=datetime.now(UTC), detached=False))
        assert anew["signature"] != signed["signature"]
        again = await send(citizen, anew, **{"Idempotency-Key": "two-0000000000"})
        assert (again.status_code, again.json()) == (200, first.json())

    async def test_sent_at_the_same_time_becomes_one_application(self, town, citizen, signed):
        before = await town.written()
        answers = await asyncio.gather(*(send(citizen, signed) for _ in range(TOGETHER)))
        assert sorted(answer.status_code for answer in answers) == [200] * (TOGETHER - 1) + [201]
        assert len({answer.text for answer in answers}) == 1
        after = await town.written()
        assert after["booking.applications"] - before["booking.applications"] == 1
        assert after["booking.tasks"] - before["booking.tasks"] == 1
        assert after["taken slots"] - before["taken slots"] == 1


class TestTheSameKey:
    async def test_replays_the_first_answer(self, town, citizen, signed):
        key = {"Idempotency-Key": "the-same-key-1"}
        first = await send(citizen, signed, **key)
        before = await town.written()
        again = await send(citizen, signed, **key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert await town.written() == before

    async def test_with_another_body_is_refused(self, town, citizen, signed, problem):
        key = {"Idempotency-Key": "the-same-key-2"}
        await send(citizen, signed, **key)
        other = citizen.sign(await town.document(citizen))
        before = await town.written()
        await problem(citizen, lambda: send(citizen, other, **key), 422, "idempotency-key-reused")
        assert await town.written() == before
        assert (await send(citizen, other)).status_code == 201

    async def test_sent_at_the_same_time_waits_for_the_first_answer(self, town, citizen, signed):
        key = {"Idempotency-Key": "the-same-key-3"}
        before = await town.written()
        answers = await asyncio.gather(*(send(citizen, signed, **key) for _ in range(TOGETHER)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert (await town.written())["booking.applications"] - before["booking.applications"] == 1

    async def test_of_another_person_is_another_key(self, town, citizen, signed):
        key = {"Idempotency-Key": "the-same-key-4"}
        first = await send(citizen, signed, **key)
        other = await town.citizen()
        second = await send(other, other.sign(await town.document(other)), **key)
        assert second.status_code == 201
        assert second.json()["number"] != first.json()["number"]

    async def test_is_not_used_up_by_a_refusal(self, town, citizen):
        key = {"Idempotency-Key": "the-same-key-5"}
        slot = (await town.file(await town.citizen()))["appointment"]
        taken = {"slot": {"id": slot["slot_id"], "starts_at": slot["starts_at"]}, "phone": "+77011234567"}
        gone = await refused(send(citizen, citizen.sign(await town.document(citizen, fields=taken)), **key))
        assert (gone.status, gone.code) == (409, "slot-taken")
        assert (await send(citizen, citizen.sign(await town.document(citizen)), **key)).status_code == 201
