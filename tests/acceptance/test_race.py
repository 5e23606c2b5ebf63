"""200 citizens sign for one and the same time: one gets it, the others hear which are free. 20 rounds."""

import asyncio
import json
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import pytest

from shared.pki.signing import sign
from shlyuz.demo.booking import first_free

CLIENTS, ROUNDS, AT_ONCE = 200, 20, 8


@pytest.fixture(scope="module")
async def crowd(town):
    """So many citizens, each logged in."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def come():
        async with gate:
            return await town.citizen()

    return await asyncio.gather(*(come() for _ in range(CLIENTS)))


@pytest.fixture(scope="module")
async def http(whole_region):
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(whole_region.url, connector=connector) as session:
        yield session


def body(portal, document):
    """Sign the form in the citizen's own name."""
    own = {"applicant": {"iin": portal.person.iin}, "patient": {"iin": portal.person.iin}, "request_id": str(uuid4())}
    data = json.dumps(document | own, ensure_ascii=False).encode()
    signature = sign(data, portal.person.key, at=datetime.now(UTC))
    return json.dumps({"document": b64encode(data).decode(), "signature": b64encode(signature).decode()})


async def apply(http, portal, content):
    """Send, and send the same again when the server is too busy to judge (503), after the pause that it asks for."""
    headers = {"Authorization": f"Bearer {portal.api.token}", "Content-Type": "application/json"}
    async with asyncio.timeout(600):
        while True:
            async with http.post("/api/v1/applications", data=content, headers=headers) as answer:
                told = await answer.json(content_type=None)
            if answer.status != 503:
                return answer.status, told
            await asyncio.sleep(int(answer.headers["Retry-After"]))


class TestTwoHundredForOneTime:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    async def test_give_it_to_one_and_the_next_free_ones_to_the_rest(self, town, crowd, http, round_):
        _, slot = await first_free(crowd[0].api, town.world.provider("zhambyl")["bin"])
        document = await town.document(crowd[0], fields={"slot": slot, "phone": "+77011234567"})
        contents = [body(portal, document) for portal in crowd]
        before = await town.written()
        answers = await asyncio.gather(*map(apply, [http] * CLIENTS, crowd, contents))
        assert Counter((status, told.get("code")) for status, told in answers) == {
            (201, None): 1,
            (409, "slot-taken"): CLIENTS - 1,
        }
        refusals = [told for status, told in answers if status == 409]
        assert all(slot["id"] not in {free["id"] for free in told["next_free"]} for told in refusals)
        assert all(told["next_free"] for told in refusals)
        await self._left_one_trace(town, before)

    async def _left_one_trace(self, town, before):
        after = await town.written()
        after.subtract(before)
        assert (after["booking.applications"], after["taken slots"], after["booking.tasks"]) == (1, 1, 1)
        assert after["booking.person_keys"] <= 1
        assert after["gateway.notices"] == 0


class TestTheJournal:
    async def test_has_no_gap_when_steps_end_at_the_same_time(self, town, crowd):
        """Akmola booking 5, zhambyl booking 5(2): the journal; its numbers are gapless by provider and year."""
        workstation = await town.workstation("zhambyl")
        receipts = [await town.file(portal) for portal in crowd[:12]]
        tasks = [await workstation.task_of(receipt["id"]) for receipt in receipts]
        for task in tasks:
            await workstation.claim(task["id"])
        await asyncio.gather(*(workstation.complete(task["id"], {"outcome": "confirmed"}) for task in tasks))
        keeper = await town.workstation("zhambyl", "journal_keeper")
        numbers = await all_numbers(keeper)
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= len(tasks)


async def all_numbers(keeper):
    numbers, cursor = [], None
    while True:
        year = datetime.now(UTC).year
        read = await keeper.api.get("/journals/appointments", year=year, cursor=cursor)
        volume = next(each for each in read["volumes"] if each["volume"] == "booking")
        numbers += [row["number"] for row in volume["items"]]
        if (cursor := volume["next_cursor"]) is None:
            return numbers
