"""The walks of the demo: what happens, step by step, when people of a region use a service.

A walk is told while it goes (`tell`), reports what it came to, and raises `Differs` when the region does anything else
than its regulation says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shlyuz.demo.api import Refused
from shlyuz.demo.portal import Portal
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World

Tell = Callable[[str], None]
EVENT_WITHIN = timedelta(seconds=10)
SEALED_WITHIN = timedelta(seconds=30)


class Differs(Exception):
    """The region did something else than the walk expects."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a walk came to, as `shlyuz demo --json` prints it."""

    region: str
    service: str
    channel: str = "portal"
    variant: str | None = None
    outcome: str | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    pdf: str | None = None
    roots: list[str] = field(default_factory=list)
    verify_url: str | None = None
    ok: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWalk:
    """A citizen of a region books a doctor's appointment on the portal.

    `with_certificate`: the region's portal logs in by registration certificate (akmola 8(1)-(2)), else by IIN
    (zhambyl 11(1)-(2)). `choose` makes the form's fields; `decide` the outcome that the performer enters.
    """

    world: World
    region: str
    citizen: int
    performer: str
    with_certificate: bool
    choose: Callable[["BookingWalk", Portal], Awaitable[tuple[dict[str, Any], list[dict[str, str]]]]]
    decide: Callable[["BookingWalk", Workstation, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    tell: Tell

    @property
    def service(self) -> str:
        return f"{self.region}.booking"

    @property
    def provider(self) -> Mapping[str, Any]:
        return self.world.provider(self.region)

    def report(self) -> Report:
        return Report(region=self.region, service="booking", roots=self.world.roots)

    async def enter(self) -> Portal:
        """Register and log in."""
        portal = self.world.portal(self.citizen)
        how = "with a signed proof" if self.with_certificate else "with IIN and password"
        await portal.register(with_certificate=self.with_certificate)
        self.tell(f"{portal.person.name} registers on the portal {how}")
        await portal.log_in(with_certificate=self.with_certificate)
        self.tell("and logs in: process 1, condition 1 holds")
        return portal

    async def apply(self, portal: Portal) -> dict[str, Any]:
        """Fill in the form, sign it, post it."""
        fields, documents = await self.choose(self, portal)
        document = await portal.fill_in(self.service, self.provider["bin"], fields, documents)
        application: dict[str, Any] = await portal.apply(portal.sign(document))
        self.tell(f"The signed application is accepted (condition 2 holds): number {application['number']}")
        self.tell(f"The answer is due {application['due_at']}: " + " ".join(application["due_trace"]))
        return application

    async def succeed(self) -> Report:
        """Go the whole way to the sealed result."""
        report = self.report()
        portal = await self.enter()
        workstation = await self._at_work()
        async with workstation.events() as events:
            application = await self.apply(portal)
            await self._hear(events, application["id"])
        task = await workstation.task_of(application["id"])
        outcome = await self.decide(self, workstation, await workstation.claim(task["id"]))
        await workstation.complete(task["id"], outcome)
        self.tell(f"The {self.performer.replace('_', ' ')} claims the task, checks (condition 3), enters it and signs")
        return await self._collect(portal, application["id"], report)

    async def be_refused_at_condition_1(self) -> Report:
        """Log in with a wrong password: process 2."""
        report = self.report()
        portal = self.world.portal(self.citizen)
        await portal.register(with_certificate=self.with_certificate)
        wrong = portal.log_in(with_certificate=self.with_certificate, password="not the right one")  # noqa: S106 - wrong on purpose
        refusal = await refused(wrong, process=2)
        self.tell(f"A wrong password is refused (condition 1, process 2): {refusal.problem['title']}")
        report.outcome, report.ok = "refused", True
        return report

    async def be_refused_at_condition_2(self, key: Any) -> Report:
        """Sign the form with a certificate that is not for signing: process 4, a notice in the cabinet."""
        report = self.report()
        portal = await self.enter()
        fields, documents = await self.choose(self, portal)
        document = await portal.fill_in(self.service, self.provider["bin"], fields, documents)
        refusal = await refused(portal.apply(portal.sign(document, key)), process=4)
        self.tell(f"A signature with an authentication key is refused (condition 2, process 4): {refusal.code}")
        notices = (await portal.api.get("/notices"))["items"]
        require(any(each.get("process") == 4 for each in notices), "no notice of process 4 in the cabinet")  # noqa: PLR2004 - the decree's number
        self.tell(f"The cabinet keeps the notice {notices[0]['number']}")
        report.outcome, report.ok = "refused", True
        return report

    async def be_refused_at_condition_3(self, ground: str, process: int) -> Report:
        """The provider refuses on a ground from the closed list."""
        report = self.report()
        portal = await self.enter()
        workstation = await self._at_work()
        application = await self.apply(portal)
        task = await workstation.task_of(application["id"])
        await workstation.claim(task["id"])
        await workstation.complete(task["id"], {"outcome": "refused", "ground": ground})
        shown = await portal.api.get(f"/applications/{application['id']}")
        require(shown["state"] == "refused", f"refused was expected, not {shown['state']}")
        notices = (await portal.api.get("/notices"))["items"]
        require(any(each.get("process") == process for each in notices), f"no notice of process {process}")
        self.tell(
            f"The provider refuses (condition 3, process {process}) on the ground «{ground}»; the cabinet says so"
        )
        report.outcome, report.steps, report.ok = "refused", steps_of(shown), True
        return report

    async def _at_work(self) -> Workstation:
        workstation = self.world.workstation(self.region, self.performer)
        await workstation.log_in()
        return workstation

    async def _hear(self, events: Any, application: str) -> None:
        async def wait() -> None:
            async for event in events:
                if event["data"].get("application_id") == application:
                    return

        started = datetime.now(UTC)
        await asyncio.wait_for(wait(), EVENT_WITHIN.total_seconds())
        waited = datetime.now(UTC) - started
        self.tell(f"The workstation hears of it {waited / timedelta(milliseconds=1):.0f} ms later")

    async def _collect(self, portal: Portal, application: str, report: Report) -> Report:
        """Wait for the seal, download the result, check it like anyone who has the QR code."""
        shown = await _sealed(portal, application)
        report.outcome, report.steps = shown["state"], steps_of(shown)
        report.verify_url = shown["result"]["verify_url"]
        content = (await portal.api.request("GET", f"/applications/{application}/result")).content
        path = self.world.folder / f"{shown['number']}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        report.pdf = str(path.absolute())
        verified = (await self.world.http.get(report.verify_url, headers={"Accept": "application/json"})).json()
        require(verified["status"] == "in_force", f"the result should be in force, not {verified['status']}")
        check_signatures(path, report.roots)
        self.tell(f"The result is signed, sealed and verified: {report.pdf}")
        report.ok = True
        return report


async def _sealed(portal: Portal, application: str) -> dict[str, Any]:
    deadline = datetime.now(UTC) + SEALED_WITHIN
    while True:
        shown: dict[str, Any] = await portal.api.get(f"/applications/{application}")
        if shown["state"] == "issued":
            return shown
        require(datetime.now(UTC) < deadline, f"still {shown['state']} after {SEALED_WITHIN}")
        await asyncio.sleep(0.1)


def steps_of(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay the steps out as the report has them: who, how long he may take, by when."""
    return [{"performer": each["performer"], "limit": each["limit"], "due": each["due_at"]} for each in shown["steps"]]


def require(holds: bool, otherwise: str) -> None:
    """Raise Differs when something does not hold."""
    if not holds:
        raise Differs(otherwise)


async def refused(attempt: Awaitable[Any], *, process: int) -> Refused:
    """Await a refusal by the numbered process; anything else differs."""
    try:
        await attempt
    except Refused as refusal:
        require(refusal.problem.get("process") == process, f"process {process} was expected: {refusal}")
        return refusal
    raise Differs(f"a refusal by process {process} was expected")


def check_signatures(path: Path, roots: list[str]) -> None:
    """Check both signatures of a result with pyHanko against the given roots: whole, trusted, performer then seal."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from shlyuz.demo.roots import certificates

    root, *others = certificates(roots)
    with path.open("rb") as file:
        for signature, name in zip(PdfFileReader(file).embedded_signatures, ("performer", "seal"), strict=True):
            context = ValidationContext(trust_roots=[root], other_certs=others, allow_fetching=False)
            status = validate_pdf_signature(signature, signer_validation_context=context)
            require(signature.field_name == name, f"signature {signature.field_name} where {name} was expected")
            require(status.intact and status.valid and status.trusted, f"the signature {name} does not hold")
