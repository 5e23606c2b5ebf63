"""Signing keys: announced before they sign, published as long as a token of theirs lives."""

import asyncio

import jwt
import pytest

from auth.keys.service import KeyKeeper, SigningKeys


@pytest.fixture
def keeper(auth):
    return KeyKeeper(auth.platform.persons, auth.platform.settings)


async def rotate(auth, keeper):
    async with auth.platform.database.transaction() as session:
        return await keeper.rotate(session, auth.clock.now())


async def published(auth):
    return [key["kid"] for key in (await auth.ask("GET", "/.well-known/jwks.json")).json()["keys"]]


async def signer(auth):
    token = await auth.platform.resources["keys"].sign({"sid": "aut-1"}, auth.clock.now())
    return jwt.get_unverified_header(token)["kid"]


class TestSigningKeys:
    async def test_are_made_once_by_processes_that_start_together(self, auth, keeper):
        processes = [SigningKeys(database=auth.platform.database, keeper=keeper) for _ in range(5)]
        found = await asyncio.gather(*(process.published(auth.clock.now()) for process in processes))
        assert len(set(found)) == 1
        assert len(found[0]) == 1

    async def test_announce_the_next_one_an_hour_before_it_signs(self, auth, keeper, later):
        [first] = await published(auth)
        later(days=30, minutes=-61)
        assert not await rotate(auth, keeper)
        later(minutes=2)
        assert await rotate(auth, keeper)
        assert not await rotate(auth, keeper)
        _, second = await published(auth)
        assert await signer(auth) == first
        later(hours=1)
        assert await signer(auth) == second

    async def test_stay_published_until_the_last_token_is_over(self, auth, keeper, later):
        [first] = await published(auth)
        later(days=30, minutes=-30)
        await rotate(auth, keeper)
        later(minutes=40)
        assert first in await published(auth)
        later(minutes=10)
        assert first not in await published(auth)

    async def test_are_made_anew_after_a_long_stop(self, auth, later):
        [first] = await published(auth)
        later(days=90)
        [second] = await published(auth)
        assert second != first
        assert await signer(auth) == second

    async def test_never_show_their_private_half(self, auth):
        answer = await auth.ask("GET", "/.well-known/jwks.json")
        [key] = answer.json()["keys"]
        assert set(key) == {"kty", "crv", "use", "alg", "kid", "x"}
        [row] = await auth.rows("SELECT private FROM signing_keys")
        assert len(row["private"]) > 32
        assert answer.headers["cache-control"] == "max-age=300"
