"""Lists over all services: merged in order, continued by one cursor, with whoever is away named."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@asynccontextmanager
async def away(region, name):
    await region.processes[name].stop()
    try:
        yield
    finally:
        await region.processes[name].start()
        client = region.processes["gateway"].app.state.platform.resources["upstreams"][name]
        client.breaker.succeeded()


@pytest.fixture
def lists(region):
    yield region.owners
    for owner in region.owners.values():
        owner.lists.clear()


def applications(owner, minutes):
    owner.lists["applications"] = [
        {"id": owner.new_id(), "filed_at": (START + timedelta(minutes=minute)).isoformat(), "n": minute}
        for minute in minutes
    ]


class TestCatalogue:
    async def test_is_that_of_all_owners(self, region):
        body = (await region.ask("GET", "/services")).json()
        assert [item["key"] for item in body["items"]] == ["akmola.booking", "zhambyl.attachment", "zhambyl.booking"]
        assert body["unavailable"] == []

    async def test_names_an_owner_that_is_away_and_shows_what_it_last_offered(self, region):
        await region.ask("GET", "/services")
        async with away(region, "attachment"):
            region.processes["gateway"].app.state.platform.resources["catalogue"]._asked_at = float("-inf")
            body = (await region.ask("GET", "/services")).json()
            assert body["unavailable"] == ["attachment"]
            assert "zhambyl.attachment" in [item["key"] for item in body["items"]]
        await asyncio.sleep(1.1)
        assert (await region.ask("GET", "/services")).json()["unavailable"] == []

    async def test_gives_the_form_with_its_token(self, region):
        body = (await region.ask("GET", "/services/zhambyl.booking/form")).json()
        assert body["edition"] == "1"
        expires = datetime.fromisoformat(body["form_token_expires_at"])
        assert timedelta(hours=23, minutes=59) < expires - datetime.now(UTC) <= timedelta(hours=24)

    async def test_knows_no_service_that_nobody_offers(self, region, problem):
        for path in ("/services/zhambyl.none", "/services/zhambyl.none/form", "/services/..%2f..", "/forms/none"):
            problem(await region.ask("GET", path), 404, "not-found")

    @pytest.mark.parametrize("purpose", ["registration", "withdrawal", "reschedule"])
    async def test_gives_the_forms_of_no_one_service(self, region, purpose):
        body = (await region.ask("GET", f"/forms/{purpose}")).json()
        assert body["form"]["properties"]["purpose"] == {"const": purpose, "title": "Purpose", "type": "string"}
        assert body["form_token"]

    async def test_lists_a_provider_once(self, region, lists):
        provider = {"bin": "1", "region": "akmola", "names": {}, "address": {}, "zone": "Asia/Almaty", "services": []}
        for name in ("booking", "attachment"):
            lists[name].lists["providers"] = [provider]
        assert (await region.ask("GET", "/providers?region=akmola")).json() == {"items": [provider], "unavailable": []}


class TestCabinet:
    async def test_merges_all_services_newest_first_page_by_page(self, region, citizen, lists):
        applications(lists["booking"], range(0, 40, 2))
        applications(lists["attachment"], range(1, 20, 2))
        applications(lists["lab"], [100])
        seen, cursor = [], None
        while True:
            params = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
            page = (await citizen.ask("GET", "/applications", params=params)).json()
            seen += [item["n"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
            assert len(page["items"]) == 7
        assert seen == sorted([*range(0, 40, 2), *range(1, 20, 2), 100], reverse=True)

    async def test_names_a_service_that_is_away_and_shows_the_rest(self, region, citizen, lists):
        applications(lists["booking"], [1])
        async with away(region, "lab"):
            page = (await citizen.ask("GET", "/applications")).json()
        assert ([item["n"] for item in page["items"]], page["unavailable"]) == ([1], ["lab"])

    async def test_hands_on_what_an_owner_refuses(self, citizen, problem):
        problem(await citizen.ask("GET", "/applications", params={"cursor": "x"}), 422, "invalid-request")
        problem(await citizen.ask("GET", "/notices", params={"cursor": "x"}), 422, "invalid-request")
        problem(await citizen.ask("GET", "/applications", params={"limit": "1000"}), 422, "invalid-request")

    async def test_shows_another_persons_application_to_nobody(self, region, citizen, lists, problem):
        other = await region.citizen()
        own, others = (lists["booking"].new_id() for _ in range(2))
        lists["booking"].lists["applications"] = [
            {"id": own, "owner": citizen.iin, "filed_at": START.isoformat()},
            {"id": others, "owner": other.iin, "filed_at": START.isoformat()},
        ]
        assert (await citizen.ask("GET", f"/applications/{own}")).status_code == 200
        problem(await citizen.ask("GET", f"/applications/{others}"), 404, "not-found")

    async def test_merges_the_gateways_notices_with_the_owners(self, region, citizen, lists):
        other = await region.citizen()
        for _ in range(3):
            await citizen.file(citizen.signed(await citizen.document(), key=other.holder.key))
        lists["booking"].lists["notices"] = [
            {"id": lists["booking"].new_id(), "at": at.isoformat(), "number": "BKG-N"}
            for at in (START, datetime.now(UTC) + timedelta(hours=1))
        ]
        seen, cursor = [], None
        while True:
            params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await citizen.ask("GET", "/notices", params=params)).json()
            seen += [item["number"][:3] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == ["BKG", "GWY", "GWY", "GWY", "BKG"]


class TestTasks:
    async def test_come_from_all_services_the_most_urgent_first(self, region, lists):
        token = await region.staff_token()
        for name, minutes in (("booking", [30, 10]), ("attachment", [20])):
            lists[name].lists["tasks"] = [
                {"id": lists[name].new_id(), "due_at": (START + timedelta(minutes=each)).isoformat(), "n": each}
                for each in minutes
            ]
        page = (await region.ask("GET", "/tasks", token=token, params={"limit": "2"})).json()
        assert [item["n"] for item in page["items"]] == [10, 20]
        rest = (await region.ask("GET", "/tasks", token=token, params={"cursor": page["next_cursor"]})).json()
        assert ([item["n"] for item in rest["items"]], rest["next_cursor"]) == ([30], None)

    async def test_that_are_urgent_come_first_whatever_is_due_page_by_page(self, region, lists):
        token = await region.staff_token()
        for name, tasks in (("booking", [(10, False), (90, True)]), ("attachment", [(20, False), (80, True)])):
            lists[name].lists["tasks"] = [
                {"id": lists[name].new_id(), "due_at": (START + timedelta(minutes=due)).isoformat(), "n": due,
                 "urgent": urgent}
                for due, urgent in tasks
            ]  # fmt: skip
        seen, cursor = [], None
        for _ in range(4):
            params = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
            page = (await region.ask("GET", "/tasks", token=token, params=params)).json()
            seen += [item["n"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert (set(seen[:2]), seen[2:], cursor) == ({80, 90}, [10, 20], None)

    async def test_are_for_staff_alone(self, citizen, problem):
        problem(await citizen.ask("GET", "/tasks"), 403, "staff-only")


class TestRouting:
    async def test_finds_the_owner_by_the_prefix_of_an_id(self, region):
        for prefix, name in (("bkg", "booking"), ("crt", "certificate")):
            answer = await region.ask("GET", f"/verify/{prefix}-0123?x=1", headers={"Accept": "text/html"})
            assert answer.text == f"{name} x=1"
            assert answer.headers["content-type"].startswith("text/html")

    async def test_answers_an_id_of_nobody_as_one_that_is_not_there(self, region, citizen, problem):
        problem(await region.ask("GET", "/verify/zzz-1"), 404, "not-found")
        problem(await citizen.ask("GET", "/applications/none"), 404, "not-found")
        problem(await region.ask("GET", "/nowhere"), 404, "not-found")
        problem(await region.ask("PUT", "/services"), 405, "method-not-allowed")

    async def test_lets_no_path_climb_at_the_owner(self, region, problem):
        for code in ("bkg-%2e%2e%2finternal", "%2e%2e", "..", "%2e%2e%2fapplications"):
            answer = await region.client.get(httpx.URL(f"{region.client.base_url}/api/v1/verify/{code}"))
            assert answer.status_code == 404
        answer = await region.ask("GET", "/verify/bkg-1%3Fx=2")
        assert answer.text == "booking "

    async def test_hands_uploads_on_as_they_are(self, region, citizen, problem):
        body = b"%PDF-1.7" + b"x" * 100_000
        answer = await citizen.ask(
            "POST", "/documents?service=zhambyl.booking", content=body, headers={"Content-Type": "application/pdf"}
        )
        assert (answer.status_code, answer.json()["size"]) == (201, len(body))
        problem(await citizen.ask("POST", "/documents", content=body), 422, "invalid-request")

    async def test_refuses_uploads_that_are_too_large(self, citizen, problem):
        answer = await citizen.ask(
            "POST", "/documents?service=zhambyl.booking", content=b"x" * 200_002,
            headers={"Content-Type": "application/pdf"},
        )  # fmt: skip
        problem(answer, 413, "body-too-large")

    async def test_never_hands_an_assertions_refusal_to_the_public(self, region, citizen, problem):
        from shared.web import CallerKey

        client = region.processes["gateway"].app.state.platform.resources["upstreams"]["booking"]
        key, client._key = client._key, CallerKey.generate("gateway")
        try:
            problem(await citizen.ask("GET", f"/applications/{region.booking.new_id()}"), 503, "service-away")
        finally:
            client._key = key
