"""Rate limits per address and account, and slow senders on a real socket."""

import asyncio
from ipaddress import ip_network

import pytest
from limits import parse
from starlette.requests import HTTPConnection

from gateway.limits.addresses import client_address
from gateway.limits.limiting import ACCOUNT, ADDRESS, LOGIN_ACCOUNT, LOGIN_ADDRESS, REGISTER_ADDRESS, Limits, unnamed
from shared.errors import TooManyRequests


@pytest.fixture
def limited(region):
    """Give the running gateway other rates for one test."""
    entrance = region.processes["gateway"].app.state.platform.resources["entrance"]
    usual = entrance.limits

    def set_rates(**rates):
        given = dict.fromkeys((ADDRESS, ACCOUNT, LOGIN_ADDRESS, LOGIN_ACCOUNT, REGISTER_ADDRESS), "1000/second") | rates
        object.__setattr__(entrance, "limits", Limits({kind: parse(rate) for kind, rate in given.items()}))

    yield set_rates
    object.__setattr__(entrance, "limits", usual)


class TestLimits:
    async def test_refuse_an_address_that_asks_too_often(self, region, limited, problem):
        limited(address="2/minute")
        answers = [await region.ask("GET", "/services") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        problem(answers[2], 429, "too-many-requests")
        assert 1 <= int(answers[2].headers["retry-after"]) <= 121

    async def test_refuse_an_account_that_asks_too_often_and_no_other(self, region, citizen, limited):
        other = await region.citizen()
        limited(account="1/minute")
        statuses = [(await person.ask("GET", "/notices")).status_code for person in (citizen, citizen, other)]
        assert statuses == [200, 429, 200]

    async def test_are_stricter_at_the_login(self, region, citizen, limited, problem):
        limited(login_account="2/minute")
        form = {"grant_type": "password", "username": citizen.iin, "password": "wrong password 1"}
        for status in (400, 400, 429):
            assert (await region.ask("POST", "/auth/token", data=form)).status_code == status
        other = form | {"username": "850103400010"}
        assert (await region.ask("POST", "/auth/token", data=other)).status_code == 400

    async def test_leave_a_refresh_alone_that_follows_failed_logins(self, region, citizen, limited):
        limited(login_address="1/minute", login_account="1/minute")
        form = {"grant_type": "refresh_token", "refresh_token": citizen.tokens["refresh_token"]}
        assert (await region.ask("POST", "/auth/token", data=form)).status_code == 200

    async def test_bound_registrations_of_an_address(self, region, citizen, limited):
        limited(register_address="1/hour")
        assert [(await region.register(citizen.iin)).status_code for _ in range(2)] == [202, 429]

    def test_keep_no_iin_even_in_memory(self):
        limits = Limits(dict.fromkeys((LOGIN_ACCOUNT,), parse("1/minute")))
        limits.spend(LOGIN_ACCOUNT, unnamed("850103400010"))
        with pytest.raises(TooManyRequests):
            limits.spend(LOGIN_ACCOUNT, unnamed("850103400010"))
        assert not any("850103400010" in key for key in limits._limiter.storage.storage)


class TestClientAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "trusted", "address"),
        [
            ("192.0.2.1", None, [], "192.0.2.1"),
            ("192.0.2.1", "203.0.113.9", [], "192.0.2.1"),
            ("10.0.0.1", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),
            ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", ["10.0.0.0/8"], "203.0.113.9"),
            ("10.0.0.1", "rubbish", ["10.0.0.0/8"], "10.0.0.1"),
            ("10.0.0.1", "", ["10.0.0.0/8"], "10.0.0.1"),
            ("2001:db8:1:2:3::4", None, [], "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.1", None, [], "192.0.2.1"),
            (None, None, [], "unknown"),
        ],
    )
    def test_is_the_first_that_no_trusted_proxy_speaks_for(self, peer, forwarded, trusted, address):
        headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
        scope = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None}
        assert client_address(HTTPConnection(scope), [ip_network(one) for one in trusted]) == address


class TestSlowSender:
    """uvicorn has no receive deadline of its own; the settings here are 0.5 s for the head and 0.8 s for the body."""

    async def _send(self, region, *portions, pause=0.2):
        reader, writer = await asyncio.open_connection("127.0.0.1", region.settings.port)

        async def send():
            for portion in portions:
                writer.write(portion)
                await asyncio.sleep(pause)

        sending = asyncio.create_task(send())
        try:
            answer = await asyncio.wait_for(reader.read(), 60)
        finally:
            sending.cancel()
            writer.close()
        return answer

    async def test_of_a_head_is_cut(self, region):
        head = [b"POST /api/v1/applications HTTP/1.1\r\n"] + [b"x-a: 1\r\n"] * 50
        answer = await self._send(region, *head)
        assert b" 408 " in answer
        assert b'"code":"request-timeout"' in answer

    async def test_of_a_body_is_cut(self, region, citizen):
        head = (
            f"POST /api/v1/applications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {citizen.token}\r\n"
            "content-type: application/json\r\ncontent-length: 5000\r\n\r\n"
        )
        answer = await self._send(region, head.encode(), *[b"{"] * 50)
        assert b" 408 " in answer

    async def test_leaves_the_others_alone(self, region, citizen):
        slow = asyncio.create_task(self._send(region, *[b"G"] * 20))
        assert (await citizen.file()).status_code == 201
        await slow
