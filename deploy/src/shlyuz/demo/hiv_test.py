"""The HIV test of zhambyl: with a name or without one, and a finding that everybody but its performers learns last.

What the walk reports of a step comes from whoever carried it out: until the person is told, the cabinet shows the same
for every finding, and somebody without a name has no cabinet. The laboratory knows a tube by its code and is not told
a finding's limit: the published one for what it found is taken.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from lab.samples.codes import new_sample_code, printed
from shlyuz.demo.api import Api, Refused
from shlyuz.demo.checking import check_signatures
from shlyuz.demo.portal import Portal
from shlyuz.demo.report import Report, require
from shlyuz.demo.walks import SEALED_WITHIN, Acts, Walk, refused
from shlyuz.demo.workstation import Workstation
from shlyuz.seeding import cast

ANONYMOUS, CONFIDENTIAL, POSITIVE = "anonymous", "confidential", "positive"
_PHONE: Final = "+77011234567"
_CENTRE: Final = "regional-aids-centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who came to the window: what he was given there, and the tube that his blood went into."""

    provider: str
    receipt: Mapping[str, Any]
    tube: str
    portal: Portal | None
    """None for who gave no name."""

    @property
    def id(self) -> str:
        return str(self.receipt["id"])


class Tested(Walk):
    """One person who is tested; `variant` is the way, or `positive`: with a name, and that finding."""

    async def succeed(self) -> Report:
        """Go from the window to the handing over, and report each step as its performer saw it."""
        visit = await self._come()
        law = await self._regulation(Api(http=self.world.http))
        report, pages = self._report(outcome="issued", steps=[]), []
        for step in law["steps"]:
            last = step is law["steps"][-1]
            workstation, task = await self._taken(visit, step, last=last)
            if last:
                pages.append(await self._page(workstation, task))
            await self._perform(visit, workstation, task)
            limits = {rule["finding"]: rule["limit"] for rule in step["limits"]}
            limit = limits.get(self._finding, task["limit"])
            require(step["organisation"] is not None or limit == task["limit"], f"{step['key']}: {task['limit']}")
            report.steps.append({"performer": task["performer"], "limit": limit, "due": task["due_at"]})
        await self._end(visit, report, *pages)
        return report

    @property
    def _finding(self) -> str:
        return POSITIVE if self.variant == POSITIVE else "negative"

    async def _come(self) -> Visit:
        """Come to the window: with a name, or with none and be given a slip."""
        provider, portal = await self.acts.choose(self), None
        if self.variant != ANONYMOUS:
            portal = await self._enter()
            receipt = await self._hand_in(portal, provider)
        else:
            reception = await self.world.at_work(provider, await self._first_performer(Api(http=self.world.http)))
            body = {"region": self.region, "service": self.code, "channel": self.channel, "variant": ANONYMOUS}
            receipt = await reception.api.post("/workstation/applications", body)
            self.tell(f"Somebody comes who gives no name, and is given a slip: {receipt['slip']}.")
        return Visit(provider=provider, receipt=receipt, tube=printed(new_sample_code()), portal=portal)

    async def _variant(self, api: Api) -> dict[str, str]:  # noqa: ARG002  # both ways are chosen at the window
        return {"variant": CONFIDENTIAL}

    async def _taken(
        self, visit: Visit, step: Mapping[str, Any], *, last: bool
    ) -> tuple[Workstation, Mapping[str, Any]]:
        """Take the step on: the laboratory by the code on the tube, after it has received it."""
        elsewhere = cast.organisations()[f"{self.region}.{_CENTRE}"] if step["organisation"] else visit.provider
        workstation = await self.world.at_work(elsewhere, step["performer"])
        if not step["organisation"]:
            return workstation, await workstation.claim(await self._task(visit, workstation, last=last))
        await workstation.api.post("/samples/receptions", {"sample_code": visit.tube})
        again = await refused(workstation.api.post("/samples/receptions", {"sample_code": visit.tube}))
        require(again.code == "sample-received-before", f"a tube was received twice: {again}")
        task = await workstation.find(lambda item: (item.get("marks") or {}).get("sample_code") == visit.tube)
        shown = await workstation.claim(task["id"])
        require(shown["patient"] is None and shown["application"] is None, "the laboratory learns more than the code")
        return workstation, shown

    async def _task(self, visit: Visit, workstation: Workstation, *, last: bool) -> str:
        """Find the task; who hands over to somebody without a name has nothing but the slip."""
        if visit.portal is not None or not last:
            return str((await workstation.task_of(visit.id))["id"])
        opened = await workstation.api.post("/slips/openings", {"slip": visit.receipt["slip"]})
        require(opened["application"] == visit.id, "the slip opens another test")
        self.tell("The slip is shown, and opens the test; nothing else would.")
        return str(opened["task"])

    async def _perform(self, visit: Visit, workstation: Workstation, task: Mapping[str, Any]) -> None:
        outcomes = {each["key"]: each for each in task["outcomes"]}
        outcome = outcomes.get(self._finding, task["outcomes"][0])
        data = dict.fromkeys(outcome["schema"]["properties"], visit.tube)
        await workstation.carry_out(task, {"outcome": outcome["key"], "data": data})
        self.tell(f"The {task['performer'].replace('_', ' ')} completes “{task['title']}” and signs.")

    async def _page(self, workstation: Workstation, task: Mapping[str, Any]) -> bytes:
        """Print what is handed over, as soon as it is sealed."""
        async with asyncio.timeout(SEALED_WITHIN.total_seconds()):
            while True:
                try:
                    return (await workstation.api.request("GET", f"/tasks/{task['id']}/result")).content
                except Refused as refusal:
                    require(refusal.code == "result-not-ready", str(refusal))
                    await asyncio.sleep(0.2)

    async def _end(self, visit: Visit, report: Report, page: bytes) -> None:
        """Look at what is left for the person: paper, and in the cabinet a certificate or nothing but `issued`."""
        path = (self.world.folder / f"{visit.receipt['number']}.pdf").absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
        await check_signatures(path, self.world.roots)
        row = await self._entered(visit.provider, visit.id, int(visit.receipt["filed_at"][:4]))
        self.tell(f"The journal has it as row {row['number']}; both signatures on the page hold.")
        if visit.portal is None:
            report.pdf = str(path)
            return
        shown = await visit.portal.api.get(f"/applications/{visit.id}")
        require(shown["state"] == "issued", f"issued was expected, not {shown['state']}")
        if self._finding == POSITIVE:
            path.unlink()  # told in person: the sheet stays with who told it
            missing = await refused(visit.portal.api.request("GET", f"/applications/{visit.id}/result"))
            require(missing.status == httpx.codes.NOT_FOUND and shown["result"] is None, "the cabinet shows a finding")
            self.tell("It was told in person: the cabinet says issued, and shows nothing else.")
            return
        report.pdf, report.verify_url = await self._download(visit.portal, shown)


async def fill_in(_walk: Walk, _api: Api) -> dict[str, Any]:
    """Leave a telephone number."""
    return {"phone": _PHONE}


async def decide(_walk: Walk, _workstation: Workstation, task: Mapping[str, Any]) -> dict[str, Any]:
    """Carry the first step out; the others are `Tested`'s."""
    return {"outcome": task["outcomes"][0]["key"], "data": {}}


ACTS: Mapping[str, Mapping[str, Acts]] = {
    "hiv-test": {
        "zhambyl": Acts(
            title="a test for HIV, and what it found is handed over",
            volume="lab",
            fill_in=fill_in,
            decide=decide,
            grounds={"direct": "documents-missing"},
            variants=(ANONYMOUS, POSITIVE, CONFIDENTIAL),
            walk=Tested,
        )
    }
}
"""By service and region."""
