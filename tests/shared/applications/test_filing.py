"""Accepting a signed application: once, whole, or not at all."""

from datetime import date
from uuid import uuid4

import pytest

from shared.testing.identities import iin

SOMEBODY = iin(birth=date(1990, 1, 1), number=77)


class TestFile:
    async def test_accepts_a_signed_application(self, world):
        answer = await world.file(world.citizen())
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert body["id"].startswith("att-")
        assert body["number"].startswith("ATT-2026-0")
        assert (body["state"], body["region"], body["service"]) == ("registered", "ulytau", "fitness")
        assert body["status"] == {"code": "registered", "text": body["status"]["text"]}
        assert body["filed_at"] == "2026-03-16T10:00:00+05:00"
        assert body["due_at"] is not None
        assert body["due_trace"]

    async def test_writes_state_step_history_document_and_events_together(self, world):
        await world.file(world.citizen())
        assert [row.state for row in await world.rows("SELECT state FROM history ORDER BY version")] == [
            "submitted",
            "registered",
        ]
        assert [(row.step, row.state) for row in await world.rows("SELECT step, state FROM tasks")] == [
            ("check", "open")
        ]
        assert len(await world.rows("SELECT 1 FROM signed_documents WHERE kind = 'application'")) == 1
        assert await world.events() == ["submitted", "registered", "step-opened"]

    async def test_stores_nothing_about_the_person_in_clear(self, world):
        citizen = world.citizen()
        await world.file(citizen, fields={"purpose": "secret purpose"})
        for table in ("applications", "tasks", "history", "signed_documents", "outbox", "answers", "person_keys"):
            stored = "\n".join(row.found for row in await world.rows(f"SELECT t::text AS found FROM {table} t"))  # noqa: S608 - our own tables
            hexed = citizen.actor.iin.encode().hex()
            assert citizen.actor.iin not in stored
            assert hexed not in stored
            assert b"secret purpose".hex() not in stored
            assert "secret purpose" not in stored

    async def test_answers_the_same_document_with_the_same_application(self, world):
        exact = world.document(world.citizen())
        first = await world.file(world.citizen(), exact=exact)
        again = await world.file(world.citizen(), exact=exact)
        other_key = await world.file(world.citizen(), exact=exact, key="another")
        assert (first.status_code, again.status_code, other_key.status_code) == (201, 200, 200)
        assert first.json() == again.json() == other_key.json()
        assert await world.events() == ["submitted", "registered", "step-opened"]

    async def test_answers_the_same_document_also_when_it_comes_at_the_same_time(self, world, together):
        exact = world.document(world.citizen(), fields={"purpose": "place:window"})
        answers = await together(*(world.file(world.citizen(), exact=exact) for _ in range(12)))
        assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
        assert len({answer.json()["number"] for answer in answers}) == 1
        assert len(await world.rows("SELECT 1 FROM applications")) == 1

    async def test_replays_the_first_answer_under_the_same_key(self, world):
        exact = world.document(world.citizen())
        first = await world.file(world.citizen(), exact=exact, key="k")
        await world.check()
        again = await world.file(world.citizen(), exact=exact, key="k")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()

    async def test_gives_parallel_repeats_of_a_key_one_answer(self, world, together):
        exact = world.document(world.citizen(), fields={"purpose": "place:door"})
        answers = await together(*(world.file(world.citizen(), exact=exact, key="k") for _ in range(12)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len(await world.rows("SELECT 1 FROM applications")) == 1

    async def test_refuses_the_same_key_with_another_document(self, world, together):
        assert (await world.file(world.citizen(), key="k")).status_code == 201
        refused = await world.file(world.citizen(), key="k")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
        both = await together(*(world.file(world.citizen(), key="fresh") for _ in range(2)))
        assert sorted(answer.status_code for answer in both) == [201, 422]

    async def test_keeps_the_keys_of_two_people_apart(self, world):
        assert (await world.file(world.citizen(1), key="k")).status_code == 201
        assert (await world.file(world.citizen(2), key="k")).status_code == 201

    async def test_uses_up_nothing_when_it_is_refused(self, world):
        await world.file(world.citizen(1), fields={"purpose": "place:1"})
        exact = world.document(world.citizen(2), fields={"purpose": "place:1"})
        refused = await world.file(world.citizen(2), exact=exact, key="k")
        assert (refused.status_code, refused.json()["next_free"]) == (409, ["place:other"])
        for table in ("applications", "places", "tasks", "answers"):
            assert len(await world.rows("SELECT 1 FROM " + table)) == (0 if table == "answers" else 1)  # noqa: S608 - as above
        other = await world.file(world.citizen(2), fields={"purpose": "place:2"}, key="k")
        assert other.status_code == 201
        assert (
            int(other.json()["number"][-7:])
            == int((await world.rows("SELECT min(number) AS first FROM applications"))[0].first[-7:]) + 1
        )

    async def test_gives_one_of_many_the_place(self, world, together):
        answers = await together(*(world.file(world.citizen(n), fields={"purpose": "place:1"}) for n in range(1, 21)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert len(await world.rows("SELECT 1 FROM signed_documents")) == 1

    async def test_takes_nothing_when_the_commit_fails(self, world):
        await world.execute(
            "CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'burst'; END $$"
        )
        await world.execute(
            "CREATE CONSTRAINT TRIGGER burst AFTER INSERT ON applications DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION burst()"
        )
        try:
            exact = world.document(world.citizen())
            answer = await world.file(world.citizen(), exact=exact, key="k")
        finally:
            await world.execute("DROP TRIGGER burst ON applications")
            await world.execute("DROP FUNCTION burst")
        assert answer.status_code == 500
        assert await world.events() == []
        assert (await world.file(world.citizen(), exact=exact, key="k")).status_code == 201

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"region": "akmola"}, 404, "provider-unknown"),
            ({"service": "booking"}, 404, "service-not-offered"),
            ({"provider": "990140000018"}, 404, "provider-unknown"),
            ({"fields": {}}, 422, "invalid-request"),
            ({"fields": {"purpose": "x", "more": 1}}, 422, "invalid-request"),
            ({"fields": {"purpose": "x" * 51}}, 422, "invalid-request"),
            ({"fields": {"purpose": "a\u202eb"}}, 422, "invalid-request"),
            ({"fields": {"purpose": "a\u0007b"}}, 422, "invalid-request"),
            ({"fields": {"purpose": 7}}, 422, "invalid-request"),
            ({"purpose": "withdrawal"}, 422, "document-wrong-purpose"),
            ({"applicant": {"iin": "900101300015"}, "patient": {"iin": "900101300015"}}, 422, "not-the-applicant"),
            ({"patient": {"iin": "900101300015"}}, 422, "iin-invalid"),
            ({"patient": {"iin": SOMEBODY}}, 422, "representation-not-recorded"),
            ({"documents": [{"id": "att-" + "0" * 32, "sha256": "0" * 64}]}, 422, "document-not-usable"),
            ({"documents": [{"id": "bkg-" + "0" * 32, "sha256": "0" * 64}]}, 422, "document-not-usable"),
            ({"documents": [{"id": "att-" + c * 32, "sha256": "0" * 64} for c in "012"]}, 422, "documents-too-many"),
        ],
    )  # fmt: skip
    async def test_refuses_what_is_wrong(self, world, changes, status, code):
        answer = await world.file(world.citizen(), **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert await world.rows("SELECT 1 FROM applications") == []

    async def test_names_every_wrong_field(self, world):
        answer = await world.file(world.citizen(), fields={"more": "x"})
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/fields/more", "unknown"),
            ("/fields/purpose", "missing"),
        ]

    @pytest.mark.parametrize("value", ["invalid", "unknown", None])
    async def test_takes_no_verdict_but_valid(self, world, value):
        body = world.signed(world.citizen(), world.document(world.citizen()))
        body["evidence"]["verdict"]["value"] = value
        answer = await world.post("/applications", world.citizen(), body)
        assert (answer.status_code, answer.json()["code"], answer.json()["condition"]) == (422, "evidence-refused", 2)

    async def test_takes_no_signature_of_another_person(self, world):
        exact = world.document(world.citizen(1))
        answer = await world.post("/applications", world.citizen(1), world.signed(world.citizen(2), exact))
        assert (answer.status_code, answer.json()["code"]) == (422, "evidence-refused")

    async def test_refuses_a_form_of_another_edition(self, world):
        body = world.signed(
            world.citizen(), world.document(world.citizen()), form={"edition": "ulytau.fitness@2020-01-01"}
        )
        answer = await world.post("/applications", world.citizen(), body)
        assert (answer.status_code, answer.json()["code"]) == (409, "edition-changed")
        body["evidence"]["form"]["edition"] = "ulytau.fitness@2025-01-01"
        assert (await world.post("/applications", world.citizen(), body)).status_code == 201

    async def test_is_for_citizens_through_the_gateway(self, world):
        assert (await world.file(world.staff("clerk"))).json()["code"] == "forbidden"
        assert (await world.post("/applications", None)).status_code == 401

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"[" * 5000, b'{"document": "%%%", "signature": "", "evidence": {}}']
    )
    async def test_answers_nonsense_with_a_problem(self, world, body):
        answer = await world.call(
            "POST", "/applications", world.citizen(), content=body, headers={"Content-Type": "application/json"}
        )
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_needs_few_statements(self, world, statements):
        await world.file(world.citizen())
        with statements() as seen:
            assert (await world.file(world.citizen(), key=str(uuid4()))).status_code == 201
        assert len(seen) <= 3, seen  # looking, (the service's own,) writing
