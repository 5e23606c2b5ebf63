"""Condition 1 and what a login is worth: process 1 or process 2, assurance, and whose an IIN is."""

import asyncio
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.pki.signing import sign
from shlyuz.demo.api import request_id
from shlyuz.demo.portal import Portal
from shlyuz.demo.report import Differs
from shlyuz.demo.walks import refused

WITH_CERTIFICATE = pytest.mark.parametrize("with_certificate", [True, False], ids=["akmola's way", "zhambyl's way"])


class TestALogin:
    @WITH_CERTIFICATE
    async def test_with_a_wrong_password_is_refused_by_process_2(self, town, problem, with_certificate):
        """Akmola booking 8(3)-(4), zhambyl booking 11(3)-(4)."""
        portal = town.newcomer()
        await portal.register(with_certificate=with_certificate)
        said = await problem(
            portal, lambda: portal.log_in(with_certificate=with_certificate, password="wrong"), 400, "login-refused"
        )
        assert (said["condition"], said["process"], said["error"]) == (1, 2, "invalid_grant")
        assert said["notice"]

    @WITH_CERTIFICATE
    async def test_of_someone_unknown_is_refused_alike(self, town, problem, with_certificate):
        portal = town.newcomer()
        said = await problem(portal, lambda: portal.log_in(with_certificate=with_certificate), 400, "login-refused")
        assert (said["condition"], said["process"]) == (1, 2)

    async def test_with_the_authentication_key_is_refused(self, town, problem):
        portal = town.newcomer()
        await portal.register(with_certificate=True)
        other = Portal(portal.api, replace(portal.person, key=town.key_of(portal, purpose="authentication")))
        said = await problem(other, lambda: other.log_in(with_certificate=True), 400, "login-certificate-refused")
        assert (said["certificate"], said["process"]) == ("authentication-key", 2)

    async def test_uses_a_challenge_once(self, town):
        portal = town.newcomer()
        await portal.register(with_certificate=True)
        challenge = await portal.api.post("/auth/challenge", {})
        signature = sign(b64decode(challenge["document"]), portal.person.key, at=datetime.now(UTC))
        form = {"username": "", "password": portal.person.password, "challenge_id": challenge["challenge_id"],
                "signature": b64encode(signature).decode()}  # fmt: skip
        assert (await portal.api.log_in(**form))["acr"] == "certificate"
        again = await refused(portal.api.log_in(**form))
        assert (again.status, again.problem["process"]) == (400, 2)

    @WITH_CERTIFICATE
    async def test_is_worth_what_it_showed(self, town, with_certificate):
        portal = town.newcomer()
        await portal.register(with_certificate=True)
        answer = await portal.log_in(with_certificate=with_certificate)
        assert answer["acr"] == ("certificate" if with_certificate else "password")
        assert (answer["kind"], answer["token_type"]) == ("citizen", "Bearer")


class TestTheRightfulPerson:
    @pytest.fixture
    async def impostor(self, town):
        """Registered first, with somebody else's IIN, as anyone can without a certificate, and logged in."""
        rightful = town.newcomer()
        person = replace(rightful.person, password="мен сол адаммын дедім")
        portal = town.portal(person)
        await portal.register(with_certificate=False)
        tokens = await portal.log_in(with_certificate=False)
        return rightful, portal, tokens

    async def test_takes_the_iin_over_with_a_signed_proof(self, town, impostor):
        rightful, false, tokens = impostor
        await false.api.get("/applications")
        taken = await rightful.register(with_certificate=True)
        assert (taken["acr"], taken["taken_over"]) == ("certificate", True)
        await self._ended(false)
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        for attempt in (
            false.api.request("POST", "/auth/token", data=refresh),
            false.log_in(with_certificate=False),
        ):
            assert (await refused(attempt)).problem["process"] == 2
        assert (await rightful.log_in(with_certificate=True))["acr"] == "certificate"

    async def _ended(self, portal):
        async with asyncio.timeout(60):
            while True:
                with suppress(Differs):
                    refusal = await refused(portal.api.get("/applications"))
                    break
                await asyncio.sleep(0.2)
        assert (refusal.status, refusal.code) == (401, "session-ended")

    async def test_keeps_the_iin_against_who_has_no_proof(self, town, impostor):
        rightful, false, _ = impostor
        await rightful.register(with_certificate=True)
        assert await false.register(with_certificate=False) == {"state": "received"}  # as for a free IIN
        assert (await refused(false.log_in(with_certificate=False))).code == "login-refused"
        await rightful.log_in(with_certificate=True)

    async def test_cannot_be_replaced_by_another_persons_proof(self, town, problem):
        portal, other = town.newcomer(), town.newcomer()
        form = await portal.api.get("/forms/registration")
        proof = other.sign(
            {"purpose": "registration", "audience": "shlyuz", "request_id": request_id(),
             "applicant": {"iin": portal.person.iin}, "form_token": form["form_token"]}
        )  # fmt: skip
        body = {"iin": portal.person.iin, "password": portal.person.password, "phone": "+77011234567",
                "language": "kk", "proof": proof}  # fmt: skip
        said = await problem(portal, lambda: portal.api.post("/users", body), 422, "iin-mismatch")
        assert said["process"] == 4
        assert (await refused(portal.log_in(with_certificate=False))).code == "login-refused"


class TestAWeakLogin:
    """`acr` is what the login showed: password or certificate."""

    async def test_cannot_apply_where_the_region_wants_a_certificate(self, town, citizen, problem):
        strong = await town.citizen("akmola")
        document = await town.document(strong, "akmola")
        weak = Portal(strong.api, strong.person)
        await weak.log_in(with_certificate=False)
        signed = weak.sign(document)
        await problem(weak, lambda: weak.apply(signed), 403, "stronger-login-needed")
        await weak.log_in(with_certificate=True)
        assert (await weak.apply(signed))["number"]

    async def test_does_not_see_what_a_strong_one_filed(self, town):
        portal = await town.citizen("akmola")
        receipt = await town.file(portal, "akmola")
        await portal.log_in(with_certificate=False)
        assert (await portal.api.get("/applications"))["items"] == []
        assert (await refused(portal.api.get(f"/applications/{receipt['id']}"))).status == 404

    async def test_sees_what_it_filed_itself(self, town, citizen):
        receipt = await town.file(citizen)
        assert [each["id"] for each in (await citizen.api.get("/applications"))["items"]] == [receipt["id"]]


class TestADoor:
    @pytest.mark.parametrize("path", ["/applications", "/notices", "/access-log", "/tasks", "/workstation/events"])
    async def test_is_shut_without_a_login(self, town, problem, path):
        stranger = town.newcomer()
        await problem(stranger, lambda: stranger.api.get(path), 401, "access-token-missing")

    async def test_is_shut_to_a_forged_token(self, town, citizen, problem):
        header, claims, mac = citizen.api.token.split(".")
        citizen.api.token = ".".join((header, claims, mac[:-4] + ("AAAA" if mac[-4:] != "AAAA" else "BBBB")))
        await problem(citizen, lambda: citizen.api.get("/applications"), 401, "access-token-invalid")

    async def test_of_the_workstation_is_shut_to_citizens(self, citizen, problem):
        await problem(citizen, lambda: citizen.api.get("/tasks"), 403, "staff-only")

    async def test_of_the_portal_is_shut_to_staff(self, town, problem):
        workstation = await town.workstation("zhambyl")
        send = lambda: workstation.api.post("/applications", {"document": "AA==", "signature": "AA=="})  # noqa: E731 - sent thrice
        await problem(workstation, send, 403, "citizens-only")
