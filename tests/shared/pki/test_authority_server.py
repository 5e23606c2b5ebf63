"""The authority on the wire: lists with their tags, answers, and every way in which a real one fails."""

import asyncio
from datetime import datetime, timedelta

import aiohttp
import pytest

from shared.pki import certificate, ocsp
from shared.pki.revocation import ListFault, ListRefused, check_list
from shared.testing.authority import Authority, Holder
from shared.testing.authority_server import AuthorityServer


@pytest.fixture
async def server(authority: Authority, now: datetime):
    async with AuthorityServer(authority, clock=lambda: now, slowness=timedelta(milliseconds=50)) as running:
        yield running


async def fetch(url: str, **headers: str) -> tuple[int, bytes, str]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.read(), response.headers.get("ETag", "")


class TestAuthorityServer:
    async def test_serves_lists_that_can_be_checked(self, server: AuthorityServer, authority: Authority, now):
        for name in ("leaf", "delta", "root"):
            status, body, _ = await fetch(f"{server.url}/crl/{name}.crl")
            assert status == 200
            checked = check_list(body, trust=authority.trust(), at=now, fetched_at=now)
            assert checked.delta is (name == "delta")
        assert server.requests == ["/crl/leaf.crl", "/crl/delta.crl", "/crl/root.crl"]

    async def test_answers_that_nothing_changed_until_someone_is_revoked(
        self, server: AuthorityServer, authority: Authority, anna: Holder, now: datetime
    ):
        _, _, tag = await fetch(f"{server.url}/crl/leaf.crl")
        assert (await fetch(f"{server.url}/crl/leaf.crl", **{"If-None-Match": tag}))[0] == 304
        authority.revoke(anna.certificate, at=now)
        status, body, _ = await fetch(f"{server.url}/crl/leaf.crl", **{"If-None-Match": tag})
        assert status == 200
        assert len(check_list(body, trust=authority.trust(), at=now, fetched_at=now)) == 1

    async def test_answers_questions(self, server: AuthorityServer, authority: Authority, anna: Holder, now):
        issuer = certificate.parse(authority.issuing.certificate)
        question = ocsp.question(anna.parsed, issuer, nonce=b"nonce")
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{server.url}/ocsp", data=question) as response:
                fetched = ocsp.FetchedAnswer(data=await response.read(), fetched_at=now, nonce=b"nonce")
            assert ocsp.check(fetched, anna.parsed, issuer, trust=authority.trust(), at=now).revoked_at is None
            async with session.post(f"{server.url}/ocsp", data=b"what?") as response:
                with pytest.raises(ocsp.AnswerRefused):
                    ocsp.parse(await response.read())

    async def test_fails_as_real_ones_do(self, server: AuthorityServer, authority: Authority, now: datetime):
        path = "/crl/leaf.crl"
        server.behave(path, "dead")
        assert (await fetch(server.url + path))[0] == 503
        for behaviour, fault in (("garbage", ListFault.MALFORMED), ("lying", ListFault.ISSUER_UNKNOWN)):
            server.behave(path, behaviour)
            _, body, _ = await fetch(server.url + path)
            with pytest.raises(ListRefused) as caught:
                check_list(body, trust=authority.trust(), at=now, fetched_at=now)
            assert caught.value.code in {fault, ListFault.SIGNATURE_INVALID}
        server.behave(path, "slow")
        before = asyncio.get_running_loop().time()
        assert (await fetch(server.url + path))[0] == 200
        assert asyncio.get_running_loop().time() - before >= 0.05
        with pytest.raises(ValueError, match="lazy"):
            server.behave(path, "lazy")
