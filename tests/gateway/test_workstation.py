"""Workstation events: gapless numbers per provider, streams that resume, resets, and who may listen."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from gateway.worker import handlers
from gateway.workstation import repository
from gateway.workstation.service import forget_old, keep
from shared.db import new_id
from shared.events import ApplicationEvent, ApplicationSubmitted, EnrolmentEvent, StepOpened
from shared.testing.identities import bin_


def event(bin_number, kind=ApplicationSubmitted, **more):
    return kind(application_id=f"bkg-{new_id().hex}", provider_bin=bin_number, region="zhambyl", service="booking",
                state="submitted", aggregate_version=1, **more)  # fmt: skip


def message(told):
    return SimpleNamespace(event=told, id=new_id(), time=datetime.now(UTC), request_id=None)


async def store(region, *told):
    async with region.database.transaction() as session:
        await keep(session, [message(one) for one in told], now=datetime.now(UTC))


async def last_of(region, provider=None):
    async with region.database.transaction() as session:
        return await repository.last_number(session, provider or region.provider_bin)


@asynccontextmanager
async def stream(region, token, **headers):
    headers |= {"Authorization": f"Bearer {token}"}
    async with region.client.stream("GET", "/api/v1/workstation/events", headers=headers, timeout=5) as answer:
        yield answer, events_of(answer)


async def events_of(answer):
    found = {}
    async for line in answer.aiter_lines():
        if not line:
            if "event" in found:
                yield found["event"], int(found["id"]), json.loads(found["data"])
            found = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value


class TestNumbers:
    async def test_are_gapless_per_provider_also_after_a_rollback(self, region):
        one, other = bin_(number=901), bin_(number=902)

        async def rolled_back():
            async with region.database.transaction() as session:
                await keep(session, [message(event(one))], now=datetime.now(UTC))
                raise InterruptedError

        for _ in range(3):
            await store(region, event(one))
            with pytest.raises(InterruptedError):
                await rolled_back()
        await store(region, event(other))
        async with region.database.transaction() as session:
            numbers = [row["number"] for row in await repository.after(session, one, 0, limit=10)]
            assert numbers == [1, 2, 3]
            assert await repository.last_number(session, other) == 1

    async def test_follow_the_order_in_which_events_are_stored_together(self, region):
        one, other = bin_(number=908), bin_(number=909)
        await store(region, event(one))
        await store(region, event(one, StepOpened, task_id="a"), event(other), event(one, StepOpened, task_id="b"))
        async with region.database.transaction() as session:
            rows = await repository.after(session, one, 0, limit=10)
            assert [(row["number"], row["data"].get("task_id")) for row in rows] == [(1, None), (2, "a"), (3, "b")]
            assert await repository.last_number(session, other) == 1

    async def test_are_given_in_the_order_of_commits(self, region):
        provider = bin_(number=903)
        await asyncio.gather(*(store(region, event(provider)) for _ in range(20)))
        async with region.database.transaction() as session:
            assert len(await repository.after(session, provider, 0, limit=50)) == 20
            assert await repository.last_number(session, provider) == 20

    async def test_hold_nothing_but_ids_and_codes(self, region):
        provider = bin_(number=904)
        await store(region, event(provider, StepOpened, task_id="bkg-1"))
        async with region.database.transaction() as session:
            (row,) = await repository.after(session, provider, 0, limit=2)
        assert row["type"] == "application.step-opened"
        assert set(row["data"]) == {
            "application_id", "region", "service", "state", "aggregate_version", "task_id", "event_id", "occurred_at",
        }  # fmt: skip

    def test_are_kept_for_every_kind_of_event(self, region):
        told = {*ApplicationEvent.__subclasses__(), *EnrolmentEvent.__subclasses__()}
        assert set(handlers(region.processes["gateway"].app.state.platform)) == told


class TestStream:
    async def test_tells_what_happens(self, region):
        token = await region.staff_token()
        async with stream(region, token) as (answer, told):
            assert answer.headers["content-type"].startswith("text/event-stream")
            opened = await anext(told)
            assert opened[:2] == ("open", await last_of(region))
            await store(region, event(region.provider_bin))
            kind, number, data = await asyncio.wait_for(anext(told), 60)
            assert (kind, number) == ("application.submitted", opened[1] + 1)
            assert data["application_id"].startswith("bkg-")

    async def test_resumes_after_the_last_event_id(self, region):
        token = await region.staff_token()
        start = await last_of(region)
        for _ in range(3):
            await store(region, event(region.provider_bin))
        async with stream(region, token, **{"Last-Event-ID": str(start + 1)}) as (_, told):
            assert [(await anext(told))[1] for _ in range(2)] == [start + 2, start + 3]

    async def test_resets_an_id_older_than_seven_days_and_one_that_never_was(self, region):
        token = await region.staff_token()
        for _ in range(2):
            await store(region, event(region.provider_bin))
        last = await last_of(region)
        await _age(region, last - 1, timedelta(days=7, minutes=1))
        for given in (last - 1, last + 1000):
            async with stream(region, token, **{"Last-Event-ID": str(given)}) as (_, told):
                assert (await anext(told))[:2] == ("reset", last)
                await store(region, event(region.provider_bin))
                last += 1
                assert (await anext(told))[:2] == ("application.submitted", last)

    async def test_tells_nothing_of_another_provider(self, region):
        token = await region.staff_token()
        async with stream(region, token) as (_, told):
            await anext(told)
            await store(region, event(bin_(number=905)))
            await store(region, event(region.provider_bin))
            assert (await asyncio.wait_for(anext(told), 60))[1] == await last_of(region)

    async def test_is_for_staff_alone(self, region, citizen, problem):
        problem(await citizen.ask("GET", "/workstation/events"), 403, "staff-only")
        problem(await region.ask("GET", "/workstation/events"), 401, "access-token-missing")

    @pytest.mark.parametrize("given", ["x", "-1", "9" * 30, "1.5"])
    async def test_refuses_an_id_that_is_none(self, region, problem, given):
        token = await region.staff_token()
        answer = await region.ask("GET", "/workstation/events", token=token, headers={"Last-Event-ID": given})
        problem(answer, 422, "last-event-id-invalid")

    async def test_ends_with_the_session(self, region):
        token = await region.staff_token()
        async with stream(region, token) as (_, told):
            await anext(told)
            await region.ask("POST", "/auth/revoke", data={"token": token})
            with pytest.raises(StopAsyncIteration):
                await asyncio.wait_for(anext(told), 60)

    async def test_is_one_of_a_limited_number(self, region, problem):
        hub = region.processes["gateway"].app.state.platform.resources["hub"]
        token = await region.staff_token()
        most, hub._most = hub._most, 0
        try:
            problem(await region.ask("GET", "/workstation/events", token=token), 503, "too-many-streams")
        finally:
            hub._most = most


class TestForgetting:
    async def test_deletes_what_nobody_may_ask_for(self, region):
        provider = bin_(number=906)
        for _ in range(3):
            await store(region, event(provider))
        await _age(region, 2, timedelta(days=8), provider)
        await forget_old(region.database, now=datetime.now(UTC), retention=timedelta(days=7))
        async with region.database.transaction() as session:
            assert [row["number"] for row in await repository.after(session, provider, 0, limit=9)] == [1, 3]


async def _age(region, number, age, provider=None):
    statement = text("UPDATE workstation_events SET stored_at = :at WHERE provider = :provider AND number = :number")
    values = {"at": datetime.now(UTC) - age, "provider": provider or region.provider_bin, "number": number}
    async with region.database.transaction() as session:
        await session.execute(statement, values)
