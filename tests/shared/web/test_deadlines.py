"""A slow sender, on a real socket, is cut off; the sample's deadlines are 0.4 s for the head and 0.7 s for the body."""

import asyncio
import time

import pytest

from shared.settings import ServiceSettings


async def slowly(port: int, parts: list[bytes], pause: float) -> tuple[bytes, float]:
    """Send part by part with pauses, as long as the other side takes it; give the answer and how long it took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()

    async def send():
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    sender = asyncio.create_task(send())
    answer = await asyncio.wait_for(reader.read(), 60)
    took = time.monotonic() - began
    sender.cancel()
    await asyncio.gather(sender, return_exceptions=True)
    writer.close()
    return answer, took


HEAD = b"POST /rooms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"


class TestDeadline:
    def test_is_ten_seconds_for_the_head_and_thirty_for_the_body(self):
        settings = ServiceSettings(env="development")
        assert (settings.header_deadline.total_seconds(), settings.body_deadline.total_seconds()) == (10, 30)

    async def test_cuts_a_head_that_drips(self, running):
        answer, took = await slowly(running.port, [HEAD[i : i + 1] for i in range(len(HEAD))], 0.05)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request-timeout"' in answer
        assert took > 0.35

    async def test_cuts_a_connection_that_says_nothing(self, running):
        answer, took = await slowly(running.port, [], 0)
        assert answer == b""
        assert took > 0.35

    async def test_cuts_a_body_that_drips(self, running):
        answer, took = await slowly(running.port, [HEAD + b"\r\n", *[b" "] * 200], 0.05)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.count(b"HTTP/1.1") == 1
        assert took > 0.65

    async def test_cuts_a_second_request_that_drips_on_the_same_connection(self, running):
        first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        answer, _ = await slowly(running.port, [first, HEAD[:10], *[b"x"] * 100], 0.05)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"HTTP/1.1 408 " in answer

    async def test_lets_a_connection_rest_between_requests(self, running):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(1.0)
        writer.close()

    @pytest.mark.parametrize(
        "garbage",
        [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\nx"],
        ids=["tls", "version", "empty"],
    )
    async def test_never_meets_garbage_with_a_server_error(self, running, garbage):
        answer, _ = await slowly(running.port, [garbage], 0)
        assert b" 5" not in answer.split(b"\r\n", 1)[0]
