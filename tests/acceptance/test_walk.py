"""The walk in both regions, from the portal's door to the sealed result that anyone can verify.

Akmola booking, clauses 5, 7, 8; zhambyl booking, clauses 3, 7, 11.
"""

import asyncio
import json
import re
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest

from shared.pki.evidence import verify_application
from shared.pki.verdict import Value
from shared.procedure import Limit, OpeningHours, WorkingClock, deadline, describe, load
from shlyuz import layout
from shlyuz.demo.checking import check_signatures
from shlyuz.demo.portal import Portal
from shlyuz.demo.walks import refused
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import KEYS
from shlyuz.seeding import cast

LANGUAGES = ("kk", "ru", "en")


@dataclass(kw_only=True)
class Walked:
    """What everybody saw on the way."""

    region: str
    keys: str
    portal: Portal
    workstation: Workstation
    signed: dict[str, str]
    receipt: dict[str, Any]
    event: dict[str, Any]
    open: dict[str, Any] = field(default_factory=dict)
    task: dict[str, Any] = field(default_factory=dict)
    done: dict[str, Any] = field(default_factory=dict)
    pdf: Path = Path()

    @property
    def id(self) -> str:
        return str(self.receipt["id"])

    async def look(self, path: str = "", **options: Any) -> Any:
        return await self.portal.api.get(f"/applications/{self.id}{path}", **options)


EXPECTED = {
    "akmola": SimpleNamespace(
        performer="dispatcher",
        step="give-time",
        acr="certificate",
        filed=("submitted", "received"),
        states=["submitted", "registered", "ready", "issued"],
        processes=[None, 6, None, 8],
        title="Notice of a doctor's appointment",
    ),
    "zhambyl": SimpleNamespace(
        performer="responsible_employee",
        step="confirm",
        acr="password",
        filed=("registered", "registered"),
        states=["submitted", "registered", "ready", "issued"],
        processes=[None, None, None, 7],
        title="Confirmation of a doctor's appointment",
    ),
}


@pytest.fixture(scope="module", params=product(["akmola", "zhambyl"], KEYS), ids="-".join)
async def walked(request, town, tmp_path_factory) -> Walked:
    region, keys = request.param
    walk, portal = town.walk(region), await town.citizen(region, keys=keys)
    workstation = await town.workstation(region, keys=keys)
    document = await town.document(portal, region)
    signed = portal.sign(document)
    async with workstation.events() as events:
        receipt, event = await applied(portal, signed, events)
    went = Walked(region=region, keys=keys, portal=portal, workstation=workstation, signed=signed, receipt=receipt,
                  event=event)  # fmt: skip
    went.open = await went.look()
    went.task = dict(await workstation.claim((await workstation.task_of(went.id))["id"]))
    await workstation.complete(went.task["id"], await walk.acts.decide(walk, workstation, went.task))
    went.done = await until_issued(went)
    went.pdf = tmp_path_factory.mktemp("pdf") / "result.pdf"
    went.pdf.write_bytes((await portal.api.request("GET", f"/applications/{went.id}/result")).content)
    return went


async def applied(portal, signed, events):
    """Post the application while someone listens: the receipt, and the first event about it."""
    heard = []

    async def hear():
        async for event in events:
            heard.append(event)  # noqa: PERF401 - others read the list meanwhile

    listening = asyncio.create_task(hear())
    receipt = await portal.apply(signed)
    try:
        async with asyncio.timeout(60):
            while not (found := [each for each in heard if each["data"].get("application_id") == receipt["id"]]):
                await asyncio.sleep(0.01)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return receipt, found[0]


async def until_issued(went):
    async with asyncio.timeout(60):
        while (shown := await went.look())["state"] != "issued":
            assert shown["state"] == "ready"
            await asyncio.sleep(0.1)
    return shown


class TestAnAcceptedApplication:
    def test_has_a_number_and_a_status(self, walked):
        state, status = EXPECTED[walked.region].filed
        assert re.fullmatch(r"BKG-20\d\d-\d{7}", walked.receipt["number"])
        assert (walked.receipt["state"], walked.receipt["status"]["code"]) == (state, status)

    def test_is_due_29_minutes_of_working_time_later(self, walked):
        """Akmola booking 5, 7: 29 minutes; zhambyl's portal has the same limit from us."""
        expected = the_deadline(walked)
        assert datetime.fromisoformat(walked.receipt["due_at"]) == expected.due_at
        assert walked.receipt["due_at"].endswith("+05:00")

    async def test_says_in_each_language_how_that_was_computed(self, walked):
        told = {}
        for language in LANGUAGES:
            walked.portal.api.language = language
            step = (await walked.look())["steps"][0]
            told[language] = step["title"]
            assert step["limit"] == "29 m"
        walked.portal.api.language = "en"
        assert len(set(told.values())) == 3
        trace = the_deadline(walked).trace
        assert walked.receipt["due_trace"] == list(describe(trace, "en", "Asia/Almaty"))
        assert walked.open["due_trace"] == walked.receipt["due_trace"]
        assert walked.open["due_at"] == walked.receipt["due_at"]

    def test_is_heard_of_at_the_workstation(self, walked):
        assert walked.event["event"] == "application.submitted"
        assert int(walked.event["id"]) > 0

    def test_stands_in_the_cabinets_list(self, walked, listed):
        assert [each["id"] for each in listed["items"]] == [walked.id]
        assert listed["unavailable"] == []

    async def test_keeps_evidence_that_anyone_can_judge_again_with_the_root_alone(self, walked, town):
        bundle = (await walked.portal.api.request("GET", f"/applications/{walked.id}/evidence")).content
        first, *others = json.loads(bundle)["items"]
        assert {name: first[name] for name in walked.signed} == walked.signed
        assert len(others) == 1  # the performer's
        roots = replace(town.authorities[walked.keys].trust(), intermediates=(), responders=())
        for item in verify_application(bundle, roots):
            assert (item.result.recorded.value, item.result.now.value) == (Value.VALID, Value.VALID)


@pytest.fixture
async def listed(walked):
    return await walked.portal.api.get("/applications")


def the_deadline(walked):
    hours = OpeningHours.from_json(cast.OPENING_HOURS)
    clock = WorkingClock(calendar=load(layout.regulations()).calendar, hours=hours)
    return deadline(Limit.parse("29 m"), datetime.fromisoformat(walked.receipt["filed_at"]), clock)


class TestTheTask:
    def test_is_the_performers_with_all_that_the_step_needs(self, walked):
        document = json.loads(b64decode(walked.signed["document"]))
        assert walked.task["step"] == EXPECTED[walked.region].step
        assert walked.task["performer"] == EXPECTED[walked.region].performer
        assert walked.task["fields"] == document["fields"]
        assert walked.task["patient"]["iin"] == walked.portal.person.iin
        assert walked.task["signed"] is True
        assert walked.task["due_at"] == walked.receipt["due_at"]
        assert {ground["kind"] for ground in walked.task["grounds"]} >= {"documents"}

    async def test_gives_the_uploaded_document_as_it_was(self, walked):
        for document in walked.task["documents"]:
            path = f"/tasks/{walked.task['id']}/documents/{document['id']}"
            assert (await walked.workstation.api.request("GET", path)).content.startswith(b"%PDF")
        assert len(walked.task["documents"]) == (1 if walked.region == "akmola" else 0)

    async def test_is_over(self, walked):
        again = await refused(walked.workstation.claim(walked.task["id"]))
        assert (again.status, again.code) == (409, "task-closed")

    async def test_is_entered_in_the_journal_under_the_next_number(self, walked, town):
        keeper = await town.workstation(walked.region, "journal_keeper")
        year = datetime.fromisoformat(walked.receipt["filed_at"]).year
        volumes = (await keeper.api.get("/journals/appointments", year=year))["volumes"]
        rows = [row for volume in volumes if volume["volume"] == "booking" for row in volume["items"]]
        assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
        values = next(row["values"] for row in rows if row["application"]["id"] == walked.id)
        assert (values["given_name"], values["sex"]) == ("Ұлжан", "female")
        assert values["scheduled_at"] == walked.done["appointment"]["starts_at"]


class TestTheHistory:
    async def test_tells_every_state_with_its_process(self, walked):
        """Akmola booking 8(10), 8(12); zhambyl booking 11(11)."""
        items = (await walked.look("/history"))["items"]
        assert [item["state"] for item in items] == EXPECTED[walked.region].states
        assert [item["process"] for item in items] == EXPECTED[walked.region].processes
        assert [item["version"] for item in items] == [1, 2, 3, 4]
        assert all(one["at"] <= two["at"] for one, two in pairwise(items))

    async def test_ends_with_a_numbered_notice_of_the_result(self, walked):
        notice, *others = (await walked.portal.api.get("/notices"))["items"]
        assert others == []
        assert (notice["kind"], notice["process"]) == ("result", EXPECTED[walked.region].processes[-1])
        assert len(set(notice["texts"].values())) == 3

    async def test_tells_who_looked_where_the_login_was_strong_enough(self, walked, town):
        if EXPECTED[walked.region].acr == "password":
            refusal = await refused(walked.portal.api.get("/access-log"))
            assert (refusal.status, refusal.code) == (403, "stronger-login-needed")
            await walked.portal.log_in(with_certificate=True)
        looks = (await walked.portal.api.get("/access-log"))["items"]
        mine = [each for each in looks if each["application"]["id"] == walked.id]
        assert {"task-claimed", "step-prepared", "step-completed"} <= {each["action"] for each in mine}
        assert {each["provider"] for each in looks} == {town.world.provider(walked.region)["bin"]}


class TestTheResult:
    async def test_is_signed_by_the_performer_and_sealed_by_the_organisation(self, walked, town):
        """Akmola booking 8(12), zhambyl booking 11(11): a document with the provider's signature."""
        performer, seal = await check_signatures(walked.pdf, town.roots)
        assert (performer.iin is not None, performer.bin) == (True, walked.workstation.bin)
        assert performer.key_algorithm == {"rsa": "RSA-2048", "gost": "GOST-512"}[walked.keys]
        assert (seal.iin, seal.bin, seal.key_algorithm) == (None, walked.workstation.bin, "RSA-2048")

    def test_is_no_longer_whole_when_a_byte_is_changed(self, walked, town, tmp_path):
        changed = tmp_path / "changed.pdf"
        content = bytearray(walked.pdf.read_bytes())
        content[700] ^= 1
        changed.write_bytes(content)
        with pytest.raises(Exception):  # noqa: B017 - whatever pyHanko stumbles over first
            asyncio.run(check_signatures(changed, town.roots))

    def test_says_who_when_and_where_in_both_languages(self, walked):
        text = " ".join(pypdf.PdfReader(walked.pdf).pages[0].extract_text().split())
        appointment = walked.done["appointment"]
        assert walked.receipt["number"] in text
        assert walked.done["result"]["code"] in text
        for word in ("Ұлжан", appointment["doctor"]["name"].split()[0], appointment["doctor"]["specialty_title"]["ru"]):
            assert word in text
        assert f"{datetime.fromisoformat(appointment['starts_at']):%d.%m.%Y}" in text
        assert f"{datetime.fromisoformat(appointment['starts_at']):%H:%M}" in text

    async def test_can_be_verified_by_a_program(self, walked, town):
        answer = await town.http.get(walked.done["result"]["verify_url"], headers={"Accept": "application/json"})
        said = answer.json()
        assert (said["genuine"], said["in_force"], said["number"]) == (True, True, walked.receipt["number"])
        assert said["kind"]["en"] == EXPECTED[walked.region].title
        assert said["patient"] == "Т*** Ұ. Ө."
        assert walked.portal.person.iin not in answer.text

    async def test_can_be_verified_by_a_person(self, walked, town):
        answer = await town.http.get(walked.done["result"]["verify_url"], headers={"Accept": "text/html"})
        assert answer.headers["content-type"].startswith("text/html")
        assert "түпнұсқа" in answer.text and "подлинный" in answer.text
        assert "Ұлжан" not in answer.text and walked.portal.person.iin not in answer.text

    async def test_is_not_known_under_another_code(self, walked, town):
        url = walked.done["result"]["verify_url"]
        answer = await town.http.get(
            url[:-1] + ("0" if url[-1] != "0" else "1"), headers={"Accept": "application/json"}
        )
        assert answer.status_code == 404

    def test_was_issued_after_it_was_signed(self, walked):
        step = datetime.fromisoformat(walked.done["steps"][0]["completed_at"])
        assert datetime.fromisoformat(walked.done["result"]["sealed_at"]) >= step
