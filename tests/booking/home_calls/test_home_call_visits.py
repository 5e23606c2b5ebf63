"""The doctor's day, and how visits end: who sees what, in which order, and that nothing is recorded twice."""

import asyncio
from uuid import UUID

import pytest

from booking.home_calls.repository import SetVisit, keep

OUTCOMES = ["visited", "not-at-home", "handed-to-emergency-care"]


class TestADay:
    async def test_shows_a_doctor_all_that_he_needs_at_the_door(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor, district="№ 5")
        day = (await calls.day(someone)).json()
        (item,) = day["items"]
        assert day["date"] == "2026-04-06"
        assert (item["id"], item["district"], item["doctor"]["id"]) == (application, "№ 5", doctor)
        assert item["complaint"] == "Бас ауырады, қызуы 38"
        assert (item["address"], item["phone"]) == ("Абай көшесі, 10, 5-пәтер", "+77011234567")
        assert item["patient"]["name"] == "ӘБДІРАХМАНОВА ҚЫЗҒАЛДАҚ ҒАЛЫМҚЫЗЫ"
        assert (item["advice"], item["outcome"]) == (None, None)

    async def test_is_in_order_of_urgency_district_and_time(self, calls, danger):
        doctor, someone = await calls.doctor()
        wanted = [
            ("emergency", {"complaint": danger, "district": "9"}),
            ("urgent", {"urgency": "urgent", "district": "1"}),
            ("urgent", {"urgency": "urgent", "district": "2", "visit_at": "2026-04-06T15:00:00+05:00"}),
            ("urgent", {"urgency": "urgent", "district": "2", "visit_at": "2026-04-06T16:00:00+05:00"}),
            ("urgent", {"urgency": "urgent"}),
            ("ordinary", {"urgency": "ordinary", "district": "1"}),
            ("ordinary", {"district": "3"}),
        ]
        order = [4, 6, 0, 3, 5, 2, 1]
        made = {n: await calls.visit("akmola", doctor, who=n + 1, **wanted[n][1]) for n in order}
        items = (await calls.day(someone)).json()["items"]
        assert [each["id"] for each in items] == [made[n] for n in range(7)]
        assert [each["urgency"]["code"] for each in items] == [code for code, _ in wanted]

    async def test_puts_what_is_over_behind_what_waits(self, calls, danger):
        doctor, someone = await calls.doctor()
        over = await calls.visit("akmola", doctor, complaint=danger)
        waits = await calls.visit("akmola", doctor, who=2)
        await calls.end(over, someone)
        assert [each["id"] for each in (await calls.day(someone)).json()["items"]] == [waits, over]

    async def test_is_the_day_that_is_asked_for(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor, visit_at="2026-04-07T00:30:00+05:00")
        assert (await calls.day(someone)).json()["items"] == []
        tomorrow = (await calls.day(someone, date="2026-04-07")).json()["items"]
        assert [each["id"] for each in tomorrow] == [application]

    @pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "1999-12-31", "2200-01-01"])
    async def test_is_a_day(self, calls, day):
        _, someone = await calls.doctor()
        answer = await calls.day(someone, date=day)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_has_only_the_doctors_own_visits(self, calls):
        mine, me = await calls.doctor()
        other, him = await calls.doctor(name="two", surname="Ким")
        first, second = await calls.visit("akmola", mine), await calls.visit("akmola", other, who=2)
        assert [each["id"] for each in (await calls.day(me)).json()["items"]] == [first]
        assert [each["id"] for each in (await calls.day(him)).json()["items"]] == [second]
        everybody = (await calls.day(calls.performer("akmola"))).json()["items"]
        assert {each["id"] for each in everybody} == {first, second}
        one = (await calls.day(calls.performer("akmola"), doctor_id=other)).json()["items"]
        assert [each["id"] for each in one] == [second]

    async def test_hides_visits_from_another_provider(self, calls):
        await calls.visit("zhambyl")
        _, stranger = await calls.doctor("other")
        assert (await calls.day(stranger)).json()["items"] == []
        dispatcher = calls.performer("zhambyl")
        elsewhere = calls.booking.staff(next(iter(dispatcher.actor.roles)), "other")
        assert (await calls.day(elsewhere)).json()["items"] == []

    async def test_is_nothing_for_other_roles(self, calls):
        answer = await calls.day(calls.booking.staff("journal_keeper", "akmola"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
        assert (await calls.day(calls.booking.citizen())).status_code == 403

    async def test_leaves_a_record_that_the_patient_sees(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        await calls.day(someone)
        looks = (await calls.booking.get("/access-log", calls.booking.citizen())).json()["items"]
        assert (looks[0]["action"], looks[0]["application"]["id"]) == ("visits-listed", application)


class TestAnOutcome:
    @pytest.mark.parametrize("outcome", OUTCOMES)
    async def test_is_seen_by_doctor_and_citizen_and_told(self, calls, outcome):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        answer = await calls.end(application, someone, outcome)
        assert (answer.status_code, answer.json()["visit"]["outcome"]["code"]) == (200, outcome)
        shown = await calls.shown(application)
        assert shown["visit"]["outcome"]["code"] == outcome
        assert (shown["state"], shown["status"]["code"]) == ("ready", "signed")
        (item,) = (await calls.day(someone)).json()["items"]
        assert item["outcome"]["code"] == outcome
        history = (await calls.booking.get(f"/applications/{application}/history", calls.booking.citizen())).json()
        assert (history["items"][-1]["action"], history["items"][-1]["outcome"]) == ("end-visit", outcome)
        told = await calls.booking.rows("SELECT count(*) AS n FROM outbox WHERE type LIKE '%visit-ended%'")
        assert told[0].n == 1

    async def test_is_recorded_once(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        assert (await calls.end(application, someone)).status_code == 200
        again = await calls.end(application, calls.performer("akmola"), "not-at-home")
        assert (again.status_code, again.json()["code"]) == (409, "visit-ended")
        assert (await calls.shown(application))["visit"]["outcome"]["code"] == "visited"

    async def test_is_recorded_once_however_many_come_at_once(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        answers = await asyncio.gather(*(calls.end(application, someone, each) for each in OUTCOMES * 3))
        assert sorted(each.status_code for each in answers) == [200] + [409] * 8

    async def test_is_answered_alike_under_the_same_key(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        token = calls.booking.gateway.sign("booking", someone.actor, now=calls.booking.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
        answers = [
            await calls.booking.http.post(
                f"/visits/{application}/outcome", headers=headers, json={"outcome": "visited"}
            )
            for _ in range(2)
        ]
        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()

    async def test_may_be_the_dispatchers_word(self, calls):
        application = await calls.visit("akmola")
        assert (await calls.end(application, calls.performer("akmola"))).status_code == 200

    async def test_does_not_keep_the_result_from_its_seal(self, calls, seal):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        await calls.end(application, someone)
        assert await seal() == 1
        shown = await calls.shown(application)
        assert (shown["state"], shown["visit"]["outcome"]["code"]) == ("issued", "visited")

    async def test_is_not_another_doctors(self, calls):
        doctor, _ = await calls.doctor()
        _, other = await calls.doctor(name="two", surname="Ким")
        application = await calls.visit("akmola", doctor)
        answer = await calls.end(application, other)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    async def test_is_not_another_providers(self, calls):
        application = await calls.visit("zhambyl")
        role = next(iter(calls.performer("zhambyl").actor.roles))
        for stranger in (calls.booking.staff(role, "other"), (await calls.doctor("other"))[1]):
            answer = await calls.end(application, stranger)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    async def test_is_one_of_three(self, calls):
        doctor, someone = await calls.doctor()
        answer = await calls.end(await calls.visit("akmola", doctor), someone, "cured")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_needs_a_visit(self, calls):
        filed = (await calls.file("akmola")).json()
        assert (await calls.end(filed["id"], calls.performer("akmola"))).status_code == 404
        assert (await calls.end("bkg-" + "0" * 32, calls.performer("akmola"))).status_code == 404

    async def test_comes_no_day_too_early_unless_others_took_over(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor, visit_at="2026-04-07T10:00:00+05:00")
        for outcome in ("visited", "not-at-home"):
            early = await calls.end(application, someone, outcome)
            assert (early.status_code, early.json()["code"]) == (409, "visit-not-yet")
        assert (await calls.end(application, someone, "handed-to-emergency-care")).status_code == 200


class TestAChangeOfMind:
    async def test_takes_the_visit_off_the_list(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        answer = await calls.change("withdrawal", application)
        assert answer.json()["state"] == "withdrawn", answer.text
        assert (await calls.day(someone)).json()["items"] == []
        assert (await calls.end(application, someone)).status_code == 404

    async def test_comes_too_late_an_hour_before(self, calls, later):
        """The cut-off is ours."""
        application = await calls.visit("akmola")
        later(hours=2, minutes=1)
        answer = await calls.change("withdrawal", application)
        assert (answer.status_code, answer.json()["code"]) == (409, "cut-off-passed")

    @pytest.mark.parametrize("purpose", ["withdrawal", "reschedule"])
    async def test_comes_too_late_once_the_visit_is_over(self, calls, purpose):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        await calls.end(application, someone, "handed-to-emergency-care")
        answer = await calls.change(purpose, application)
        assert (answer.status_code, answer.json()["code"]) == (409, "visit-ended")
        assert (await calls.shown(application))["state"] == "ready"

    async def test_lets_the_performer_give_another_time(self, calls):
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        changed = await calls.change("reschedule", application)
        assert changed.json()["status"]["code"] == "time-being-changed", changed.text
        answer = await calls.end(application, someone)
        assert (answer.status_code, answer.json()["code"]) == (409, "visit-being-changed")
        given = calls.given(doctor, visit_at="2026-04-06T18:00:00+05:00")
        assert (await calls.set_visit("akmola", application, given)).status_code == 200
        (item,) = (await calls.day(someone)).json()["items"]
        assert item["at"] == "2026-04-06T18:00:00+05:00"


class TestAnAccount:
    async def test_is_one_doctors(self, calls):
        await calls.doctor()
        other = await calls.booking.add_doctor("akmola", surname="Ким")
        answer = await calls.booking.patch(
            f"/admin/doctors/{other}", calls.booking.staff(at="akmola"), {"account_id": "doctor akmola one"}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "doctor-account-taken")


class TestAVisitThatIsOver:
    async def test_is_set_no_other_time_whoever_tries(self, calls):
        """What locks and steps keep from happening is kept by the statement, too."""
        doctor, someone = await calls.doctor()
        application = await calls.visit("akmola", doctor)
        await calls.end(application, someone)
        other = SetVisit(
            application=UUID(application.partition("-")[2]),
            provider=someone.actor.bin,
            doctor=UUID(doctor.partition("-")[2]),
            visit_at=calls.booking.clock.now(),
            on_date=calls.booking.clock.now().date(),
        )
        async with calls.booking.platform.database.transaction() as session:
            assert not await keep(session, other)
        assert (await calls.day(someone)).json()["items"][0]["at"] == "2026-04-06T12:00:00+05:00"
