"""The keys of access tokens change while tokens live: known ones stay, new ones are asked for, and not too often."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.sessions.keys import AccessKeys
from shared.errors import ServiceAway
from shared.settings import ServiceSettings
from shared.testing.programs import free_port
from shared.web import Router, create_app
from shared.web.client import ServiceClient


class Published:
    """What auth-svc publishes, changed by the test; how often it was asked; and a watch that the test moves."""

    def __init__(self):
        self.keys: dict[str, dict[str, Any]] = {}
        self.asked, self.seconds = 0, 0.0

    def rotate(self, name, *, keep=()):
        public = Ed25519PrivateKey.generate().public_key()
        described = jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True) | {"kid": name, "alg": "EdDSA"}
        self.keys = {kept: self.keys[kept] for kept in keep} | {name: described}


@pytest.fixture
def published():
    return Published()


@pytest.fixture
async def auth(region, published, process):
    router = Router()

    @router.get("/.well-known/jwks.json")
    async def jwks() -> dict[str, Any]:
        published.asked += 1
        return {"keys": list(published.keys.values())}

    common = {"env": "development", "caller_keys": region.settings.caller_keys, "host": "127.0.0.1"}
    settings = ServiceSettings(**common, database_url=region.settings.database_url, pool_size=1, port=free_port())
    running = process(
        app=create_app(service="auth", settings=settings, routers=[router], guarded=False), settings=settings
    )
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def keys(region, auth, published):
    clock = region.processes["gateway"].app.state.platform.clock
    async with ServiceClient("auth", auth.url, key=region.gateway_key, clock=clock) as client:
        yield AccessKeys(client, monotonic=lambda: published.seconds)


class TestAccessKeys:
    async def test_are_asked_for_once_and_kept(self, keys, published):
        published.rotate("one")
        assert [await keys.find("one") for _ in range(3)] == [await keys.find("one")] * 3
        assert published.asked == 1

    async def test_are_found_when_a_new_one_signs(self, keys, published):
        published.rotate("one")
        old = await keys.find("one")
        published.rotate("two", keep=["one"])
        published.seconds += 6
        assert await keys.find("two") is not None
        assert (await keys.find("one")).public_bytes_raw() == old.public_bytes_raw()
        assert published.asked == 2

    async def test_leave_with_the_last_token(self, keys, published):
        published.rotate("one")
        assert await keys.find("one")
        published.rotate("two")
        published.seconds += 301
        assert await keys.find("one") is None

    async def test_are_not_asked_for_by_who_invents_ids(self, keys, published):
        published.rotate("one")
        for number in range(20):
            assert await keys.find(f"invented-{number}") is None
        assert published.asked == 1

    async def test_stay_in_use_while_auth_is_away(self, keys, published, auth):
        published.rotate("one")
        assert await keys.find("one")
        await auth.stop()
        published.seconds += 301
        assert await keys.find("one")

    async def test_are_needed_at_first(self, keys, auth):
        await auth.stop()
        with pytest.raises(ServiceAway):
            await keys.find("one")
