"""Process 1 and condition 1; process 2 when it fails (akmola 8(2)-(4), zhambyl 11(2)-(4))."""

import asyncio
import statistics
import time
from datetime import timedelta

import jwt
import pytest

from auth.passwords.hashing import Cost, PasswordHashing

WRONG = "мүлде басқа сөз"


def alike(answer):
    """The body without the number of its notice and the request's id."""
    return {name: value for name, value in answer.json().items() if name not in {"notice", "request_id"}}


@pytest.fixture
async def citizen(auth, make_iin):
    iin = make_iin()
    assert (await auth.register(iin)).status_code == 202
    return iin


class TestLogInWithPassword:
    async def test_gives_tokens_of_the_assurance_password(self, auth, citizen):
        answer = await auth.log_in(citizen)
        assert answer.status_code == 200
        body = answer.json()
        assert {name: body[name] for name in ("token_type", "expires_in", "acr", "kind")} == {
            "token_type": "Bearer",
            "expires_in": 600,
            "acr": "password",
            "kind": "citizen",
        }
        assert answer.headers["cache-control"] == "no-store"

    async def test_signs_a_token_without_personal_data(self, auth, citizen):
        body = (await auth.log_in(citizen)).json()
        [key] = (await auth.ask("GET", "/.well-known/jwks.json")).json()["keys"]
        claims = jwt.decode(
            body["access_token"],
            jwt.PyJWK(key),
            algorithms=["EdDSA"],
            options={"verify_exp": False, "verify_iat": False},
        )
        assert set(claims) == {"iss", "sub", "sid", "kind", "acr", "iat", "exp", "jti"}
        assert claims["exp"] - claims["iat"] == 600
        assert citizen not in str(claims)

    async def test_keeps_the_assurance_password_for_who_registered_with_a_proof(self, auth, make_iin, make_proof):
        """What this login showed counts: akmola asks for the certificate at each login (8(1)-(2))."""
        iin = make_iin()
        await auth.register(iin, proof=make_proof(iin))
        assert (await auth.log_in(iin)).json()["acr"] == "password"

    async def test_takes_another_way_of_typing_the_same_letters(self, auth, make_iin):
        iin = make_iin()
        await auth.register(iin, "caf\u00e9 au lait 1")
        assert (await auth.log_in(iin, "cafe\u0301 au lait 1")).status_code == 200

    async def test_hashes_anew_when_the_cost_was_raised(self, auth, citizen):
        old = await auth.rows("SELECT id, password_hash FROM citizens ORDER BY registered_at DESC, id DESC LIMIT 1")
        dearer = PasswordHashing(Cost(memory_kib=2048, rounds=1, workers=1, queue=1))
        auth.platform.resources["passwords"] = dearer
        assert (await auth.log_in(citizen)).status_code == 200
        [new] = await auth.rows("SELECT password_hash FROM citizens WHERE id = :id", id=old[0]["id"])
        assert "m=2048" in new["password_hash"]
        assert (await auth.log_in(citizen)).status_code == 200
        dearer.close()


class TestLogInWithCertificate:
    async def test_gives_a_citizen_the_assurance_certificate(self, auth, citizen):
        answer = await auth.log_in_with_certificate(citizen)
        assert (answer.status_code, answer.json()["acr"], answer.json()["kind"]) == (200, "certificate", "citizen")

    async def test_takes_the_iin_from_the_certificate_and_an_equal_username_besides(self, auth, citizen):
        assert (await auth.log_in_with_certificate(citizen, username=citizen)).status_code == 200

    async def test_refuses_the_username_of_another_person(self, auth, citizen, make_iin):
        other = make_iin()
        await auth.register(other)
        refused = await auth.log_in_with_certificate(citizen, username=other)
        assert (refused.status_code, refused.json()["code"]) == (400, "login-refused")

    async def test_still_asks_for_the_password(self, auth, citizen):
        assert (await auth.log_in_with_certificate(citizen, WRONG)).status_code == 400

    async def test_uses_up_a_challenge_also_when_the_password_is_wrong(self, auth, citizen):
        challenge = await auth.challenge()
        assert (await auth.log_in_with_certificate(citizen, WRONG, challenge=challenge)).status_code == 400
        assert (await auth.log_in_with_certificate(citizen, challenge=challenge)).status_code == 400
        assert (await auth.ask("GET", f"/internal/challenges/{challenge}")).status_code == 404

    async def test_lets_one_of_ten_parallel_uses_of_a_challenge_in(self, auth, citizen):
        challenge = await auth.challenge()
        logins = (auth.log_in_with_certificate(citizen, challenge=challenge) for _ in range(10))
        answers = await asyncio.gather(*logins)
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9

    async def test_refuses_a_challenge_after_five_minutes(self, auth, citizen, later):
        challenge = await auth.challenge()
        later(minutes=5)
        assert (await auth.log_in_with_certificate(citizen, challenge=challenge)).status_code == 400

    @pytest.mark.parametrize("challenge", ["aut-" + "0" * 32, "bkg-" + "0" * 32, "nonsense"])
    async def test_refuses_a_challenge_that_was_never_given(self, auth, citizen, challenge):
        assert (await auth.log_in_with_certificate(citizen, challenge=challenge)).status_code == 400

    async def test_tells_why_the_certificate_was_refused_and_uses_up_the_challenge(self, auth, citizen):
        challenge = await auth.challenge()
        refused = await auth.log_in(citizen, challenge_id=challenge, certificate_refused="certificate-revoked")
        body = refused.json()
        assert (refused.status_code, body["code"]) == (400, "login-certificate-refused")
        assert (body["certificate"], body["process"], body["error"]) == ("certificate-revoked", 2, "invalid_grant")
        assert (await auth.log_in_with_certificate(citizen, challenge=challenge)).status_code == 400


class TestRefuse:
    async def test_is_process_2_of_condition_1_with_a_number_and_oauths_word(self, auth, citizen):
        refused = await auth.log_in(citizen, WRONG)
        body = refused.json()
        assert refused.status_code == 400
        assert (body["code"], body["condition"], body["process"]) == ("login-refused", 1, 2)
        assert body["error"] == "invalid_grant"
        [record] = await auth.rows("SELECT * FROM audit_records ORDER BY number DESC LIMIT 1")
        assert body["notice"] == f"2-{record['number']:08d}"
        assert (record["process"], record["facts"]["why"]) == (2, "wrong-password")
        assert set(record["notice"]) == {"kk", "ru", "en"}

    @pytest.mark.parametrize(
        ("language", "title"),
        [("kk", "Авторизациядан бас тартылды"), ("ru", "В авторизации отказано"), ("en", "You could not be logged in")],
    )
    async def test_speaks_three_languages(self, auth, citizen, language, title):
        body = {"grant_type": "password", "username": citizen, "password": WRONG}
        refused = await auth.ask("POST", "/auth/token", json=body, language=language)
        assert refused.json()["title"] == title

    async def test_answers_unknown_wrong_and_paused_alike(self, auth, citizen, make_iin):
        wrong = await auth.log_in(citizen, WRONG)
        unknown = await auth.log_in(make_iin(), WRONG)
        no_number = await auth.log_in("no number", WRONG)
        for _ in range(6):
            await auth.log_in(citizen, WRONG)
        paused = await auth.log_in(citizen)
        assert alike(wrong) == alike(unknown) == alike(no_number) == alike(paused)
        assert {answer.status_code for answer in (wrong, unknown, no_number, paused)} == {400}

    async def test_takes_as_long_for_an_unknown_account(self, auth, citizen, make_iin, usual_cost):
        assert (await auth.log_in(citizen)).status_code == 200  # its hash is made anew at today's cost
        times: dict[str, list[float]] = {"wrong": [], "unknown": []}
        for turn in range(12):
            for name, iin in (("wrong", citizen), ("unknown", make_iin())):
                began = time.perf_counter()
                await auth.log_in(iin, WRONG, f"198.51.100.{turn}")
                times[name].append(time.perf_counter() - began)
        wrong, unknown = (statistics.median(each) for each in times.values())
        assert abs(wrong - unknown) < 0.3 * max(wrong, unknown)

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
            ({"grant_type": "password", "username": "1"}, "invalid_request"),
            ({"grant_type": "password", "password": "1"}, "invalid_request"),
            ({"grant_type": "password", "username": "1", "password": "1", "challenge_id": "1"}, "invalid_request"),
            ({"grant_type": "password", "username": "1", "password": "1", "refresh_token": "1"}, "invalid_request"),
            (
                {"grant_type": "password", "username": "1", "password": "1", "certificate_refused": "x"},
                "invalid_request",
            ),
            ({"grant_type": "refresh_token"}, "invalid_request"),
            ({"grant_type": "refresh_token", "refresh_token": "1", "password": "1"}, "invalid_request"),
        ],
        ids=str,
    )
    async def test_names_a_request_that_makes_no_grant(self, auth, body, error):
        refused = await auth.ask("POST", "/auth/token", json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "token-request-invalid")
        assert refused.json()["error"] == error

    @pytest.mark.parametrize("body", [{}, {"grant_type": 1}, {"grant_type": "password", "scope": "all"}], ids=str)
    async def test_names_fields_that_are_wrong(self, auth, body):
        refused = await auth.ask("POST", "/auth/token", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")

    async def test_says_503_when_too_many_wait(self, auth, citizen):
        full = PasswordHashing(Cost(memory_kib=1024, rounds=60, workers=1, queue=1))
        auth.platform.resources["passwords"] = full
        answers = await asyncio.gather(*(auth.log_in(citizen) for _ in range(6)))
        busy = [answer for answer in answers if answer.status_code == 503]
        assert busy
        assert {answer.status_code for answer in answers} == {200, 503}
        assert {answer.json()["code"] for answer in busy} == {"passwords-busy"}
        assert busy[0].headers["retry-after"] == "2"
        full.close()


class TestPause:
    async def test_begins_with_the_fifth_failure_and_grows(self, auth, citizen, later):
        for _ in range(5):
            await auth.log_in(citizen, WRONG)
        assert (await auth.log_in(citizen)).status_code == 400
        later(seconds=31)
        await auth.log_in(citizen, WRONG)
        later(seconds=31)
        assert (await auth.log_in(citizen)).status_code == 400
        later(seconds=30)
        assert (await auth.log_in(citizen)).status_code == 200

    async def test_never_grows_beyond_its_longest(self, auth, citizen, later):
        for _ in range(40):
            await auth.log_in(citizen, WRONG)
            later(minutes=15)
        [longest] = await auth.rows("SELECT max(locked_until - last_failed_at) AS pause FROM login_failures")
        assert longest["pause"] == timedelta(minutes=15)

    async def test_is_forgotten_after_a_success(self, auth, citizen):
        for _ in range(3):
            for _ in range(4):
                await auth.log_in(citizen, WRONG)
            assert (await auth.log_in(citizen)).status_code == 200

    async def test_counts_parallel_guesses_each(self, auth, citizen):
        await asyncio.gather(*(auth.log_in(citizen, WRONG, f"203.0.113.{turn}") for turn in range(30)))
        granted = await auth.log_in(citizen)
        assert granted.status_code == 400
        refused = await auth.rows(
            "SELECT facts->>'why' AS why, count(*) FROM audit_records WHERE at = :at AND deed = 'login-refused'"
            " GROUP BY 1 ORDER BY 1",
            at=auth.clock.now(),
        )
        assert {row["why"] for row in refused} >= {"locked", "wrong-password"}

    async def test_also_stops_guesses_at_unknown_accounts(self, auth, make_iin):
        iin = make_iin()
        for _ in range(6):
            await auth.log_in(iin, WRONG)
        await auth.register(iin)
        assert (await auth.log_in(iin)).status_code == 400

    async def test_stops_an_address_that_guesses_at_many_accounts(self, auth, citizen, make_iin, later):
        for _ in range(50):
            await auth.log_in(make_iin(), WRONG, "203.0.113.200")
        assert (await auth.log_in(citizen, address="203.0.113.200")).status_code == 400
        assert (await auth.log_in(citizen, address="203.0.113.201")).status_code == 200
        later(seconds=31)
        assert (await auth.log_in(citizen, address="203.0.113.200")).status_code == 200

    async def test_of_the_password_does_not_keep_out_who_holds_the_certificate(self, auth, citizen):
        for _ in range(6):
            await auth.log_in(citizen, WRONG)
        assert (await auth.log_in_with_certificate(citizen)).status_code == 200

    async def test_cannot_be_caused_by_a_strangers_signature(self, auth, citizen):
        for turn in range(8):
            await auth.log_in(
                citizen,
                WRONG,
                f"203.0.113.{turn}",
                challenge_id=await auth.challenge(),
                certificate_refused="signature-invalid",
            )
        assert (await auth.log_in_with_certificate(citizen)).status_code == 200
        assert (await auth.log_in(citizen)).status_code == 200


class TestChallenge:
    async def test_is_a_login_document_of_five_minutes(self, auth):
        given = (await auth.ask("POST", "/auth/challenge", json={})).json()
        shown = await auth.ask("GET", f"/internal/challenges/{given['challenge_id']}")
        document = shown.json()
        assert (document["purpose"], document["audience"]) == ("login", "shlyuz")
        assert document["challenge_id"] == given["challenge_id"]
        assert document["expires_at"] == given["expires_at"] == "2026-03-02T09:05:00Z"
        assert len(document["nonce"]) >= 43

    async def test_is_shown_as_the_bytes_that_were_given(self, auth):
        from base64 import b64decode

        given = (await auth.ask("POST", "/auth/challenge", json={})).json()
        shown = await auth.ask("GET", f"/internal/challenges/{given['challenge_id']}")
        assert shown.content == b64decode(given["document"])

    async def test_is_gone_when_it_is_over(self, auth, later):
        given = (await auth.ask("POST", "/auth/challenge", json={})).json()
        later(minutes=5)
        gone = await auth.ask("GET", f"/internal/challenges/{given['challenge_id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "challenge-not-found")
