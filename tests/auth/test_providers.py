"""Providers: described by the region's operator, told to all by event."""

import asyncio

import pytest

WEEK = {day: [["08:00", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
async def region_administrator(auth, operator):
    return await auth.actor(operator.administrator_iin, operator.bin)


@pytest.fixture
def description():
    return {
        "region": "zhambyl",
        "names": {"kk": "№1 емхана", "ru": "Поликлиника №1", "en": "Polyclinic 1"},
        "address": {"kk": "Тараз", "ru": "Тараз", "en": "Taraz"},
        "opening_hours": {"week": WEEK, "cut_off": "17:00", "exceptions": {"2026-05-08": []}},
        "services": ["booking"],
    }


@pytest.fixture
def put(auth, region_administrator):
    async def ask(organisation, description, actor=region_administrator):
        return await auth.ask("PUT", f"/admin/providers/{organisation}", actor=actor, json=description)

    return ask


async def events(auth, organisation):
    return await auth.rows("SELECT * FROM outbox WHERE key = :key ORDER BY (data->>'version')::int", key=organisation)


class TestPut:
    async def test_makes_a_provider_and_tells_it(self, auth, put, description, make_bin):
        organisation = make_bin()
        answer = await put(organisation, description)
        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["bin"], shown["version"], shown["zone"], shown["active"]) == (
            organisation,
            1,
            "Asia/Almaty",
            True,
        )
        [event] = await events(auth, organisation)
        assert (event["topic"], event["type"]) == ("auth.provider.v1", "kz.shlyuz.provider.changed.v1")
        del shown["changed_at"]
        assert event["data"] == shown

    async def test_changes_it_and_tells_the_next_version(self, auth, put, description, make_bin):
        organisation = make_bin()
        await put(organisation, description)
        changed = await put(organisation, {**description, "active": False})
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert [event["data"]["active"] for event in await events(auth, organisation)] == [True, False]

    async def test_that_changes_nothing_tells_nothing(self, auth, put, description, make_bin, later):
        organisation = make_bin()
        first = (await put(organisation, description)).json()
        later(seconds=1)
        again = await put(organisation, description)
        assert (again.status_code, again.json()) == (200, first)
        assert len(await events(auth, organisation)) == 1

    async def test_tells_parallel_changes_in_one_order(self, auth, put, description, make_bin):
        organisation = make_bin()
        names = [{**description["names"], "en": f"Polyclinic {turn}"} for turn in range(10)]
        answers = await asyncio.gather(*(put(organisation, {**description, "names": name}) for name in names))
        assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 11))
        [last] = (await events(auth, organisation))[-1:]
        [row] = await auth.rows("SELECT names, version FROM providers WHERE bin = :bin", bin=organisation)
        assert (last["data"]["names"], last["data"]["version"]) == (row["names"], row["version"])

    async def test_is_for_operators_only(self, auth, put, description, polyclinic):
        administrator = await auth.actor(polyclinic.administrator_iin, polyclinic.bin)
        refused = await put(polyclinic.bin, {**description, "region": "akmola"}, administrator)
        assert (refused.status_code, refused.json()["code"]) == (403, "operator-only")

    async def test_is_for_the_operators_own_regions(self, auth, put, description, make_bin, make_iin, polyclinic):
        from auth.seeding import Wanted

        other, iin = make_bin(), make_iin()
        await auth.seeding.operator(other, ["zhambyl"])
        await auth.seeding.staff(Wanted(iin=iin, bin=other, name="Оператор", password="тау басында бұлт көп"))
        actor = await auth.actor(iin, other)
        assert (await put(make_bin(), {**description, "region": "akmola"}, actor)).json()["code"] == "operator-only"
        assert (await put(polyclinic.bin, description, actor)).json()["code"] == "operator-only"

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            pytest.param({"opening_hours": {"week": {}}}, "/opening_hours", id="never open"),
            pytest.param({"opening_hours": {"week": {"mon": [["18:00", "09:00"]]}}}, "/opening_hours", id="backwards"),
            pytest.param({"opening_hours": {"week": {"mon": [["9", "x"]]}}}, "/opening_hours", id="no time"),
            pytest.param({"opening_hours": {"week": {"mon": "always"}}}, "/opening_hours", id="no interval"),
            pytest.param({"opening_hours": {"week": WEEK, "zone": "Asia/Qyzylorda"}}, "/opening_hours", id="two zones"),
            pytest.param({"opening_hours": {"week": WEEK, "cut_off": 17}}, "/opening_hours", id="no cut-off"),
            pytest.param({"opening_hours": []}, "/opening_hours", id="a list"),
            pytest.param({"zone": "../etc/passwd"}, "/zone", id="no zone"),
            pytest.param({"names": {"kk": "А", "ru": "А"}}, "/names/en", id="no English name"),
            pytest.param({"names": {"kk": "А\x00", "ru": "А", "en": "A"}}, "/names/kk", id="unseen character"),
            pytest.param({"services": ["surgery"]}, "/services/0", id="unknown service"),
            pytest.param({"services": "booking"}, "/services", id="no list"),
            pytest.param({"version": 7}, "/version", id="a version"),
        ],
    )
    async def test_refuses_and_tells_nothing(self, auth, put, description, make_bin, change, pointer):
        organisation = make_bin()
        answer = await put(organisation, {**description, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
        assert await events(auth, organisation) == []

    async def test_refuses_a_wrong_bin(self, put, description):
        assert (await put("123456789012", description)).json()["code"] == "bin-invalid"


class TestShow:
    async def test_shows_administrators_what_they_administer(self, auth, polyclinic, region_administrator):
        administrator = await auth.actor(polyclinic.administrator_iin, polyclinic.bin)
        for actor in (administrator, region_administrator):
            shown = await auth.ask("GET", f"/admin/providers/{polyclinic.bin}", actor=actor)
            assert (shown.status_code, shown.json()["bin"]) == (200, polyclinic.bin)
        own = (await auth.ask("GET", "/admin/providers", actor=administrator)).json()
        assert [provider["bin"] for provider in own["items"]] == [polyclinic.bin]
        assert own["next_cursor"] is None

    async def test_lists_a_region(self, auth, polyclinic, put, description, make_bin, region_administrator):
        await put(make_bin(), description)
        listed = await auth.ask("GET", "/admin/providers", actor=region_administrator, params={"region": "akmola"})
        items = listed.json()["items"]
        assert polyclinic.bin in [provider["bin"] for provider in items]
        assert {provider["region"] for provider in items} == {"akmola"}

    async def test_is_not_found_for_others(self, auth, polyclinic, put, description, make_bin):
        other = make_bin()
        await put(other, description)
        administrator = await auth.actor(polyclinic.administrator_iin, polyclinic.bin)
        for organisation in (other, make_bin()):
            hidden = await auth.ask("GET", f"/admin/providers/{organisation}", actor=administrator)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "provider-not-found")
