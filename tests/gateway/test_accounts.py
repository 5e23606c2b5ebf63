"""Condition 1 through the gateway: registration, login by password and by certificate, refresh, revocation."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from shared.pki.signing import sign

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class TestRegister:
    async def test_answers_alike_for_a_free_and_a_taken_iin(self, region, citizen):
        again = await region.register(citizen.iin)
        assert (again.status_code, again.json()) == (202, {"state": "received"})

    async def test_takes_a_signed_proof(self, region, citizen):
        answer = await region.register(citizen.iin, proof=await _proof(region, citizen))
        assert (answer.status_code, answer.json()["taken_over"]) == (201, True)

    async def test_refuses_the_proof_of_another_person_with_process_4_in_nobodys_cabinet(
        self, region, citizen, problem
    ):
        other = await region.citizen()
        proof = await _proof(region, citizen, key=other.holder.key)
        body = problem(await region.register(citizen.iin, proof=proof), 422, "iin-mismatch")
        assert (body["condition"], body["process"]) == (2, 4)
        assert body["notice"]
        for person in (citizen, other):
            assert (await person.ask("GET", "/notices")).json()["items"] == []

    async def test_refuses_a_proof_with_the_token_of_another_form(self, region, citizen, problem):
        proof = await _proof(region, citizen, token=await citizen.form_token())
        problem(await region.register(citizen.iin, proof=proof), 422, "form-token-for-another-purpose")

    @pytest.mark.parametrize(
        "more",
        [
            {"client_address": "192.0.2.1"},
            {"phone": "1"},
            {"language": "de"},
            {"iin": "1"},
            {"proof": {"document": "AA=="}},
        ],
    )
    async def test_refuses_members_that_are_wrong_or_not_the_publics(self, region, citizen, problem, more):
        problem(await region.register(**({"number": citizen.iin} | _renamed(more))), 422, "invalid-request")


def _renamed(more):
    return {("number" if name == "iin" else name): value for name, value in more.items()}


class TestLogIn:
    async def test_with_certificate_and_password_reads_the_iin_from_the_certificate(self, region, citizen):
        answer = await region.ask("POST", "/auth/token", data=await region.challenge(citizen.holder.key))
        assert answer.status_code == 200, answer.text
        assert (answer.json()["acr"], answer.json()["kind"]) == ("certificate", "citizen")
        assert answer.headers["cache-control"] == "no-store"

    async def test_refuses_a_wrong_password_with_process_2(self, region, citizen, problem):
        form = {"grant_type": "password", "username": citizen.iin, "password": "not the password 1"}
        body = problem(await region.ask("POST", "/auth/token", data=form), 400, "login-refused")
        assert (body["condition"], body["process"], body["error"]) == (1, 2, "invalid_grant")

    async def test_refuses_a_signature_over_another_challenge_and_uses_the_challenge_up(self, region, citizen, problem):
        one = await region.challenge(citizen.holder.key)
        other = await region.challenge(citizen.holder.key)
        mixed = one | {"signature": other["signature"]}
        body = problem(await region.ask("POST", "/auth/token", data=mixed), 400, "login-certificate-refused")
        assert (body["process"], body["certificate"]) == (2, "digest-mismatch")
        assert (await region.ask("POST", "/auth/token", data=one)).status_code == 400

    async def test_refuses_an_authentication_key_and_an_unknown_challenge(self, region, citizen, problem):
        holder = region.ca.citizen(
            iin=citizen.iin, surname="С", given_name="А", at=datetime.now(UTC), purpose="authentication"
        )
        form = await region.challenge(holder.key)
        body = problem(await region.ask("POST", "/auth/token", data=form), 400, "login-certificate-refused")
        assert body["certificate"] == "authentication-key"
        form = await region.challenge(citizen.holder.key) | {"challenge_id": f"aut-{uuid4().hex}"}
        body = problem(await region.ask("POST", "/auth/token", data=form), 400, "login-certificate-refused")
        assert body["process"] == 2

    async def test_refreshes(self, region, citizen):
        form = {"grant_type": "refresh_token", "refresh_token": citizen.tokens["refresh_token"]}
        answer = await region.ask("POST", "/auth/token", data=form)
        assert answer.status_code == 200
        assert answer.json()["access_token"] != citizen.token

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"grant_type=client_credentials", "unsupported_grant_type"),
            (b"grant_type=password&username=1", "invalid_request"),
            (b"grant_type=password&password=a&password=b", "invalid_request"),
            (b"grant_type=password&password=a&challenge_id=aut-1", "invalid_request"),
            (b"grant_type=refresh_token", "invalid_request"),
            (b"username=%ff&grant_type=password&password=x", "invalid_request"),
            (b"&".join(b"a%d=1" % n for n in range(50)), "invalid_request"),
        ],
    )
    async def test_refuses_a_form_that_is_no_token_request(self, region, problem, content, error):
        answer = await region.ask("POST", "/auth/token", content=content, headers=FORM)
        assert problem(answer, 400, "token-request-invalid")["error"] == error

    async def test_refuses_json_and_nothing(self, region, problem):
        problem(await region.ask("POST", "/auth/token", json={}), 415, "unsupported-media-type")
        problem(await region.ask("POST", "/auth/token", content=b"", headers=FORM), 400, "empty-body")


class TestSessions:
    async def test_end_when_the_token_is_revoked(self, region, citizen, problem):
        assert (await citizen.ask("GET", "/applications")).status_code == 200
        answer = await region.ask("POST", "/auth/revoke", data={"token": citizen.token})
        assert answer.status_code == 200
        problem(await citizen.ask("GET", "/applications"), 401, "session-ended")

    @pytest.mark.parametrize("token", [None, "x", "a.b.c", "x" * 5000])
    async def test_need_an_access_token_of_ours(self, region, problem, token):
        answer = await region.ask("GET", "/applications", token=token)
        problem(answer, 401, "access-token-invalid" if token else "access-token-missing")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_refuse_a_token_that_another_key_signed(self, region, citizen, problem):
        import jwt
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        header = jwt.get_unverified_header(citizen.token)
        claims = jwt.decode(citizen.token, options={"verify_signature": False})
        forged = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": header["kid"]})
        problem(await region.ask("GET", "/applications", token=forged), 401, "access-token-invalid")
        unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": header["kid"]})
        problem(await region.ask("GET", "/applications", token=unsigned), 401, "access-token-invalid")

    async def test_refuse_a_token_that_is_over(self, region, citizen, problem):
        platform = region.processes["gateway"].app.state.platform
        from gateway.sessions.errors import AccessTokenExpired

        tokens = platform.resources["entrance"].tokens
        with pytest.raises(AccessTokenExpired):
            await tokens.read(citizen.token, now=datetime.now(UTC) + timedelta(minutes=11))

    async def test_cannot_be_known_while_auth_is_away(self, region, citizen, problem):
        import asyncio

        assert (await citizen.ask("GET", "/applications")).status_code == 200
        await region.processes["auth"].stop()
        try:
            await asyncio.sleep(0.4)
            answer = await citizen.ask("GET", "/applications")
            problem(answer, 503, "service-away")
            assert int(answer.headers["retry-after"]) > 0
        finally:
            await region.processes["auth"].start()
        for _ in range(40):
            if (await citizen.ask("GET", "/applications")).status_code == 200:
                return
            await asyncio.sleep(0.2)
        raise AssertionError("the gateway does not find auth-svc again")

    async def test_keys_are_published(self, region):
        for path in ("/.well-known/jwks.json", "/api/v1/.well-known/jwks.json"):
            answer = await region.client.get(path)
            assert answer.json()["keys"][0]["crv"] == "Ed25519"


async def _proof(region, citizen, *, key=None, token=None):
    document = orjson.dumps({
        "purpose": "registration", "audience": "shlyuz", "request_id": str(uuid4()), "applicant": {"iin": citizen.iin},
        "form_token": token or await citizen.form_token("/forms/registration"),
    })  # fmt: skip
    signature = sign(document, key or citizen.holder.key, at=datetime.now(UTC))
    return {"document": base64.b64encode(document).decode(), "signature": base64.b64encode(signature).decode()}
