"""Sessions: refreshed with rotation, ended by reuse and by their holder, told to the gateway."""

import asyncio

import pytest


@pytest.fixture
async def tokens(auth, make_iin):
    iin = make_iin()
    await auth.register(iin)
    return (await auth.log_in(iin)).json() | {"iin": iin}


class TestRefresh:
    async def test_gives_a_new_pair_of_the_same_session(self, auth, tokens):
        answer = await auth.refresh(tokens["refresh_token"])
        assert answer.status_code == 200
        renewed = answer.json()
        assert renewed["refresh_token"] != tokens["refresh_token"]
        assert auth.session_of(renewed) == auth.session_of(tokens)
        assert renewed["acr"] == "password"

    async def test_ends_the_session_when_a_token_comes_twice(self, auth, tokens):
        renewed = (await auth.refresh(tokens["refresh_token"])).json()
        again = await auth.refresh(tokens["refresh_token"])
        assert (again.status_code, again.json()["code"], again.json()["process"]) == (400, "refresh-refused", 2)
        assert (await auth.refresh(renewed["refresh_token"])).status_code == 400
        assert (await auth.principal(renewed)).status_code == 404

    async def test_gives_one_of_eight_parallel_uses_a_pair_and_ends_the_session(self, auth, tokens):
        answers = await asyncio.gather(*(auth.refresh(tokens["refresh_token"]) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
        assert (await auth.principal(tokens)).status_code == 404

    async def test_is_refused_after_two_idle_hours(self, auth, tokens, later):
        later(hours=2)
        assert (await auth.refresh(tokens["refresh_token"])).status_code == 400

    async def test_does_not_carry_a_session_beyond_its_life(self, auth, tokens, later):
        token = tokens["refresh_token"]
        for _ in range(11):
            later(hours=1)
            token = (await auth.refresh(token)).json()["refresh_token"]
        later(minutes=61)
        assert (await auth.refresh(token)).status_code == 400
        assert (await auth.principal(tokens)).status_code == 404

    @pytest.mark.parametrize("token", ["x", "я" * 100, "a" * 4096])
    async def test_refuses_what_is_no_token(self, auth, token):
        assert (await auth.refresh(token)).json()["code"] == "refresh-refused"

    async def test_keeps_no_token_that_could_be_used(self, auth, tokens):
        [row] = await auth.rows(
            "SELECT count(*) FROM refresh_tokens WHERE encode(digest, 'escape') LIKE '%' || :token || '%'",
            token=tokens["refresh_token"],
        )
        assert row["count"] == 0


class TestRevoke:
    @pytest.mark.parametrize("name", ["refresh_token", "access_token"])
    async def test_ends_the_session_of_the_token(self, auth, tokens, name):
        answer = await auth.ask("POST", "/auth/revoke", json={"token": tokens[name]})
        assert (answer.status_code, answer.json()) == (200, {})
        assert (await auth.principal(tokens)).status_code == 404
        assert (await auth.refresh(tokens["refresh_token"])).status_code == 400

    @pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJhdXQtMCJ9."])
    async def test_answers_alike_for_what_is_no_token(self, auth, token):
        answer = await auth.ask("POST", "/auth/revoke", json={"token": token})
        assert (answer.status_code, answer.json()) == (200, {})

    async def test_ends_nobody_elses_session(self, auth, tokens):
        forged = tokens["access_token"].rpartition(".")[0] + "." + "A" * 86
        await auth.ask("POST", "/auth/revoke", json={"token": forged})
        assert (await auth.principal(tokens)).status_code == 200


class TestPrincipal:
    async def test_of_a_citizen(self, auth, tokens):
        shown = (await auth.principal(tokens)).json()
        assert shown.pop("account_id").startswith("aut-")
        assert shown == {
            "kind": "citizen",
            "session_id": auth.session_of(tokens),
            "iin": tokens["iin"],
            "acr": "password",
            "bin": None,
            "roles": [],
            "name": None,
            "language": "kk",
        }

    async def test_ends_with_the_session(self, auth, tokens, later):
        later(hours=12)
        gone = await auth.principal(tokens)
        assert (gone.status_code, gone.json()["code"]) == (404, "session-ended")

    @pytest.mark.parametrize("session", ["aut-" + "0" * 32, "x", "bkg-" + "0" * 32])
    async def test_is_not_found_for_no_session(self, auth, session):
        gone = await auth.ask("GET", f"/internal/sessions/{session}")
        assert (gone.status_code, gone.json()["code"]) == (404, "session-ended")

    async def test_is_gone_when_the_persons_key_is_destroyed(self, auth, make_iin):
        iin = make_iin()
        await auth.register(iin)
        tokens = (await auth.log_in(iin)).json()
        lookup = auth.platform.persons.keyed_hash("person", iin)
        [row] = await auth.rows("SELECT id FROM person_keys WHERE lookup = :lookup", lookup=lookup)
        async with auth.owner.transaction() as session:
            await auth.platform.persons.destroy(session, row["id"])
        assert (await auth.principal(tokens)).status_code == 404
