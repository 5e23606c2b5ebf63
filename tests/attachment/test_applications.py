"""Enrolment by application, inside attachment-svc: from the forwarded document to the sealed talon, in both regions.

Akmola attachment 5 and 7: one step. Zhambyl attachment 5 and 8: three.
"""

import io
from datetime import date

import pypdf
import pytest

from .conftest import BINS, TODAY, street
from .desk import HOME, PERFORMERS

STEPS = {"first": ("check", "request", "issue"), "akmola": ("attach",)}
PERIODS = "SELECT provider, district, started_on, ended_on, end_reason, application FROM enrolments ORDER BY started_on"
OPEN = "SELECT person, application FROM open_requests"
TOLD = "SELECT type, data FROM outbox WHERE type LIKE 'kz.shlyuz.enrolment.%' ORDER BY id"


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def wrong(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture(params=["first", "akmola"], ids=["zhambyl", "akmola"])
async def at(request, attachment):
    """A provider of each region, whose district has the street."""
    await attachment.district(street(), name="№ 3", at=request.param)
    return request.param


@pytest.fixture
async def patient(desk, attachment):
    """Somebody whom the register knows, enrolled nowhere."""
    return desk.citizen((await attachment.add()).iin)


class TestTheWalk:
    async def test_enrols_with_the_last_step(self, desk, attachment, at, patient):
        filed = await desk.file(patient, at)
        assert (filed.status_code, filed.json()["attachment"]) == (201, {"district": "№ 3"}), filed.text
        for step in STEPS[at]:
            assert await attachment.rows(PERIODS) == []
            task = await desk.claim(at)
            assert (task["step"], task["signed"], task["performer"]) == (step, True, PERFORMERS[at])
            prepared = (await desk.prepare(task, at)).json()
            assert (await desk.complete(task, prepared, at)).status_code == 200
        (period,) = await attachment.rows(PERIODS)
        assert (period.provider, period.started_on, period.ended_on) == (BINS[at], TODAY, None)
        assert attachment.office.public(period.application) == filed.json()["id"]
        (told,) = await attachment.rows(TOLD)
        assert (told.type, told.data["provider_bin"]) == ("kz.shlyuz.enrolment.opened.v1", BINS[at])
        assert await attachment.rows(OPEN) == []

    async def test_ends_with_the_sealed_talon_in_both_languages(self, desk, at, patient):
        filed = (await desk.file(patient, at)).json()
        came = [await desk.carry_out(at) for _ in STEPS[at]]
        assert came[-1]["application"]["state"] == "ready"
        assert await desk.seal() == 1
        page = await desk.get(f"/applications/{filed['id']}/result", patient)
        told = text_of(page.content)
        for expected in (
            "талон", "Әбдірахманова Қызғалдақ", "14.05.1990", "Тараз қаласы, Абай көшесі, 12, 5", "№ 3", "06.04.2026",
            "Дата рождения", "Туған күні", BINS[at], filed["number"],
        ):  # fmt: skip
            assert expected in told
        assert set(pypdf.PdfReader(io.BytesIO(page.content)).get_fields() or {}) == {"performer", "seal"}
        shown = (await desk.get(f"/applications/{filed['id']}", patient)).json()
        assert (shown["state"], shown["attachment"]) == ("issued", {"district": "№ 3", "since": "2026-04-06"})

    async def test_enters_the_decrees_columns_in_the_journal(self, desk, at, patient):
        """Akmola 5 and 7: surname, name, patronymic, age and sex, registered address, contact phone."""
        await desk.file(patient, at)
        for _ in STEPS[at]:
            await desk.carry_out(at)
        journal = {"first": "applications", "akmola": "attachments"}[at]
        keeper = desk.staff(at, "journal_keeper")
        (row,) = (await desk.get(f"/journals/{journal}", keeper, year=2026)).json()["items"]
        assert row["values"] == {
            "surname": "Әбдірахманова", "given_name": "Қызғалдақ", "patronymic": None, "age": 35, "sex": "female",
            "address": "Тараз қаласы, Абай көшесі, 12, 5", "phone": "+77017654321",
        }  # fmt: skip


class TestTheFirstStep:
    async def test_has_the_limits_of_zhambyl_from_handing_in(self, desk, attachment, patient):
        """Zhambyl 5(1)-(3): ten minutes, twenty minutes, one working day from handing in."""
        await attachment.district(street())
        filed = (await desk.file(patient)).json()
        limits = []
        for _ in STEPS["first"]:
            task = await desk.claim()
            limits.append((task["limit"], task["due_at"][11:16]))
            desk.later(minutes=5)
            await desk.complete(task, (await desk.prepare(task)).json())
        assert limits == [("10 m", "09:10"), ("20 m", "09:25"), ("1 wd", "20:00")]
        assert filed["due_at"].startswith("2026-04-07T20:00")

    async def test_names_the_ground_for_who_is_not_in_the_register(self, desk, at):
        """Zhambyl 5(1): the registration is checked by the first step; in akmola that is ours."""
        await desk.file(desk.citizen(), at)
        task = await desk.claim(at)
        assert {"require": "in-population-register", "ground": "not-in-register"} in task["preconditions"]
        refused = await desk.prepare(task, at)
        assert wrong(refused) == (409, "precondition-not-met")
        assert "not-in-register" in refused.text
        prepared = (await desk.prepare(task, at, outcome="refused", ground="not-in-register")).json()
        done = await desk.complete(task, prepared, at)
        assert done.json()["application"]["state"] == "refused"

    async def test_goes_on_when_the_patient_has_been_entered_since(self, desk, attachment):
        await attachment.district(street())
        stranger = desk.citizen()
        await desk.file(stranger)
        task = await desk.claim()
        assert wrong(await desk.prepare(task)) == (409, "precondition-not-met")
        await attachment.add(iin=stranger.iin, birth_date=date(1988, 3, 3))
        assert (await desk.prepare(task)).status_code == 200


class TestTransfer:
    @pytest.fixture
    async def elsewhere(self, desk, attachment):
        """Somebody who is enrolled at the second provider, and now lives in a street of the first."""
        await attachment.district(street(street="Төле би", locality="Тараз"), name="2", at="second")
        await attachment.district(street(), name="№ 3")
        data = await attachment.add(street="Төле би даңғылы", house="8")
        await attachment.enrol(data, "second", on=date(2020, 1, 1))
        return desk.citizen(data.iin)

    async def test_ends_the_old_period_and_tells_both(self, desk, attachment, elsewhere):
        await desk.file(elsewhere)
        for _ in STEPS["first"]:
            await desk.carry_out()
        assert [(row.provider, row.ended_on, row.end_reason) for row in await attachment.rows(PERIODS)] == [
            (BINS["second"], TODAY, "transfer"), (BINS["first"], None, None),
        ]  # fmt: skip
        _, ended, opened = await attachment.rows(TOLD)
        assert (ended.type, ended.data["provider_bin"]) == ("kz.shlyuz.enrolment.ended.v1", BINS["second"])
        assert (opened.type, opened.data["provider_bin"]) == ("kz.shlyuz.enrolment.opened.v1", BINS["first"])

    async def test_keeps_the_new_address_and_remembers_the_old(self, desk, attachment, elsewhere):
        await desk.file(elsewhere)
        for _ in STEPS["first"]:
            await desk.carry_out()
        (event,) = await attachment.rows("SELECT kind, person, actor_bin FROM register_events")
        assert (event.kind, event.actor_bin) == ("address-changed", BINS["first"])
        found = await attachment.rows("SELECT p.id FROM persons p JOIN enrolments e ON e.person = p.id")
        assert found[0].id == event.person
        assert (await desk.file(elsewhere)).json()["code"] == "already-attached-here"

    async def test_brings_back_who_moved_away(self, desk, attachment, patient):
        await attachment.district(street())
        person = (await attachment.look_up(iin=patient.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="moved-away")
        await desk.file(patient)
        for _ in STEPS["first"]:
            await desk.carry_out()
        assert (await attachment.look_up(iin=patient.iin)).json()["items"][0]["state"] == "present"


class TestAnEnd:
    @pytest.mark.parametrize("ground", ["documents-wrong", "address-outside-district"])
    async def test_by_refusal_lets_the_person_ask_again(self, desk, attachment, at, patient, ground):
        await desk.file(patient, at)
        came = await desk.carry_out(at, outcome="refused", ground=ground)
        assert came["application"]["state"] == "refused"
        assert await attachment.rows(OPEN) == []
        assert (await desk.file(patient, at)).status_code == 201
        assert await attachment.rows(PERIODS) == []


class TestTheAddress:
    async def test_is_the_applications_and_not_the_registers(self, desk, attachment, patient):
        await attachment.district(street(street="Төле би", first="7", last="9"), name="№ 7")
        filed = await desk.file(patient, address=HOME | {"street": "Төле би даңғылы", "house": "8А"})
        assert filed.json()["attachment"] == {"district": "№ 7"}

    async def test_of_another_providers_district_names_that_provider(self, desk, attachment, patient):
        await attachment.district(street(), at="second")
        refused = await desk.file(patient)
        assert wrong(refused) == (409, "address-outside-districts")
        assert refused.json()["served_by"] == BINS["second"]

    async def test_in_no_district_is_refused_and_uses_nothing_up(self, desk, attachment, patient):
        refused = await desk.file(patient)
        assert (*wrong(refused), refused.json()["served_by"]) == (409, "address-outside-districts", None)
        assert await attachment.rows(OPEN) == []
        assert await attachment.rows("SELECT id FROM applications") == []
        await attachment.district(street())
        assert (await desk.file(patient)).status_code == 201

    async def test_that_left_the_district_meanwhile_stops_the_step(self, desk, attachment, patient):
        made = (await attachment.district(street())).json()
        await desk.file(patient)
        task = await desk.claim()
        by = attachment.staff("administrator")
        await attachment.call("PUT", f"/admin/districts/{made['id']}", {"name": "1", "houses": []}, by=by)
        assert wrong(await desk.prepare(task)) == (409, "address-outside-districts")
        assert "address-outside-district" in {each["code"] for each in task["grounds"]}
