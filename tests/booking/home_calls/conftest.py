"""Home calls at the service: who calls, who decides, who goes."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.applications.results.sealing import Seals, SealWorker
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.testing.register import FixedRegister

PERFORMERS = {"akmola": "dispatcher", "zhambyl": "responsible_employee_of_the_registration_department"}
COMPLAINT = {"akmola": "condition", "zhambyl": "complaint"}
LAST = {"akmola": "visit-set", "zhambyl": "confirmed"}
DANGER = "Кеудем қатты қысып ауырып тұр"


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The service, and the words of those who call a doctor home."""

    booking: Any
    population: FixedRegister

    def performer(self, region: str) -> Any:
        return self.booking.staff(PERFORMERS[region], region)

    def fields(self, region: str, complaint: str = "Бас ауырады, қызуы 38", **changes: Any) -> dict[str, Any]:
        address = "Абай көшесі, 10, 5-пәтер"
        return {COMPLAINT[region]: complaint, "address": address, "phone": "+77011234567", **changes}

    async def doctor(self, at: str = "akmola", *, name: str = "one", **changes: Any) -> tuple[str, Any]:
        """A doctor, and the account by which he sees his visits."""
        doctor = await self.booking.add_doctor(at, **changes)
        someone = self.booking.staff("doctor", at)
        account = f"{someone.actor.account_id} {name}"
        someone = self.booking.people.setdefault(account, _as(someone, account))
        answer = await self.booking.patch(
            f"/admin/doctors/{doctor}", self.booking.staff(at=at), {"account_id": account}
        )
        assert answer.status_code == 200, answer.text
        return doctor, someone

    async def file(
        self,
        region: str,
        complaint: str = "Бас ауырады, қызуы 38",
        *,
        who: int = 1,
        patient: str | None = None,
        **changes: Any,
    ) -> Any:
        by, fields = self.booking.citizen(who), self.fields(region, complaint, **changes)
        ill = {"iin": patient or by.actor.iin}
        return await self.booking.file(by, region, fields, service="home-call", patient=ill)

    async def register(self, region: str, channel: str, *, who: int = 1, **changes: Any) -> Any:
        own = self.booking.citizen(who).actor.iin
        applicant = {"iin": own, "surname": "Әбдірахманова", "given_name": "Қызғалдақ", "patronymic": None}
        visit = {"region": region, "service": "home-call", "channel": channel, "applicant": applicant,
                 "fields": self.fields(region), **changes}  # fmt: skip
        return await self.booking.post("/workstation/applications", self.performer(region), visit)

    def given(self, doctor: str, **changes: Any) -> dict[str, Any]:
        """What the performer enters: this doctor, in three hours."""
        visit_at = self.booking.clock.now() + timedelta(hours=3)
        return {"doctor": doctor, "visit_at": visit_at.isoformat(), **changes}

    async def task(self, region: str, application: str) -> str:
        items = (await self.booking.get("/tasks", self.performer(region))).json()["items"]
        return str(next(each["id"] for each in items if each["application"]["id"] == application))

    async def set_visit(self, region: str, application: str, data: dict[str, Any], **step: Any) -> Any:
        """Claim, prepare, sign and complete the portal's step; gives the refusal of the step that is refused."""
        by, task = self.performer(region), await self.task(region, application)
        await self.booking.post(f"/tasks/{task}/claim", by)
        body = {"outcome": LAST[region], "data": data, **step}
        prepared = await self.booking.post(f"/tasks/{task}/prepare", by, body)
        if prepared.status_code != 200:
            return prepared
        signable = prepared.json()
        document = base64.b64decode(signable["document"])
        cms = sign(document, by.holder.key, at=self.booking.clock.now(), detached=True)
        seen = self.booking.evidence(document, cms, Expectation.staff())
        body = {
            "signable_id": signable["signable_id"], "sha256": signable["sha256"], "evidence": seen,
            "signature": base64.b64encode(cms).decode(),
        }  # fmt: skip
        return await self.booking.post(f"/tasks/{task}/complete", by, body)

    async def visit(self, region: str = "akmola", doctor: str | None = None, *, who: int = 1, **given: Any) -> str:
        """A call whose visit is set; gives the application."""
        complaint = given.pop("complaint", "Бас ауырады, қызуы 38")
        filed = await self.file(region, complaint, who=who)
        assert filed.status_code == 201, filed.text
        application = str(filed.json()["id"])
        chosen = doctor or (await self.doctor(region))[0]
        done = await self.set_visit(region, application, self.given(chosen, **given))
        assert done.status_code == 200, done.text
        return application

    async def change(self, purpose: str, application: str, region: str = "akmola", *, who: int = 1) -> Any:
        """Withdraw a call, or ask for another time, signed."""
        by = self.booking.citizen(who)
        signed = {
            "purpose": purpose, "audience": "shlyuz", "request_id": "0192a4de-0000-7000-8000-000000000001",
            "applicant": {"iin": by.actor.iin}, "application": application, "fields": {}, "form_token": "t",
        }  # fmt: skip
        document = json.dumps(signed).encode()
        cms = sign(document, by.holder.key, at=self.booking.clock.now(), detached=True)
        seen = self.booking.evidence(document, cms, Expectation.citizen())
        edition = self.booking.office.edition(region, "home-call", self.booking.clock.now().date()).id
        body = {
            "document": base64.b64encode(document).decode(), "signature": base64.b64encode(cms).decode(),
            "evidence": {**seen, "form": {"edition": edition}},
        }  # fmt: skip
        return await self.booking.post(f"/applications/{application}/{purpose}", by, body)

    async def day(self, by: Any, **query: Any) -> Any:
        return await self.booking.get("/visits", by, **query)

    async def end(self, application: str, by: Any, outcome: str = "visited") -> Any:
        return await self.booking.post(f"/visits/{application}/outcome", by, {"outcome": outcome})

    async def shown(self, application: str, who: int = 1) -> Any:
        return (await self.booking.get(f"/applications/{application}", self.booking.citizen(who))).json()


def _as(someone: Any, account: str) -> Any:
    return replace(someone, actor=replace(someone.actor, account_id=account))


@pytest.fixture
async def calls(booking) -> AsyncIterator[Calls]:
    """Home calls at every provider, on a Monday morning; whoever is asked for is in the population register."""
    await booking.execute("UPDATE providers SET services = '{booking,home-call}'")
    resources, office = booking.platform.resources, booking.office
    population = FixedRegister()
    resources["office"] = replace(office, register=population)
    yield Calls(booking=booking, population=population)
    resources["office"] = office


@pytest.fixture
def danger() -> str:
    """What somebody says whose heart may be failing."""
    return DANGER


@pytest.fixture
def seal(booking):
    """Let the worker seal what is signed."""
    seals = Seals(booking.platform.settings.seals)
    return SealWorker(booking.office, booking.platform.database, booking.clock, seals.of).run_once
