"""The application factory: problems whatever comes, one transaction a request, callers, health."""

import asyncio

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import text

from shared.db import Database
from shared.testing.programs import free_port
from shared.testing.sample import app as sample_app
from shared.testing.sample.settings import Settings
from shared.web import Router, UnguardedRoute, create_app
from shared.web.app import MAX_BODY


class TestTransaction:
    async def test_is_committed_before_the_answer(self, running, client):
        answer = await client.post("/rooms", json={"number": 1, "guest": "a"}, headers=running.headers())
        assert answer.status_code == 201
        shown = await client.get(f"/rooms/{answer.json()['id']}", headers=running.headers())
        assert shown.json() == answer.json()

    async def test_that_fails_at_the_commit_never_gets_a_success(self, running, client):
        answer = await client.post("/rooms/late-failure", headers=running.headers())
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal-error"
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_writes_the_event_with_the_deed_or_neither(self, running, client):
        await client.post("/rooms", json={"number": 2, "guest": "a"}, headers=running.headers())
        await client.post("/rooms", json={"number": 2, "guest": "b"}, headers=running.headers())
        database = Database(running.owner_url)
        async with database.transaction() as session:
            rooms = (await session.execute(text("SELECT 'smp-' || replace(id::text, '-', '') FROM rooms"))).scalars()
            keys = (await session.execute(text("SELECT key FROM outbox"))).scalars()
        await database.close()
        assert sorted(rooms) == sorted(keys)


class TestProblem:
    @pytest.mark.parametrize(("language", "title"), [
        ("kk", "3 бөлмесі бос емес"), ("ru-RU,ru;q=0.9,en;q=0.8", "Комната 3 занята"), ("en", "Room 3 is taken"),
        ("de", "3 бөлмесі бос емес"),
        ("kk;q=0.1, en;q=0.5", "Room 3 is taken"),
        ("ru;q=0, *;q=0.2", "3 бөлмесі бос емес"),
        ("ru;q=nonsense,en;q=0.3", "Room 3 is taken"),
    ])  # fmt: skip
    async def test_speaks_the_callers_language(self, running, client, language, title):
        request = {"number": 3, "guest": "a"}
        await client.post("/rooms", json=request, headers=running.headers())
        refused = await client.post("/rooms", json=request, headers=running.headers(**{"Accept-Language": language}))
        assert refused.status_code == 409
        body = refused.json()
        assert body["title"] == title
        assert body["code"] == "room-already-taken"
        assert body["type"] == "/problems/room-already-taken"
        assert body["free"] == [4]
        assert body["instance"] == "/rooms"
        assert body["request_id"] == refused.headers["x-request-id"]

    async def test_names_each_wrong_field_with_a_stable_code(self, running, client):
        refused = await client.post("/rooms", json={"number": 1000, "guest": ""}, headers=running.headers())
        assert refused.status_code == 422
        errors = {(error["pointer"], error["code"]) for error in refused.json()["errors"]}
        assert errors == {("/number", "out-of-range"), ("/guest", "too-short")}

    @pytest.mark.parametrize(("content", "media_type", "status", "code"), [
        (b"", "application/json", 400, "empty-body"),
        (b"{", "application/json", 400, "malformed-json"),
        (b"\xff\xfe", "application/json", 400, "malformed-json"),
        (b'{"number": NaN}', "application/json", 400, "malformed-json"),
        (b'"\\ud800"', "application/json", 400, "malformed-json"),
        (b"[" * 100_000, "application/json", 400, "too-deeply-nested"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "application/json", 400, "too-deeply-nested"),
        (b"null", "application/json", 422, "invalid-request"),
        (b"[]", "application/json", 422, "invalid-request"),
        (b'{"number": 1e999, "guest": "a"}', "application/json", 400, "malformed-json"),
        (b'{"number": 99999999999999999999999999, "guest": "a"}', "application/json", 422, "invalid-request"),
        (b"number=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b'{"number": 1, "guest": "a"}', "text/plain", 415, "unsupported-media-type"),
        (b'{"number": 1, "guest": "a"}', "nonsense", 415, "unsupported-media-type"),
        (b" " * (MAX_BODY + 1), "application/json", 413, "body-too-large"),
    ])  # fmt: skip
    async def test_refuses_a_bad_body(self, running, client, content, media_type, status, code):
        refused = await client.post("/rooms", content=content, headers=running.headers(**{"Content-Type": media_type}))
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert refused.json()["detail"]

    async def test_refuses_a_body_without_a_type(self, running, client):
        refused = await client.post("/rooms", content=b"{}", headers=running.headers())
        assert refused.json()["code"] == "unsupported-media-type"

    async def test_refuses_a_body_that_grows_too_large_while_it_comes(self, running, client):
        async def endless():
            for _ in range(40):
                yield b" " * 65_536

        refused = await client.post("/rooms", content=endless(), headers=running.headers())
        assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")

    @pytest.mark.parametrize("size", [1_500_000, 5_000_000, 12_000_000])
    async def test_reads_on_for_a_moment_so_that_the_sender_of_too_much_is_told(self, running, size):
        async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
            refused = await client.post("/rooms", content=b" " * size, headers=running.headers())
        assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")

    async def test_does_not_ask_for_a_body_that_it_would_refuse(self, running):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(b"POST /rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()

    async def test_takes_brackets_within_texts_for_texts(self, running, client):
        request = {"number": 4, "guest": "[{" * 15 + '"\\'}
        content = b'{"number": 4, "guest": "' + b"[{" * 15 + b'\\"\\\\"' + b', "more": ["' + b"[" * 500 + b'"]}'
        taken = await client.post(
            "/rooms", content=content, headers=running.headers(**{"Content-Type": "application/json"})
        )
        assert taken.status_code == 201, request

    @pytest.mark.parametrize(("method", "path", "status", "code"), [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/rooms", 405, "method-not-allowed"),
        ("GET", "/rooms/nonsense", 404, "not-found"),
        ("GET", "/rooms/%00%ff", 404, "not-found"),
    ])  # fmt: skip
    async def test_answers_for_the_framework_too(self, running, client, method, path, status, code):
        refused = await client.request(method, path, headers=running.headers())
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert "traceback" not in refused.text.lower()

    async def test_keeps_a_request_id_that_is_well_formed_and_makes_another_for_one_that_is_not(self, client):
        kept = await client.get("/healthz", headers={"X-Request-ID": "0192aaaa-bbbb"})
        assert kept.headers["x-request-id"] == "0192aaaa-bbbb"
        for bad in ("short", "x" * 65, "with space!", "iin.900101300123"):
            made = await client.get("/healthz", headers={"X-Request-ID": bad})
            assert made.headers["x-request-id"] != bad


class TestAllow:
    async def test_lets_a_listed_caller_in_and_tells_for_whom(self, running, client):
        from shared.web import Actor

        actor = Actor(kind="citizen", account_id="aut-1", session_id="s", iin="900101300123", acr="password")
        token = running.gateway.sign("sample", actor)
        answer = await client.get("/rooms/x/guest", headers={"Authorization": f"Bearer {token}"})
        assert answer.json() == {"room": "x", "account": "aut-1", "caller": "gateway"}

    async def test_needs_a_person_where_the_route_is_for_one(self, running, client):
        refused = await client.get("/rooms/x/guest", headers=running.headers())
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")

    async def test_refuses_a_known_caller_that_is_not_listed(self, client, lab):
        refused = await client.get("/rooms/x", headers={"Authorization": f"Bearer {lab.sign('sample')}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "caller-not-allowed")

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic eDp5", "Bearer " + "a" * 9000])
    async def test_refuses_what_is_no_assertion(self, client, header):
        refused = await client.get("/rooms/x", headers={"Authorization": header})
        assert (refused.status_code, refused.json()["code"]) == (401, "assertion-invalid")

    async def test_refuses_a_stranger(self, running, client):
        refused = await client.get("/rooms/x", headers={"Authorization": f"Bearer {running.stranger.sign('sample')}"})
        assert refused.json()["code"] == "assertion-invalid"


class TestCreateApp:
    def test_refuses_a_route_that_lists_no_callers(self):
        open_router = Router()

        @open_router.get("/open")
        async def opened() -> None: ...

        outer = APIRouter(prefix="/outer")
        outer.include_router(open_router)
        settings = Settings(env="development")
        with pytest.raises(UnguardedRoute, match="GET /outer/open"):
            create_app(service="sample", settings=settings, routers=[outer])
        create_app(service="sample", settings=settings, routers=[outer], guarded=False)

    async def test_documents_problems(self, client):
        document = (await client.get("/openapi.json")).json()
        described = document["paths"]["/rooms"]["post"]["responses"]["409"]
        assert described["description"] == "`room-already-taken`"
        assert described["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert "code" in document["components"]["schemas"]["Problem"]["properties"]


class TestHealth:
    async def test_is_ready_with_the_database_at_its_newest_migration(self, client):
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": {"database": "ok"}})

    async def test_lives_and_is_not_ready_without_the_database(self, serving):
        settings = Settings(env="development", database_url="postgresql://x:y@127.0.0.1:1/none", port=free_port())
        async with serving(sample_app.create(settings), settings), httpx.AsyncClient(trust_env=False) as client:
            base = f"http://127.0.0.1:{settings.port}"
            assert (await client.get(f"{base}/healthz")).status_code == 200
            ready = await client.get(f"{base}/readyz")
            assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "failed"})

    async def test_shows_metrics_by_route_template(self, running, client):
        await client.get("/rooms/smp-" + "0" * 32, headers=running.headers())
        await asyncio.sleep(0.01)
        shown = (await client.get("/metrics")).text
        assert 'route="/rooms/{room}"' in shown
        assert "smp-0000" not in shown
