"""Registration: with a proof (akmola 8(1)), or with IIN and password (zhambyl 11(1))."""

import asyncio
import statistics
import time

import pytest

from auth.passwords.hashing import PasswordHashing

OTHER = "басқа құпия сөз 99"


class TestRegister:
    async def test_answers_202_for_a_free_iin(self, auth, make_iin):
        answer = await auth.register(make_iin())
        assert answer.status_code == 202
        assert answer.json() == {"state": "received"}

    async def test_answers_a_taken_iin_alike_and_changes_nothing(self, auth, make_iin):
        iin = make_iin()
        first = await auth.register(iin)
        second = await auth.register(iin, OTHER)
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert (await auth.log_in(iin)).status_code == 200
        assert (await auth.log_in(iin, OTHER)).status_code == 400

    async def test_does_the_same_work_for_a_free_and_a_taken_iin(self, auth, make_iin, monkeypatch):
        hashed = []
        original = PasswordHashing.hash

        async def counting(self, password):
            hashed.append(password)
            return await original(self, password)

        monkeypatch.setattr(PasswordHashing, "hash", counting)
        iin = make_iin()
        await auth.register(iin)
        await auth.register(iin)
        assert len(hashed) == 2
        records = await auth.rows("SELECT deed FROM audit_records ORDER BY number DESC LIMIT 2")
        assert [record["deed"] for record in records] == ["registration-asked"] * 2

    async def test_takes_as_long_for_a_taken_iin_as_for_a_free_one(self, auth, make_iin, usual_cost):
        taken = make_iin()
        await auth.register(taken)
        times: dict[str, list[float]] = {"free": [], "taken": []}
        for _ in range(12):
            for name, iin in (("free", make_iin()), ("taken", taken)):
                began = time.perf_counter()
                await auth.register(iin)
                times[name].append(time.perf_counter() - began)
        free, again = (statistics.median(times[name]) for name in ("free", "taken"))
        assert abs(free - again) < 0.3 * max(free, again)

    async def test_makes_one_account_of_twenty_parallel_registrations(self, auth, make_iin):
        iin = make_iin()
        answers = await asyncio.gather(*(auth.register(iin, f"{OTHER} {turn}") for turn in range(20)))
        assert {answer.status_code for answer in answers} == {202}
        logins = await asyncio.gather(*(auth.log_in(iin, f"{OTHER} {turn}", f"192.0.2.{turn}") for turn in range(4)))
        count = await auth.rows(
            "SELECT count(*) FROM citizens JOIN person_keys ON person_keys.id = person_id WHERE lookup = :lookup",
            lookup=auth.platform.persons.keyed_hash("person", iin),
        )
        assert count == [{"count": 1}]
        assert [answer.status_code for answer in logins].count(200) <= 1

    async def test_keeps_nothing_that_can_be_read_without_the_key(self, auth, make_iin, make_proof):
        iin = make_iin()
        await auth.register(iin, proof=make_proof(iin))
        for table in ("citizens", "registration_proofs", "audit_records", "person_keys", "sessions", "login_failures"):
            stored = await auth.rows(f"SELECT {table}::text AS line FROM {table}")  # noqa: S608 - names of this test
            hexed = iin.encode().hex()
            assert not [
                row for row in stored if iin in row["line"] or hexed in row["line"] or "77011234567" in row["line"]
            ]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"iin": "850103400001"}, "iin-invalid"),
            ({"iin": "not a number"}, "iin-invalid"),
            ({"password": "short"}, "password-too-weak"),
            ({"password": "Password123!"}, "password-too-weak"),
            ({"password": "qwertyuiop"}, "password-too-weak"),
            ({"password": "aaaabbbb"}, "password-too-weak"),
            ({"password": "я" * 300}, "password-too-weak"),
            ({"password": ""}, "invalid-request"),
            ({"phone": "8 701 123"}, "invalid-request"),
            ({"language": "de"}, "invalid-request"),
            ({"is_admin": True}, "invalid-request"),
            ({"proof": {"document": "!", "signature": "", "evidence": {}}}, "invalid-request"),
        ],
        ids=lambda value: str(value)[:30],
    )
    async def test_refuses(self, auth, make_iin, change, code):
        answer = await auth.register(**{"iin": make_iin(), **change})
        assert answer.status_code == 422
        assert answer.json()["code"] == code

    async def test_refuses_the_iin_as_password(self, auth, make_iin):
        iin = make_iin()
        answer = await auth.register(iin, iin)
        assert answer.json()["reason"] == "is-iin"

    async def test_never_repeats_what_was_wrong(self, auth, make_iin):
        answer = await auth.register(make_iin(), "very secret words", phone="+7 secret phone")
        assert "secret" not in answer.text

    async def test_lets_no_one_in_but_the_gateway(self, auth):
        assert (await auth.client.post("/users", json={})).status_code == 401


class TestRegisterWithProof:
    async def test_answers_201(self, auth, make_iin, make_proof):
        iin = make_iin()
        answer = await auth.register(iin, proof=make_proof(iin))
        assert answer.status_code == 201
        assert answer.json()["acr"] == "certificate"
        assert answer.json()["taken_over"] is False
        assert answer.json()["account_id"].startswith("aut-")

    async def test_takes_over_an_iin_that_someone_else_registered_and_ends_his_sessions(
        self, auth, make_iin, make_proof
    ):
        iin = make_iin()
        await auth.register(iin, OTHER)
        strangers = [(await auth.log_in(iin, OTHER)).json() for _ in range(3)]
        answer = await auth.register(iin, proof=make_proof(iin))
        assert (answer.status_code, answer.json()["taken_over"]) == (201, True)
        for tokens in strangers:
            assert (await auth.principal(tokens)).status_code == 404
            assert (await auth.refresh(tokens["refresh_token"])).status_code == 400
        assert (await auth.log_in(iin, OTHER)).status_code == 400
        assert (await auth.log_in(iin)).status_code == 200

    async def test_lets_no_session_slip_through_a_takeover(self, auth, make_iin, make_proof):
        iin = make_iin()
        await auth.register(iin, OTHER)
        logins = [auth.log_in(iin, OTHER, f"198.51.100.{turn}") for turn in range(12)]
        answers = await asyncio.gather(*logins[:6], auth.register(iin, proof=make_proof(iin)), *logins[6:])
        granted = [answer.json() for answer in answers if answer.status_code == 200]
        for tokens in granted:
            assert (await auth.principal(tokens)).status_code == 404

    async def test_frees_the_account_from_the_pause_that_guessers_caused(self, auth, make_iin, make_proof):
        iin = make_iin()
        for _ in range(6):
            await auth.log_in(iin, OTHER)
        await auth.register(iin, proof=make_proof(iin))
        assert (await auth.log_in(iin)).status_code == 200

    async def test_takes_a_document_once(self, auth, make_iin, make_proof):
        """Else whoever sees a proof could set a password of his own with it."""
        iin = make_iin()
        seen = make_proof(iin)
        answers = await asyncio.gather(*(auth.register(iin, f"{OTHER} {turn}", proof=seen) for turn in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"proof-already-used"}

    async def test_refuses_the_proof_of_another_person(self, auth, make_iin, make_proof):
        iin = make_iin()
        answer = await auth.register(iin, proof=make_proof(make_iin()))
        assert (answer.status_code, answer.json()["code"]) == (422, "proof-other-person")

    async def test_refuses_a_document_that_another_person_signed(self, auth, make_iin, make_proof):
        iin = make_iin()
        mixed = make_proof(iin)
        mixed["evidence"]["verdict"]["signer"]["iin"] = make_iin()
        answer = await auth.register(iin, proof=mixed)
        assert answer.json()["code"] == "proof-other-person"

    async def test_refuses_a_verdict_that_is_not_valid(self, auth, make_iin, make_proof):
        iin = make_iin()
        doubtful = make_proof(iin)
        doubtful["evidence"]["verdict"]["value"] = "unknown"
        assert (await auth.register(iin, proof=doubtful)).json()["code"] == "invalid-request"

    @pytest.mark.parametrize(
        "document", [b"{}", b"[]", b"\xff", b'{"purpose":"application"}', b'{"a":1,"a":2}'], ids=repr
    )
    async def test_refuses_a_document_for_another_purpose(self, auth, make_iin, make_proof, document):
        iin = make_iin()
        answer = await auth.register(iin, proof=make_proof(iin, document))
        assert (answer.status_code, answer.json()["code"]) == (422, "proof-not-readable")
        assert answer.json()["reason"].startswith("document-")

    async def test_keeps_the_evidence_whole_and_sealed(self, auth, make_iin, make_proof):
        iin = make_iin()
        given = make_proof(iin)
        await auth.register(iin, proof=given)
        persons = auth.platform.persons
        [row] = await auth.rows(
            "SELECT p.* FROM registration_proofs p JOIN person_keys k ON k.id = person_id WHERE lookup = :lookup",
            lookup=persons.keyed_hash("person", iin),
        )
        async with auth.owner.transaction() as session:
            person = await persons.get(session, row["person_id"])
        context = f"registration_proofs.evidence:{row['document_sha256'].hex()}"
        assert person.open_json(context, row["evidence"]) == given["evidence"]
