"""The register asked over REST: only an answer as it should be is one; everything else is `RegisterAway`."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web

from shared.applications.asking import RemoteRegister, remote_register
from shared.applications.register import Acting, RegisterAway, Requirement
from shared.applications.settings import ApplicationsSettings
from shared.personal import Iin
from shared.testing import FixedClock
from shared.testing.identities import bin_, iin
from shared.testing.programs import free_port
from shared.testing.small_server import serving
from shared.web import Actor, CallerKey, CallerKeys
from shared.web.client import ServiceClient

NOW = datetime(2026, 3, 16, 5, 0, tzinfo=UTC)
KEY = CallerKey.generate("booking")
KEYS = CallerKeys({"booking": KEY.key.public_key()})
GROWN = date(1980, 1, 1)
OWN = iin(birth=GROWN, number=3)
ACTOR = Actor(kind="staff", account_id="a", session_id="s", iin=OWN, acr="certificate", bin=bin_(number=1))
PATIENT, APPLICANT = Iin(iin(birth=date(2015, 6, 1), number=1)), Iin(iin(birth=GROWN, number=2))
REQUIREMENT = Requirement(iin=PATIENT, require="in-population-register", provider=bin_(number=1))
ACTING = Acting(applicant=APPLICANT, patient=PATIENT)
HOLDS = {"holds": True, "reason": None}
NAME = {"surname": "Оспанова", "given_name": "Айару", "patronymic": None}
MAY = {**HOLDS, "kind": "parent", "until": "2033-06-01", "patient": NAME}
MAY_NOT = {"holds": False, "reason": "revoked", "kind": None, "until": None, "patient": None}


class Register:
    """attachment-svc as far as it answers: with `status` and `body`, after `delay` seconds."""

    def __init__(self):
        self.port = free_port()
        self.asked = []
        self.status, self.body, self.delay = 200, HOLDS, 0.0

    async def answer(self, request):
        self.asked.append((request.path, await request.json(), request.headers["Authorization"]))
        await asyncio.sleep(self.delay)
        if isinstance(self.body, bytes):
            return web.Response(body=self.body, status=self.status, content_type="application/json")
        return web.json_response(self.body, status=self.status)

    def running(self):
        return serving(self.port, "/internal/register/{what}", self.answer)


@pytest.fixture
async def there():
    register = Register()
    async with register.running():
        yield register


@asynccontextmanager
async def asking(port, timeout=30.0):
    client = ServiceClient(
        "attachment", f"http://127.0.0.1:{port}", key=KEY, clock=FixedClock(NOW), timeout=timedelta(seconds=timeout)
    )
    async with client:
        yield RemoteRegister(client)


class TestARequirement:
    async def test_is_asked_in_the_body_for_the_acting_person(self, there):
        async with asking(there.port) as register:
            assert (await register.lacks(REQUIREMENT, ACTOR)).reason is None
        ((path, body, said),) = there.asked
        assert path == "/internal/register/preconditions"
        assert body == {"iin": PATIENT.value, "precondition": "in-population-register", "provider": bin_(number=1)}
        assertion = KEYS.verify(said.removeprefix("Bearer "), "attachment", now=NOW)
        assert (assertion.caller, assertion.person) == ("booking", ACTOR)

    async def test_lacks_for_the_reason_that_is_said(self, there):
        there.body = {"holds": False, "reason": "attached-elsewhere"}
        async with asking(there.port) as register:
            assert (await register.lacks(REQUIREMENT, ACTOR)).reason == "attached-elsewhere"

    @pytest.mark.parametrize(("status", "body"), [
        (200, b""), (200, b"<html>"), (200, b"null"), (200, {}), (200, {"holds": "perhaps", "reason": None}),
        (200, {"holds": True}), (200, {"holds": True, "reason": "dead"}), (200, {"holds": False, "reason": None}),
        (200, {"holds": False, "reason": "unlucky"}), (201, HOLDS), (204, b""), (302, HOLDS), (401, HOLDS),
        (403, HOLDS), (404, HOLDS), (422, HOLDS), (500, HOLDS), (502, HOLDS), (503, HOLDS), (504, HOLDS),
    ])  # fmt: skip
    async def test_is_not_guessed_from_anything_else(self, there, status, body):
        there.status, there.body = status, body
        async with asking(there.port) as register:
            with pytest.raises(RegisterAway) as away:
                await register.lacks(REQUIREMENT, ACTOR)
        assert int(away.value.headers["Retry-After"]) >= 1


class TestARightToAct:
    async def test_is_told_with_its_end_and_the_patients_name(self, there):
        there.body = MAY
        async with asking(there.port) as register:
            standing = await register.standing(ACTING, ACTOR)
        assert (standing.reason, standing.kind, standing.until) == (None, "parent", date(2033, 6, 1))
        assert standing.names == NAME
        assert there.asked[0][:2] == (
            "/internal/register/representation", {"applicant": APPLICANT.value, "patient": PATIENT.value},
        )  # fmt: skip

    async def test_is_refused_with_the_reason(self, there):
        there.body = MAY_NOT
        async with asking(there.port) as register:
            assert (await register.standing(ACTING, ACTOR)).reason == "revoked"

    @pytest.mark.parametrize("body", [
        HOLDS, {**MAY, "patient": None}, {**MAY, "kind": None}, {**MAY, "reason": "ended"}, {**MAY_NOT, "reason": None},
        {**MAY, "until": "soon"}, {**MAY_NOT, "kind": "parent", "patient": NAME},
    ])  # fmt: skip
    async def test_is_not_guessed_from_half_an_answer(self, there, body):
        there.body = body
        async with asking(there.port) as register:
            with pytest.raises(RegisterAway):
                await register.standing(ACTING, ACTOR)


class TestARegister:
    async def test_that_nobody_runs_is_away_and_soon_spared(self):
        async with asking(free_port()) as register:
            for _ in range(4):
                with pytest.raises(RegisterAway):
                    await register.lacks(REQUIREMENT, ACTOR)
            assert register._client.breaker.position.value == "open"

    async def test_that_is_slow_is_away(self, there):
        there.delay = 3600
        async with asking(there.port, timeout=0.2) as register:
            with pytest.raises(RegisterAway):
                await register.lacks(REQUIREMENT, ACTOR)

    @pytest.mark.parametrize("missing", ["address", "key"])
    async def test_that_is_not_configured_is_away(self, missing):
        url = None if missing == "address" else "http://127.0.0.1:1"
        settings = ApplicationsSettings(env="development", upstream_attachment=url)
        platform = SimpleNamespace(settings=settings, caller_key=None if missing == "key" else KEY)
        async with remote_register(platform) as register:
            for ask, question in ((register.lacks, REQUIREMENT), (register.standing, ACTING)):
                with pytest.raises(RegisterAway):
                    await ask(question, ACTOR)
