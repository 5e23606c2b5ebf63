"""The same key gets the same answer: repeated, at once, sealed, and only when it was committed."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from shared.db import Database, violated
from shared.personal import Person
from shared.web import IdempotencyKeyReused, claim_answer, forget_answers
from shared.web.idempotency import Answer, answer_row
from shared.web.tables import answers


@pytest.fixture
async def database(running):
    made = Database(running.settings.database_url.get_secret_value())
    yield made
    await made.close()


class TestIdempotencyKey:
    async def test_gives_the_first_answer_again(self, running, client):
        headers = running.headers(**{"Idempotency-Key": "again"})
        first = await client.post("/rooms", json={"number": 101, "guest": "a"}, headers=headers)
        second = await client.post("/rooms", json={"number": 101, "guest": "a"}, headers=headers)
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert first.status_code == 201

    async def test_refuses_another_request(self, running, client):
        headers = running.headers(**{"Idempotency-Key": "other"})
        await client.post("/rooms", json={"number": 102, "guest": "a"}, headers=headers)
        refused = await client.post("/rooms", json={"number": 103, "guest": "a"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")

    async def test_makes_parallel_repeats_wait_for_the_first(self, running):
        headers = running.headers(**{"Idempotency-Key": "parallel"})
        async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
            calls = (client.post("/rooms", json={"number": 104, "guest": "a"}, headers=headers) for _ in range(8))
            replies = await asyncio.gather(*calls)
        assert {(reply.status_code, reply.content) for reply in replies} == {(201, replies[0].content)}

    async def test_remembers_no_refusal(self, running, client):
        headers = running.headers(**{"Idempotency-Key": "refused"})
        await client.post("/rooms", json={"number": 105, "guest": "a"}, headers=running.headers())
        refused = await client.post("/rooms", json={"number": 105, "guest": "b"}, headers=headers)
        assert refused.status_code == 409
        taken = await client.post("/rooms", json={"number": 106, "guest": "b"}, headers=headers)
        assert taken.status_code == 201

    @pytest.mark.parametrize("key", ["", "x" * 129, "with space", "tab\tbed"])
    async def test_must_be_visible_ascii(self, running, client, key):
        refused = await client.post(
            "/rooms", json={"number": 107, "guest": "a"}, headers=running.headers(**{"Idempotency-Key": key})
        )
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-invalid")


class TestClaimAnswer:
    async def test_lets_a_waiting_repeat_do_the_deed_when_the_first_is_rolled_back(self, database):
        started, results = asyncio.Event(), []

        async def first():
            async with database.transaction() as session:
                await claim_answer(session, scope="s", key="rolled-back", body=b"x")
                started.set()
                await asyncio.sleep(0.1)
                raise RuntimeError

        async def second():
            await started.wait()
            async with database.transaction() as session:
                claim = await claim_answer(session, scope="s", key="rolled-back", body=b"x")
                results.append(claim.answer)
                await claim.remember(session, status=200, body=b"{}")

        await asyncio.gather(first(), second(), return_exceptions=True)
        assert results == [None]

    async def test_does_nothing_without_a_key(self, database):
        async with database.transaction() as session:
            claim = await claim_answer(session, scope="s", key=None, body=b"")
            await claim.remember(session, status=200, body=b"{}")
            assert claim.answer is None

    async def test_seals_the_answer_for_the_person(self, database):
        person = Person(id=uuid4(), key=b"k" * 32)
        async with database.transaction() as session:
            claim = await claim_answer(session, scope="s", key="sealed", body=b"x", person=person)
            await claim.remember(session, status=201, body=b'{"phone":"+7701"}')
            stored = (await session.execute(text("SELECT body FROM answers WHERE key = 'sealed'"))).scalar_one()
            again = await claim_answer(session, scope="s", key="sealed", body=b"x", person=person)
        assert b"7701" not in stored
        assert again.answer == Answer(status=201, body=b'{"phone":"+7701"}', media_type="application/json")

    async def test_finds_an_answer_that_was_written_whole_by_another_statement(self, database):
        person, answer = (
            Person(id=uuid4(), key=b"k" * 32),
            Answer(status=201, body=b"{}", media_type="application/json"),
        )
        row = answer_row(scope="s", key="whole", request=b"x", answer=answer, person=person)
        async with database.transaction() as session:
            await session.execute(insert(answers).values(row))
        with pytest.raises(IntegrityError) as caught:
            async with database.transaction() as session:
                await session.execute(insert(answers).values(row))
        assert violated(caught.value) == "pk_answers"
        async with database.transaction() as session:
            assert (await claim_answer(session, scope="s", key="whole", body=b"x", person=person)).answer == answer
            with pytest.raises(IdempotencyKeyReused):
                await claim_answer(session, scope="s", key="whole", body=b"y", person=person)

    async def test_is_forgotten_after_its_time(self, database):
        async with database.transaction() as session:
            await claim_answer(session, scope="s", key="old", body=b"x")
            await session.execute(text("UPDATE answers SET created_at = now() - interval '3 days' WHERE key = 'old'"))
            assert await forget_answers(session) == 1
            assert await forget_answers(session, timedelta(days=1)) == 0
