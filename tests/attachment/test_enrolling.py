"""Enrolment periods: one at a time by constraint, and a transfer that tells both providers."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from attachment.register.errors import (
    AddressOutsideDistricts,
    AlreadyAttachedHere,
    PeriodsOutOfOrder,
    PersonDead,
)
from shared.db import new_id, violated

from .conftest import BINS, START, TODAY, street

PERIODS = "SELECT provider, started_on, ended_on, end_reason FROM enrolments ORDER BY started_on"
EVENTS = "SELECT type, data FROM outbox ORDER BY id"


@pytest.fixture
async def moved(attachment):
    """Somebody enrolled at the first provider, whose street has become the second's."""
    made = (await attachment.district(street())).json()
    data = await attachment.add()
    await attachment.enrol(data, on=date(2020, 1, 1))
    path, by = f"/admin/districts/{made['id']}", attachment.staff("administrator")
    await attachment.call("PUT", path, {"name": "1", "houses": []}, by=by)
    await attachment.district(street(), at="second")
    return data


class TestTransfer:
    async def test_ends_one_period_and_begins_the_next(self, attachment, moved):
        await attachment.enrol(moved, "second")
        assert [tuple(each) for each in await attachment.rows(PERIODS)] == [
            (BINS["first"], date(2020, 1, 1), TODAY, "transfer"),
            (BINS["second"], TODAY, None, None),
        ]

    async def test_tells_both_without_personal_data(self, attachment, moved):
        await attachment.enrol(moved, "second")
        _, ended, opened = await attachment.rows(EVENTS)
        assert (ended.type, ended.data["provider_bin"]) == ("kz.shlyuz.enrolment.ended.v1", BINS["first"])
        assert (opened.type, opened.data["provider_bin"]) == ("kz.shlyuz.enrolment.opened.v1", BINS["second"])
        assert not any(word in str([ended.data, opened.data]) for word in (moved.iin, moved.surname, "Абай"))

    async def test_is_once_when_two_ask_at_the_same_time(self, attachment, moved):
        came = await asyncio.gather(*(attachment.enrol(moved, "second") for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(each, AlreadyAttachedHere) for each in came) == 4
        assert len(await attachment.rows(PERIODS)) == 2

    async def test_is_not_before_the_period_began(self, attachment, moved):
        with pytest.raises(PeriodsOutOfOrder):
            await attachment.enrol(moved, "second", on=date(2019, 12, 31))
        assert len(await attachment.rows(PERIODS)) == 1

    async def test_is_not_to_where_one_is(self, attachment, moved):
        with pytest.raises(AlreadyAttachedHere):
            await attachment.enrol(moved)


class TestEnrolment:
    async def test_wants_an_address_in_a_district(self, attachment):
        await attachment.district(street("odd"))
        with pytest.raises(AddressOutsideDistricts):
            await attachment.enrol(await attachment.add(house="12"))
        await attachment.enrol(await attachment.add(house="11"))

    async def test_is_not_for_the_dead_and_brings_back_who_moved_away(self, attachment):
        await attachment.district(street())
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="moved-away")
        await attachment.enrol(data)
        assert (await attachment.look_up(iin=data.iin)).json()["items"][0]["state"] == "present"
        await attachment.happened(person, kind="died")
        with pytest.raises(PersonDead):
            await attachment.enrol(data)

    @pytest.mark.parametrize("days", [0, 30])
    async def test_is_one_at_a_time_by_constraint(self, attachment, days):
        await attachment.district(street())
        data = await attachment.add()
        await attachment.enrol(data)
        values = {
            "id": new_id(), "person": await attachment.id_of(data), "provider": BINS["second"],
            "on": TODAY + timedelta(days=days), "at": START,
        }  # fmt: skip
        insert = text(
            "INSERT INTO enrolments (id, person, provider, started_on, created_at)"
            " VALUES (:id, :person, :provider, :on, :at)"
        )
        with pytest.raises(IntegrityError) as refused:
            async with attachment.owner.transaction() as session:
                await session.execute(insert, values)
        assert violated(refused.value) in {"enrolments_overlap", "enrolments_one_open"}
