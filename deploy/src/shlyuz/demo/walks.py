"""The walks of the demo: what happens, step by step, when people of a region use a service.

A walk is told while it goes (`tell`), reports what it came to, and raises `Differs` when the region does anything else
than its regulation says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.pki.signing import SigningKey
from shlyuz.demo.api import Refused
from shlyuz.demo.checking import check_signatures
from shlyuz.demo.portal import Portal
from shlyuz.demo.report import Differs, Report, require, require_process, steps_of
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World

Tell = Callable[[str], None]
EVENT_WITHIN = timedelta(seconds=10)
SEALED_WITHIN = timedelta(seconds=30)
NOT_LOGGED_IN = "login-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWalk:
    """A citizen of a region books a doctor's appointment on the portal.

    `with_certificate`: the region's portal logs in by registration certificate (akmola 8(1)-(2)), else by IIN
    (zhambyl 11(1)-(2)). `choose` makes the form's fields, `attach` the documents, `decide` what the performer enters.
    """

    world: World
    region: str
    citizen: int
    performer: str
    with_certificate: bool
    choose: Callable[["BookingWalk", Portal], Awaitable[dict[str, Any]]]
    attach: Callable[["BookingWalk", Portal], Awaitable[list[dict[str, str]]]]
    decide: Callable[["BookingWalk", Workstation, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    tell: Tell

    @property
    def service(self) -> str:
        return f"{self.region}.booking"

    @property
    def provider(self) -> Mapping[str, Any]:
        return self.world.provider(self.region)

    @property
    def who(self) -> str:
        """The performer, in words."""
        return self.performer.replace("_", " ")

    async def succeed(self) -> Report:
        """Go the whole way to the sealed result."""
        portal, workstation = await self._enter(), await self._at_work()
        async with workstation.events() as events:
            application = await self._apply(portal)
            await self._hear(events, application["id"])
        task = await workstation.task_of(application["id"])
        outcome = await self.decide(self, workstation, await workstation.claim(task["id"]))
        await workstation.complete(task["id"], outcome)
        self.tell(f"The {self.who} takes the task, checks the request (condition 3 holds), enters it and signs.")
        return await self._collect(portal, application["id"])

    async def be_refused_at_condition_1(self) -> Report:
        """Log in with a wrong password: process 2."""
        portal = await self._enter()
        refusal = await refused(portal.log_in(with_certificate=self.with_certificate, password="not the right one"))  # noqa: S106 - wrong on purpose
        require_process(refusal, condition=1, process=2)
        self.tell(f"Then a wrong password is typed: condition 1 fails, process 2. “{refusal.title}”.")
        return self._refused()

    async def be_refused_at_condition_2(self, key: SigningKey) -> Report:
        """Sign the form with a certificate that is not for signing: process 4, a notice in the cabinet."""
        portal = await self._enter()
        document = await portal.fill_in(self.service, self.provider["bin"], await self.choose(self, portal))
        refusal = await refused(portal.apply(portal.sign(document, key)))
        require_process(refusal, condition=2, process=4)
        self.tell(f"The key was the one for authentication: condition 2 fails, process 4. “{refusal.title}”.")
        numbers = [each["number"] for each in await self._notices(portal, process=4)]
        require(refusal.problem["notice"] in numbers, "the notice of process 4 is not in the cabinet")
        self.tell(f"The cabinet keeps the notice of refusal, number {refusal.problem['notice']}.")
        return self._refused()

    async def be_refused_at_condition_3(self, ground: str, process: int) -> Report:
        """The provider refuses on a ground from the closed list."""
        portal, workstation = await self._enter(), await self._at_work()
        application = await self._apply(portal)
        task = await workstation.task_of(application["id"])
        await workstation.claim(task["id"])
        await workstation.complete(task["id"], {"outcome": "refused", "ground": ground})
        shown = await portal.api.get(f"/applications/{application['id']}")
        require(shown["state"] == "refused", f"refused was expected, not {shown['state']}")
        found = [each for each in await self._notices(portal, process=process)
                 if each["application"]["id"] == application["id"] and each["ground"] == ground]  # fmt: skip
        require(len(found) == 1, f"one notice of process {process} was expected, not {len(found)}")
        self.tell(f"The {self.who} refuses: condition 3 fails, process {process}. “{found[0]['ground_text']}”.")
        self.tell(f"The cabinet keeps the notice of refusal, number {found[0]['number']}.")
        return self._refused(steps_of(shown))

    async def _enter(self) -> Portal:
        """Log in, after registering if that was not done yet: the walk may be repeated."""
        portal = self.world.portal(self.citizen)
        how = "with certificate and password" if self.with_certificate else "with IIN and password"
        try:
            await portal.log_in(with_certificate=self.with_certificate)
        except Refused as refusal:
            require(refusal.code == NOT_LOGGED_IN, str(refusal))
            await portal.register(with_certificate=self.with_certificate)
            proof = "with a signed proof" if self.with_certificate else "with IIN and password"
            self.tell(f"{portal.person.name} registers on the portal {proof}.")
            await portal.log_in(with_certificate=self.with_certificate)
        self.tell(f"{portal.person.name} logs in {how}: process 1, condition 1 holds.")
        return portal

    async def _at_work(self) -> Workstation:
        workstation = self.world.workstation(self.region, self.performer)
        await workstation.log_in()
        return workstation

    async def _apply(self, portal: Portal) -> dict[str, Any]:
        """Fill in the form, sign it, post it."""
        fields, documents = await self.choose(self, portal), await self.attach(self, portal)
        document = await portal.fill_in(self.service, self.provider["bin"], fields, documents)
        application: dict[str, Any] = await portal.apply(portal.sign(document))
        self.tell(f"The signature holds (condition 2): the application is accepted as {application['number']}.")
        self.tell(f"An answer is due by {spoken(application['due_at'])}. " + " ".join(application["due_trace"]))
        return application

    async def _hear(self, events: Any, application: str) -> None:
        started = datetime.now(UTC)
        async with asyncio.timeout(EVENT_WITHIN.total_seconds()):
            async for event in events:
                if event["data"].get("application_id") == application:
                    break
            else:
                raise Differs("the stream of events ended")
        waited = (datetime.now(UTC) - started) / timedelta(milliseconds=1)
        self.tell(f"The provider's workstation hears of it {waited:.0f} ms later.")

    async def _notices(self, portal: Portal, *, process: int) -> list[dict[str, Any]]:
        items = (await portal.api.get("/notices"))["items"]
        return [each for each in items if each["process"] == process]

    async def _collect(self, portal: Portal, application: str) -> Report:
        """Wait for the seal, download the result, check it like anyone who has the QR code."""
        shown = await _sealed(portal, application)
        self.tell(f"The organisation's seal is on the result; the cabinet says: {shown['status']['text']}.")
        url = shown["result"]["verify_url"]
        content = (await portal.api.request("GET", f"/applications/{application}/result")).content
        path = (self.world.folder / f"{shown['number']}.pdf").absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        verified = (await self.world.http.get(url, headers={"Accept": "application/json"})).json()
        require(verified["genuine"] and verified["in_force"], f"the result should be in force, not {verified}")
        await check_signatures(path, self.world.roots)
        self.tell(f"Both signatures hold, and the code on the page says: genuine, in force. {path}")
        report = self._report(outcome=shown["state"], steps=steps_of(shown))
        report.pdf, report.verify_url = str(path), url
        return report

    def _refused(self, steps: list[dict[str, Any]] | None = None) -> Report:
        return self._report(outcome="refused", steps=steps or [])

    def _report(self, *, outcome: str, steps: list[dict[str, Any]]) -> Report:
        return Report(
            region=self.region, service="booking", outcome=outcome, steps=steps, roots=self.world.roots, ok=True
        )


async def refused(attempt: Awaitable[Any]) -> Refused:
    """Await a refusal; a success differs."""
    try:
        await attempt
    except Refused as refusal:
        return refusal
    raise Differs("a refusal was expected")


def spoken(instant: str) -> str:
    """Say a time as people do, in its own zone."""
    return f"{datetime.fromisoformat(instant):%d.%m.%Y %H:%M}"


async def _sealed(portal: Portal, application: str) -> dict[str, Any]:
    async with asyncio.timeout(SEALED_WITHIN.total_seconds()):
        while True:
            shown: dict[str, Any] = await portal.api.get(f"/applications/{application}")
            if shown["state"] == "issued":
                return shown
            require(shown["state"] == "ready", f"ready or issued was expected, not {shown['state']}")
            await asyncio.sleep(0.1)
