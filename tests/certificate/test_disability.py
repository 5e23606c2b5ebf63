"""Akmola disability-sheet and -certificate: operator 10 minutes, doctor 19; periods that nobody has twice."""

import asyncio
import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from shared.testing.identities import bin_

ELSEWHERE = bin_(number=4)
FROM_TODAY = {
    "status": "employee", "diagnosis": "J06.9", "starts_on": "2026-04-06", "ends_on": "2026-04-10",
    "decided_by": "doctor",
}  # fmt: skip


@pytest.fixture
def ill(certificates):
    """Register somebody who is ill, and bring him before a doctor: `await ill(at=...)` gives task and application."""

    async def come(service="disability-sheet", at="akmola", number=1):
        answer = await certificates.visit(service, "registration_operator", at, number=number)
        assert answer.status_code == 201, answer.text
        await certificates.carry_out("registration_operator", at)
        return await certificates.claim("district_doctor", at), answer.json()["id"]

    return come


@pytest.fixture
def prepare(certificates, ill):
    """What a doctor gets who wants to issue it; `changes` lie over a period of five days from today."""

    async def prepared(service="disability-sheet", at="akmola", number=1, **changes):
        task, _ = await ill(service, at, number)
        return await certificates.prepare(task, "district_doctor", at, data={**FROM_TODAY, **changes})

    return prepared


@pytest.fixture
def issue(certificates, ill):
    """Issue it, and give the application."""

    async def issued(service="disability-sheet", at="akmola", number=1, **changes):
        task, application = await ill(service, at, number)
        prepared = await certificates.prepare(task, "district_doctor", at, data={**FROM_TODAY, **changes})
        assert prepared.status_code == 200, prepared.text
        done = await certificates.complete(task, prepared.json(), "district_doctor", at)
        assert done.status_code == 200, done.text
        return application

    return issued


@pytest.fixture
async def prepare_two(certificates):
    """Two tasks of one doctor about one person, with what he would sign: the second period goes on from the first."""
    prepared, by = [], certificates.staff("district_doctor", "akmola")
    for period in (("2026-04-06", "2026-04-15"), ("2026-04-16", "2026-04-25")):
        await certificates.visit("disability-sheet", "registration_operator", "akmola")
        await certificates.carry_out("registration_operator", "akmola")
        tasks = (await certificates.get("/tasks", by)).json()["items"]
        (task,) = (each for each in tasks if each["claimed_by"] is None)
        assert (await certificates.post(f"/tasks/{task['id']}/claim", by)).status_code == 200
        said = {**FROM_TODAY, **dict(zip(("starts_on", "ends_on"), period, strict=True))}
        answer = await certificates.prepare(task, "district_doctor", "akmola", "issued", data=said)
        assert answer.status_code == 200, answer.text
        prepared.append((task, answer.json()))
    return prepared


def told(answer):
    return answer.status_code, answer.json()["code"]


class TestADisabilitySheet:
    """Akmola disability-sheet 5, 7."""

    async def test_is_issued_by_the_district_doctor(self, certificates, issue):
        application = await issue()
        assert await certificates.seal() == 1
        shown = await certificates.shown(application)
        assert [(each["performer"], each["limit"]) for each in shown["steps"]] == [
            ("registration_operator", "10 m"), ("district_doctor", "19 m"),
        ]  # fmt: skip
        assert shown["state"] == "issued"

    @pytest.mark.parametrize("code", ["J06.8", "J06"])
    async def test_takes_a_code_of_the_classification(self, prepare, code):
        assert (await prepare(diagnosis=code)).status_code == 200

    @pytest.mark.parametrize("code", ["J06.99", "W99.99", "U99", "J6", "j06.9", "", "J06.9 "])
    async def test_refuses_a_code_that_is_none(self, prepare, code):
        answer = await prepare(diagnosis=code)
        assert told(answer) == (422, "invalid-request")
        assert {each["pointer"] for each in answer.json()["errors"]} == {"/data/diagnosis"}

    async def test_refuses_a_period_that_runs_backwards(self, prepare):
        answer = await prepare(starts_on="2026-04-10", ends_on="2026-04-09")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/data/ends_on")

    async def test_is_not_for_whom_the_certificate_is(self, prepare):
        assert told(await prepare(status="student")) == (422, "invalid-request")


class TestADisabilityCertificate:
    """Akmola disability-certificate 5, 7."""

    async def test_is_for_whom_the_sheet_is_not(self, certificates, issue, prepare):
        application = await issue("disability-certificate", status="student")
        assert await certificates.seal() == 1
        assert (await certificates.shown(application))["state"] == "issued"
        assert told(await prepare("disability-certificate", number=2)) == (422, "invalid-request")

    async def test_shares_its_days_with_the_sheet(self, issue, prepare):
        await issue()
        answer = await prepare("disability-certificate", status="other", starts_on="2026-04-10", ends_on="2026-04-11")
        assert told(answer) == (409, "disability-overlaps")


class TestAChain:
    """First and continuation; the limits of days are ours."""

    async def test_is_continued_by_the_next_day_at_the_same_provider(self, certificates, issue):
        await issue()
        await issue(starts_on="2026-04-11", ends_on="2026-04-12")
        await issue(starts_on="2026-04-20", ends_on="2026-04-21")
        rows = await certificates.rows("SELECT application, chain FROM disability ORDER BY starts_on")
        first, second, third = rows
        assert second.chain == first.chain == first.application
        assert third.chain == third.application

    @pytest.mark.parametrize(("starts_on", "ends_on"), [
        ("2026-04-06", "2026-04-10"), ("2026-04-10", "2026-04-12"), ("2026-04-01", "2026-04-06"),
        ("2026-04-07", "2026-04-08"), ("2026-04-01", "2026-04-10"),
    ])  # fmt: skip
    async def test_does_not_overlap(self, issue, prepare, starts_on, ends_on):
        await issue()
        assert told(await prepare(starts_on=starts_on, ends_on=ends_on)) == (409, "disability-overlaps")

    async def test_is_another_persons_own(self, issue, prepare):
        await issue()
        assert (await prepare(number=2)).status_code == 200

    async def test_is_not_begun_elsewhere_while_it_is_open(self, issue, prepare):
        await issue()
        answer = await prepare(at="esil", starts_on="2026-04-11", ends_on="2026-04-12")
        assert told(answer) == (409, "disability-open-elsewhere")
        assert "akmola" not in answer.text

    async def test_may_be_begun_elsewhere_once_it_has_ended(self, certificates, issue):
        await issue()
        certificates.clock.advance(timedelta(days=7))
        await issue(at="esil", starts_on="2026-04-13", ends_on="2026-04-14")
        assert len(await certificates.rows("SELECT DISTINCT chain FROM disability")) == 2

    async def test_is_as_long_as_a_doctor_and_then_a_commission_may_decide(self, issue, prepare):
        await issue(ends_on="2026-04-15")
        more = {"starts_on": "2026-04-16", "ends_on": "2026-04-16"}
        answer = await prepare(**more)
        assert (told(answer), answer.json()["days"]) == ((409, "disability-too-long"), 10)

    async def test_is_prolonged_by_a_commission(self, issue, prepare):
        await issue(ends_on="2026-04-15")
        await issue(starts_on="2026-04-16", ends_on="2026-06-04", decided_by="commission")
        answer = await prepare(starts_on="2026-06-05", ends_on="2026-06-05", decided_by="commission")
        assert told(answer) == (409, "disability-too-long")

    async def test_gives_no_more_days_to_who_writes_back(self, issue, prepare):
        """Ten days before ten that are certified would be twenty, by doctors alone."""
        await issue(starts_on="2026-04-16", ends_on="2026-04-25")
        answer = await prepare(starts_on="2026-04-06", ends_on="2026-04-15")
        assert (told(answer), answer.json()["days"]) == ((409, "disability-too-long"), 10)

    async def test_is_another_where_a_day_lies_between(self, issue, prepare):
        await issue(starts_on="2026-04-16", ends_on="2026-04-25")
        assert (await prepare(starts_on="2026-04-05", ends_on="2026-04-14")).status_code == 200

    async def test_says_on_the_page_whether_it_begins_or_goes_on(self, certificates, issue):
        pages = []
        for period in ({}, {"starts_on": "2026-04-11", "ends_on": "2026-04-12"}):
            application = await issue(**period)
            await certificates.seal()
            read = PdfReader(io.BytesIO(await certificates.pdf(application))).pages
            pages.append("".join(each.extract_text() for each in read))
        assert ["Первичный" in each for each in pages] == [True, False]
        assert ["Продолжение" in each for each in pages] == [False, True]

    async def test_takes_a_period_once_when_two_providers_issue_at_once(self, certificates, ill):
        """Both were prepared before either was issued: the constraint decides, and the other prepares anew."""
        tasks = {at: (await ill(at=at))[0] for at in ("akmola", "esil")}
        prepared = {at: await certificates.prepare(task, "district_doctor", at, data=FROM_TODAY)
                    for at, task in tasks.items()}  # fmt: skip
        answers = await asyncio.gather(*(
            certificates.complete(tasks[at], prepared[at].json(), "district_doctor", at) for at in tasks
        ))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert len(await certificates.rows("SELECT * FROM disability")) == 1

    async def test_counts_its_days_once_when_two_doctors_prolong_each_other_at_once(self, certificates, prepare_two):
        """Ten days each, prepared before either was issued: no constraint sees that they make twenty."""
        answers = await asyncio.gather(*(
            certificates.complete(task, prepared, "district_doctor", "akmola") for task, prepared in prepare_two
        ))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert len(await certificates.rows("SELECT * FROM disability")) == 1


class TestAnAnnulledSheet:
    """Annulment and correction are ours, as for every result."""

    @pytest.fixture
    async def annulled(self, certificates, issue):
        application = await issue()
        await certificates.seal()
        doctor = certificates.staff("district_doctor", "akmola")
        why = {"reason": "error-in-document", "note": "Күні қате"}
        answer = await certificates.post(f"/results/{application}/annulment", doctor, why)
        assert answer.status_code == 200, answer.text
        return application

    async def test_gives_its_days_back(self, certificates, annulled, issue):
        assert await certificates.rows("SELECT * FROM disability") == []
        await issue(at="esil")

    async def test_keeps_them_where_the_annulment_is_undone(self, certificates, issue, monkeypatch):
        """One transaction: whatever fails after the days were freed takes that back too."""
        application = await issue()
        await certificates.seal()

        async def fails(*_, **__):
            raise RuntimeError

        monkeypatch.setattr("shared.applications.results.annulling.enter_annulment", fails)
        doctor = certificates.staff("district_doctor", "akmola")
        answer = await certificates.post(f"/results/{application}/annulment", doctor, {"reason": "error-in-document"})
        assert answer.status_code == 500
        assert len(await certificates.rows("SELECT * FROM disability")) == 1

    async def test_is_made_anew_for_other_days(self, certificates, annulled):
        doctor = certificates.staff("district_doctor", "akmola")
        answer = await certificates.post(f"/results/{annulled}/reissue", doctor)
        assert answer.status_code == 200, answer.text
        done = await certificates.carry_out("district_doctor", "akmola", data={**FROM_TODAY, "ends_on": "2026-04-08"})
        assert done["application"]["state"] == "ready"
        assert await certificates.seal() == 1
        (row,) = await certificates.rows("SELECT application, chain, ends_on FROM disability")
        assert (row.chain, row.ends_on.isoformat()) == (row.application, "2026-04-08")
        assert (await certificates.shown(annulled))["status"]["code"] != "result-annulled"

    async def test_is_not_made_anew_for_days_that_another_has_taken(self, certificates, annulled, issue):
        await issue(at="esil")
        doctor = certificates.staff("district_doctor", "akmola")
        assert (await certificates.post(f"/results/{annulled}/reissue", doctor)).status_code == 200
        task = await certificates.claim("district_doctor", "akmola")
        answer = await certificates.prepare(task, "district_doctor", "akmola", data=FROM_TODAY)
        assert told(answer) == (409, "disability-overlaps")
        assert ELSEWHERE not in answer.text

    async def test_can_be_corrected_when_a_commission_has_prolonged_it(self, certificates, issue):
        """The doctor answers for the days up to the end of his own link, and not for those that follow."""
        first = await issue(ends_on="2026-04-15")
        await issue(starts_on="2026-04-16", ends_on="2026-05-10", decided_by="commission")
        await certificates.seal()
        doctor = certificates.staff("district_doctor", "akmola")
        for deed, body in (("annulment", {"reason": "error-in-document"}), ("reissue", {})):
            assert (await certificates.post(f"/results/{first}/{deed}", doctor, body)).status_code == 200
        corrected = {**FROM_TODAY, "ends_on": "2026-04-15", "diagnosis": "J06.8"}
        await certificates.carry_out("district_doctor", "akmola", data=corrected)
        assert len(await certificates.rows("SELECT * FROM disability")) == 2
