"""The mandatory confidential test, from the window to the handing over: zhambyl hiv-test 5 to 8."""

import base64
import io

import pypdf
import pytest

from lab.samples.codes import new_sample_code, printed

from .conftest import BINS


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def wrong(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestTheWalk:
    async def test_ends_with_the_certificate_for_a_negative_finding(self, lab):
        """3: a certificate that confirms a negative finding."""
        own = "900514400019"
        receipt = await lab.formalised("negative", applicant={"iin": own, "surname": "Сейітова"})
        citizen = lab.citizen(own)
        assert (await lab.get(f"/applications/{receipt['id']}/result", citizen)).status_code == 404
        await lab.carry_out("responsible_employee", "handed-over")
        shown = (await lab.get(f"/applications/{receipt['id']}", citizen)).json()
        assert shown["state"] == "issued"
        page = await lab.get(f"/applications/{receipt['id']}/result", citizen)
        for expected in ("Сейітова", "отрицательный", "06.04.2026", BINS["clinic"], receipt["number"]):
            assert expected in text_of(page.content)
        verified = await lab.get(f"/verify/{shown['result']['code']}")
        assert (verified.json()["genuine"], verified.json()["in_force"]) == (True, True)

    async def test_ends_for_a_positive_finding_with_a_sheet_that_nobody_else_sees(self, lab):
        own = "900514400019"
        receipt = await lab.formalised("positive", applicant={"iin": own, "surname": "Сейітова"})
        citizen = lab.citizen(own)
        await lab.carry_out("responsible_employee", "handed-over")
        shown = (await lab.get(f"/applications/{receipt['id']}", citizen)).json()
        assert (shown["state"], shown["result"]) == ("issued", None)
        assert (await lab.get(f"/applications/{receipt['id']}/result", citizen)).status_code == 404
        ((code,),) = await lab.rows("SELECT code FROM results WHERE state = 'sealed'")
        assert wrong(await lab.get(f"/verify/{code}")) == (404, "verification-code-unknown")
        assert (await lab.get(f"/applications/{receipt['id']}/evidence", citizen)).json()["items"] == []
        assert "оложительн" not in (await lab.get("/applications", citizen)).text

    async def test_goes_through_five_performers_in_order(self, lab):
        """7 and 8: who acts, and in which order."""
        await lab.formalised("negative")
        await lab.carry_out("responsible_employee", "handed-over")
        rows = await lab.rows("SELECT step, performer, provider FROM tasks ORDER BY opened_at, id")
        assert [(row.step, row.performer, row.provider) for row in rows] == [
            ("receive", "responsible_employee", BINS["clinic"]),
            ("draw-blood", "procedure_room_employee", BINS["clinic"]),
            ("find", "laboratory_employee", BINS["centre"]),
            ("formalise", "management", BINS["clinic"]),
            ("hand-over", "responsible_employee", BINS["clinic"]),
        ]


class TestHandingOver:
    async def test_prints_the_sheet_for_who_tells_the_person_and_leaves_a_record(self, lab):
        await lab.formalised("positive")
        task = await lab.claim("responsible_employee")
        page = await lab.get(f"/tasks/{task['id']}/result", lab.staff("responsible_employee"))
        assert "положительный" in text_of(page.content)
        (seen,) = await lab.rows("SELECT actor_roles FROM access_records WHERE action = 'result-printed'")
        assert seen.actor_roles == ["responsible_employee"]
        assert wrong(await lab.get(f"/tasks/{task['id']}/result", lab.staff("management"))) == (403, "wrong-role")

    async def test_waits_for_the_seal(self, lab):
        await lab.found("negative")
        await lab.carry_out("management", "formalised")
        task = await lab.claim("responsible_employee")
        page = await lab.get(f"/tasks/{task['id']}/result", lab.staff("responsible_employee"))
        assert wrong(page) == (404, "result-not-ready")
        early = await lab.prepare("responsible_employee", task, "handed-over")
        assert wrong(early) == (409, "result-not-sealed")


class TestTheLaboratory:
    async def test_sees_the_sample_code_and_nothing_of_the_person(self, lab):
        receipt, code = await lab.drawn()
        listed = await lab.get("/tasks", lab.staff("laboratory_employee"))
        task = await lab.claim("laboratory_employee")
        await lab.receive(code)
        prepared = (await lab.prepare("laboratory_employee", task, "negative", data={"sample_code": code})).json()
        done = await lab.complete("laboratory_employee", task, prepared)
        assert task["marks"] == {"sample_code": code}
        assert code in base64.b64decode(prepared["document"]).decode()
        for seen in (listed.text, str(task), base64.b64decode(prepared["document"]).decode(), done.text):
            for hidden in ("Әбдірахманова", receipt["id"], receipt["number"], "+77011234567", BINS["clinic"]):
                assert hidden not in seen

    async def test_is_told_of_its_step_under_its_own_number(self, lab):
        await lab.drawn()
        rows = await lab.rows("SELECT data FROM outbox WHERE type LIKE '%step-opened%' ORDER BY seq")
        assert [row.data["provider_bin"] for row in rows] == [BINS["clinic"], BINS["clinic"], BINS["centre"]]

    async def test_is_alarmed_alone_after_three_working_days(self, lab):
        """5(3): three working days for a negative finding; nobody else learns that there is none yet."""
        _, code = await lab.drawn()
        laboratory, clinic = lab.staff("laboratory_employee"), lab.staff("management")
        lab.later(days=2)
        assert (await lab.get("/samples/alarms", laboratory)).json() == {"items": []}
        lab.later(days=2)  # Friday
        assert (await lab.get("/samples/alarms", laboratory)).json() == {"items": [{"sample_code": code}]}
        assert (await lab.get("/samples/alarms", lab.staff("laboratory_employee", "elsewhere"))).json() == {"items": []}
        assert wrong(await lab.get("/samples/alarms", clinic)) == (403, "wrong-role")
        assert await lab.raise_overdue() == 0

    async def test_cannot_find_before_it_has_received(self, lab):
        _, code = await lab.drawn()
        task = await lab.claim("laboratory_employee")
        early = await lab.prepare("laboratory_employee", task, "negative", data={"sample_code": code})
        assert wrong(early) == (409, "sample-not-received")

    async def test_cannot_find_for_another_tube(self, lab):
        await lab.drawn()
        task = await lab.claim("laboratory_employee")
        other = {"sample_code": printed(new_sample_code())}
        refused = await lab.prepare("laboratory_employee", task, "negative", data=other)
        assert wrong(refused) == (409, "sample-of-another-task")

    async def test_of_another_provider_sees_no_task(self, lab):
        await lab.drawn()
        assert (await lab.get("/tasks", lab.staff("laboratory_employee", "elsewhere"))).json()["items"] == []

    async def test_cannot_change_its_finding_after_the_step(self, lab):
        await lab.found("negative")
        by = lab.staff("laboratory_employee")
        (task,) = (await lab.get("/tasks", by, state="done")).json()["items"]
        assert wrong(await lab.post(f"/tasks/{task['id']}/claim", by)) == (409, "task-closed")

    async def test_cannot_change_its_finding_after_management_has_signed(self, lab):
        """A draft of the other finding, kept from before, changes nothing any more."""
        _, code = await lab.drawn()
        await lab.receive(code)
        task = await lab.claim("laboratory_employee")
        kept = (await lab.prepare("laboratory_employee", task, "positive", data={"sample_code": code})).json()
        await lab.carry_out("laboratory_employee", "negative", data={"sample_code": code})
        await lab.carry_out("management", "formalised")
        late = await lab.complete("laboratory_employee", task, kept)
        assert wrong(late) in {(409, "task-closed"), (409, "draft-replaced")}
        again = await lab.prepare("laboratory_employee", task, "positive", data={"sample_code": code})
        assert wrong(again) == (409, "task-closed")


class TestAPositiveFinding:
    @pytest.mark.parametrize("asked", [
        {"outcome": "negative"}, {"outcome": "formalised", "data": {"finding": "negative"}},
        {"outcome": "formalised", "data": {"result": "certificate"}},
    ], ids=["another outcome", "another finding", "another result"])  # fmt: skip
    async def test_cannot_be_certified(self, lab, asked):
        """3: a certificate confirms a negative finding only; management is given the sheet to sign, or nothing."""
        await lab.found("positive")
        task = await lab.claim("management")
        assert (await lab.prepare("management", task, **asked)).status_code == 422
        page = base64.b64decode((await lab.prepare("management", task, "formalised")).json()["document"])
        assert "ПОЛОЖИТЕЛЬНЫЙ" in text_of(page).upper()
        assert "сертификат" not in text_of(page).lower()

    async def test_is_not_made_anew_as_a_certificate(self, lab):
        own = "900514400019"
        receipt = await lab.formalised("positive", applicant={"iin": own, "surname": "Сейітова"})
        await lab.carry_out("responsible_employee", "handed-over")
        assert (await lab.get(f"/applications/{receipt['id']}", lab.citizen(own))).json()["state"] == "issued"
        ((result,),) = await lab.rows("SELECT id FROM results")
        asked = await lab.post(f"/results/lab-{result.hex}/reissue", lab.staff("management"))
        assert asked.status_code in {403, 404, 409}
        assert await lab.rows("SELECT id FROM results WHERE published") == []


class TestATube:
    @pytest.mark.parametrize("why", ["unknown", "elsewhere", "twice"])
    async def test_that_does_not_belong_here_is_refused_and_recorded(self, lab, why):
        _, code = await lab.drawn()
        if why == "twice":
            await lab.receive(code)
        typed = printed(new_sample_code()) if why == "unknown" else code
        refused = await lab.receive(typed, "elsewhere" if why == "elsewhere" else "centre")
        assert wrong(refused) == (409, "sample-received-before" if why == "twice" else "sample-unknown")
        (kept,) = await lab.rows("SELECT code, why FROM sample_refusals")
        assert (printed(kept.code), kept.why) == (typed, why)

    async def test_misread_is_asked_for_again(self, lab):
        _, code = await lab.drawn()
        misread = code[:-1] + ("0" if code[-1] != "0" else "1")
        assert wrong(await lab.receive(misread)) == (422, "sample-code-mistyped")

    async def test_cannot_be_used_for_two(self, lab):
        _, code = await lab.drawn()
        await lab.visit()
        await lab.carry_out("responsible_employee", "sent")
        task = await lab.claim("procedure_room_employee")
        refused = await lab.prepare("procedure_room_employee", task, "sample-taken", data={"sample_code": code})
        assert wrong(refused) == (409, "sample-code-taken")
