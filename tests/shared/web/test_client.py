"""Calls between services: assertion, request id, deadlines, repeats, and the breaker; against a real server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from shared.clock import Clock
from shared.db import DatabaseAway, DatabaseClock
from shared.errors import ServiceAway
from shared.log import set_request_id
from shared.testing import FixedClock
from shared.testing.programs import free_port
from shared.testing.small_server import serving
from shared.web import Actor, CallerKey, CallerKeys
from shared.web.breaker import Breaker, BreakerOpen, Position
from shared.web.client import RelayedProblem, ServiceClient

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
KEY = CallerKey.generate("gateway")
KEYS = CallerKeys({"gateway": KEY.key.public_key()})
ACTOR = Actor(kind="citizen", account_id="a", session_id="s", iin="900101300123", acr="password")


class Other:
    """Another service: answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.drop = 0
        self.status = 200
        self.body: object = {"ok": True}
        self.media_type = "application/json"
        self.delay = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.read())
        if self.drop:
            self.drop -= 1
            request.transport.abort()
        await asyncio.sleep(self.delay)
        headers = {"Retry-After": "7"} if self.status == 503 else {}
        return web.json_response(self.body, status=self.status, content_type=self.media_type, headers=headers)

    def running(self):
        return serving(self.port, "/{path:.*}", self.answer)


@pytest.fixture
async def other():
    service = Other()
    async with service.running():
        yield service


def client_of(port: int, *, clock: Clock | None = None, **options) -> ServiceClient:
    return ServiceClient("booking", f"http://127.0.0.1:{port}/", key=KEY, clock=clock or FixedClock(NOW), **options)


@pytest.fixture
async def client(other):
    async with client_of(other.port) as made:
        yield made


class TestServiceClient:
    async def test_states_afresh_who_calls_for_whom(self, client, other):
        set_request_id("0192-test")
        for _ in range(2):
            await client.get("/x", actor=ACTOR, headers={"authorization": "Bearer stolen"})
        set_request_id(None)
        tokens = [request.headers["Authorization"].removeprefix("Bearer ") for request in other.asked]
        assert len(set(tokens)) == 2
        assert KEYS.verify(tokens[0], "booking", now=NOW).person == ACTOR
        assert other.asked[0].headers["X-Request-ID"] == "0192-test"
        assert other.asked[0].headers.getall("Authorization") == [f"Bearer {tokens[0]}"]

    async def test_sends_path_query_and_body_as_they_are(self, client, other):
        await client.post("/a%2Fb", params="q=1&q=%D2%9B", json={"n": "қ"}, idempotency_key="k-1")
        await client.get("/a", params={"q": "қ&"})
        first, second = other.asked
        assert first.raw_path == "/a%2Fb?q=1&q=%D2%9B"
        assert (other.bodies[0], first.headers["Idempotency-Key"]) == ('{"n":"қ"}'.encode(), "k-1")
        assert first.headers["Content-Type"] == "application/json"
        assert second.query == {"q": "қ&"}

    async def test_gives_the_answer_or_raises_the_services_own_problem(self, client, other):
        assert (await client.get("/")).require(200).json() == {"ok": True}
        assert (await client.get("/")).require().status == 200
        other.status, other.media_type = 409, "application/problem+json"
        other.body = {
            "code": "slot-taken",
            "title": "t",
            "detail": "d",
            "status": 409,
            "next_free": [1],
            "instance": "/x",
        }
        with pytest.raises(RelayedProblem) as caught:
            (await client.get("/")).require(200)
        problem = caught.value
        assert (problem.status, problem.code, problem.extra["next_free"]) == (409, "slot-taken", [1])
        assert "instance" not in problem.extra

    async def test_passes_on_when_the_service_says_to_come_back_later(self, client, other):
        other.status, other.media_type, other.body = 503, "application/problem+json", {"code": "database-away"}
        with pytest.raises(RelayedProblem) as caught:
            (await client.get("/")).require()
        assert caught.value.headers["Retry-After"] == "7"
        assert len(other.asked) == 1

    async def test_takes_an_answer_that_is_no_problem_for_absence(self, client, other):
        other.status = 500
        with pytest.raises(ServiceAway):
            (await client.get("/")).require()

    @pytest.mark.parametrize(
        ("method", "options"), [("GET", {}), ("PUT", {}), ("POST", {"idempotency_key": "k"})], ids=str
    )
    async def test_repeats_what_is_harmless(self, client, other, method, options):
        other.drop = 1
        reply = await client.request(method, "/", json={"a": 1}, **options)
        assert reply.status == 200
        assert other.bodies[-2:] == [b'{"a":1}'] * 2

    async def test_never_repeats_a_post_without_a_key_that_may_have_arrived(self, client, other):
        other.drop = 1
        with pytest.raises(ServiceAway):
            await client.post("/", json={"a": 1})
        assert len(other.asked) == 1

    async def test_says_that_the_service_is_away(self):
        async with client_of(free_port()) as client:
            with pytest.raises(ServiceAway) as caught:
                await client.post("/", json={})
        assert (caught.value.status, caught.value.service) == (503, "booking")
        assert int(caught.value.headers["Retry-After"]) >= 1

    async def test_gives_up_at_its_deadline(self, client, other):
        other.delay = 5
        with pytest.raises(ServiceAway):
            await client.get("/", timeout=timedelta(milliseconds=100))

    async def test_says_that_the_database_is_away_while_the_time_is_not_known(self, other):
        """Nothing is sent then, and the call that finds out whether a spared service is back is not used up."""
        read, breaker = asyncio.Event(), Breaker(failures=1, pause=timedelta(0))

        async def answer() -> datetime:
            await read.wait()
            return NOW

        clock = DatabaseClock(answer)
        async with client_of(other.port, clock=clock, breaker=breaker) as client:
            breaker.failed()
            for _ in range(2):
                with pytest.raises(DatabaseAway):
                    await client.get("/")
            assert (other.asked, breaker.position) == ([], Position.HALF_OPEN)
            read.set()
            await clock.discipline()
            assert (await client.get("/")).status == 200

    async def test_spares_a_service_that_does_not_answer_and_finds_out_when_it_is_back(self, other):
        other.drop = 100
        breaker = Breaker(failures=3, pause=timedelta(milliseconds=200))
        async with client_of(other.port, tries=1, breaker=breaker) as client:
            for _ in range(3):
                with pytest.raises(ServiceAway):
                    await client.get("/")
            asked = len(other.asked)  # aiohttp itself repeats a GET whose connection broke, once
            assert 3 <= asked <= 6
            for _ in range(3):
                with pytest.raises(ServiceAway):
                    await client.get("/")
            assert len(other.asked) == asked
            other.drop = 0
            await asyncio.sleep(0.25)
            assert (await client.get("/")).status == 200
            assert breaker.position is Position.CLOSED

    async def test_must_be_entered(self):
        with pytest.raises(RuntimeError, match="enter"):
            await client_of(1).get("/")


class TestBreaker:
    def make(self):
        self.time = 0.0
        return Breaker(failures=2, pause=timedelta(seconds=1), monotonic=lambda: self.time)

    def test_opens_after_failures_in_a_row_only(self):
        breaker = self.make()
        for outcome in (breaker.failed, breaker.succeeded, breaker.failed):
            breaker.enter()
            outcome()
        assert breaker.position is Position.CLOSED
        breaker.failed()
        assert breaker.position is Position.OPEN
        with pytest.raises(BreakerOpen) as caught:
            breaker.enter()
        assert caught.value.retry_after == timedelta(seconds=1)

    def test_lets_one_call_try_after_the_pause(self):
        breaker = self.make()
        breaker.failed()
        breaker.failed()
        self.time = 1.0
        breaker.enter()
        with pytest.raises(BreakerOpen):
            breaker.enter()
        breaker.abandoned()
        breaker.enter()
        breaker.failed()
        assert breaker.position is Position.OPEN
        self.time = 2.0
        breaker.enter()
        breaker.succeeded()
        assert breaker.position is Position.CLOSED
