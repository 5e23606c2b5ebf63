"""A slow sender is cut off: 10 s from the connection to the whole head, 30 s from there to the whole body."""

import asyncio
import json
from time import monotonic
from urllib.parse import urlsplit

import pytest

HEAD, BODY = 10.0, 30.0


async def drip(url, first, *, every=0.5):
    """Send the beginning, then a byte now and then until the connection ends: the answer, and after how long."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    began = monotonic()
    writer.write(first)
    reading = asyncio.create_task(reader.read())
    while not reading.done():
        writer.write(b"a")
        await asyncio.wait([reading], timeout=every)
    writer.close()
    return reading.result(), monotonic() - began


@pytest.fixture(scope="module")
async def slow(whole_region):
    """Both at once, as they take their time."""
    head = b"POST /api/v1/applications HTTP/1.1\r\nHost: portal\r\nX-Slow: "
    body = (
        b"POST /api/v1/users HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100000\r\n\r\n"
    )
    return await asyncio.gather(drip(whole_region.url, head), drip(whole_region.url, body))


def check(cut, limit):
    answer, after = cut
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in head
    assert json.loads(content)["code"] == "request-timeout"
    assert after >= limit - 0.5


class TestASlowSender:
    def test_of_the_head_is_cut_at_10_seconds(self, slow):
        check(slow[0], HEAD)

    def test_of_the_body_is_cut_at_30_seconds(self, slow):
        check(slow[1], BODY)

    async def test_keeps_nobody_else_waiting(self, slow, town):
        assert (await town.newcomer().api.get("/services"))["items"]
