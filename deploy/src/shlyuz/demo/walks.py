"""The walks of the demo: what happens, step by step, when people of a region use a service.

A walk is told while it goes (`tell`), reports what it came to, and raises `Differs` when the region does anything else
than its regulation says. Who acts in which order comes from the region's tasks; what people write, pick and enter in
a service (`Acts`) stands beside it, in the service's own module.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.pki.signing import SigningKey
from shlyuz.demo.api import Api, Refused
from shlyuz.demo.checking import check_signatures
from shlyuz.demo.portal import Portal
from shlyuz.demo.report import Differs, Report, require, require_process, steps_of
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import World

Tell = Callable[[str], None]
EVENT_WITHIN = timedelta(seconds=60)
SEALED_WITHIN = timedelta(seconds=120)
NOT_LOGGED_IN = "login-refused"
PORTAL: Final = "portal"
KEEPER: Final = "journal_keeper"


async def attach_nothing(_walk: "Walk", _portal: Portal) -> list[dict[str, str]]:
    """Name no documents."""
    return []


async def first_provider(walk: "Walk") -> str:
    """Go to the region's first provider."""
    return str(walk.world.provider(walk.region)["bin"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What people of a region do in one service that its regulation leaves to them.

    `fill_in` makes the form's fields, on the portal (asked by the citizen) and at the window (by who registers him);
    `attach` uploads documents; `decide` gives the outcome that a performer enters for a task; `choose` the provider's
    BIN. `grounds`: by channel, a ground of the closed list on which the first step is refused. `title`: what a
    success is called; `volume`: which service keeps the journal; `variants`: the regulation's ways that are gone;
    `walk`: how, where it is another way than the usual one.
    """

    title: str
    volume: str
    fill_in: Callable[["Walk", Api], Awaitable[dict[str, Any]]]
    decide: Callable[["Walk", Workstation, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    grounds: Mapping[str, str]
    attach: Callable[["Walk", Portal], Awaitable[list[dict[str, str]]]] = attach_nothing
    choose: Callable[["Walk"], Awaitable[str]] = first_provider
    variants: Sequence[str | None] = (None,)
    walk: "type[Walk] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One citizen, one service of a region, one channel.

    The region's portal logs in by registration certificate (akmola 8(1)-(2)) or by IIN (zhambyl 11(1)-(2)); what was
    registered for him at a window is shown to a person who logs in by certificate.
    """

    world: World
    region: str
    code: str
    citizen: int
    acts: Acts
    tell: Tell
    channel: str = PORTAL
    variant: str | None = None
    done: set[str] = field(default_factory=set)

    def once(self, deed: str) -> bool:
        """Say whether this is the first time that the walk comes to a deed."""
        first = deed not in self.done
        self.done.add(deed)
        return first

    @property
    def service(self) -> str:
        return f"{self.region}.{self.code}"

    @property
    def with_certificate(self) -> bool:
        return self.channel != PORTAL or self.world.with_certificate(self.region)

    async def succeed(self) -> Report:
        """Go the whole way to the result: a sealed document, or an answer that stands in the journal."""
        portal, provider = await self._enter(), await self.acts.choose(self)
        application = (await self._hand_in(portal, provider))["id"]
        while step := await self._open_step(portal, application):
            await self._carry_out(provider, application, step)
        return await self._collect(portal, provider, application)

    async def be_refused_at_condition_1(self) -> Report:
        """Log in with a wrong password: process 2."""
        portal = await self._enter()
        refusal = await refused(portal.log_in(with_certificate=self.with_certificate, password="not the right one"))  # noqa: S106 - wrong on purpose
        require_process(refusal, condition=1, process=2)
        self.tell(f"Then a wrong password is typed: condition 1 fails, process 2. “{refusal.title}”.")
        return self._refused()

    async def be_refused_at_condition_2(self, key: SigningKey) -> Report:
        """Sign the form with a certificate that is not for signing: process 4, a notice in the cabinet."""
        portal, provider = await self._enter(), await self.acts.choose(self)
        document = await portal.fill_in(self.service, provider, await self.acts.fill_in(self, portal.api))
        refusal = await refused(portal.apply(portal.sign(document, key)))
        require_process(refusal, condition=2, process=4)
        self.tell(f"The key was the one for authentication: condition 2 fails, process 4. “{refusal.title}”.")
        numbers = [each["number"] for each in (await portal.api.get("/notices"))["items"] if each["process"] == 4]  # noqa: PLR2004 - the decrees' number
        require(refusal.problem["notice"] in numbers, "the notice of process 4 is not in the cabinet")
        self.tell(f"The cabinet keeps the notice of refusal, number {refusal.problem['notice']}.")
        return self._refused()

    async def be_refused_by_the_provider(self) -> Report:
        """The provider refuses on a ground from the closed list; on the portal that is condition 3."""
        portal, provider = await self._enter(), await self.acts.choose(self)
        application, ground = (await self._hand_in(portal, provider))["id"], self.acts.grounds[self.channel]
        if (step := await self._open_step(portal, application)) is None:
            raise Differs("no step is open")
        workstation, task = await self._take(provider, application, step["performer"])
        await workstation.carry_out(task, {"outcome": "refused", "ground": ground})
        shown = await portal.api.get(f"/applications/{application}")
        require(shown["state"] == "refused", f"refused was expected, not {shown['state']}")
        notices = [each for each in (await portal.api.get("/notices"))["items"]
                   if each["ground"] == ground and each["application"]["id"] == application]  # fmt: skip
        require(len(notices) == 1, f"one notice on the ground {ground} was expected, not {len(notices)}")
        (notice,) = notices
        if self.channel == PORTAL:
            process = (await self._regulation(portal.api))["routes"][PORTAL]["processes"]["refusal"]
            require(notice["process"] == process["number"], f"process {process['number']} was expected: {notice}")
        which = f"condition 3 fails, process {notice['process']}. " if self.channel == PORTAL else ""
        self.tell(f"The {_in_words(task['performer'])} refuses: {which}“{notice['ground_text']}”.")
        self.tell(f"The cabinet keeps the notice of refusal, number {notice['number']}.")
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

    async def _open_step(self, portal: Portal, application: str) -> Mapping[str, Any] | None:
        """Give the step that is open, as the cabinet shows it; None when there is no more to do."""
        shown = await portal.api.get(f"/applications/{application}")
        return next((dict(step) for step in shown["steps"] if step["state"] == "open"), None)

    async def _regulation(self, api: Api) -> Mapping[str, Any]:
        return dict(await api.get(f"/services/{self.service}/regulation"))

    async def _first_performer(self, api: Api) -> str:
        """Read from the published regulation who acts first on this channel."""
        regulation = await self._regulation(api)
        first = regulation["routes"][self.channel]["steps"][0]
        return str(next(step["performer"] for step in regulation["steps"] if step["key"] == first))

    async def _hand_in(self, portal: Portal, provider: str) -> dict[str, Any]:
        """Hand the application in, on the portal or at the window; give its receipt."""
        workstation = await self.world.at_work(provider, await self._first_performer(portal.api))
        if self.channel != PORTAL:
            return await self._be_registered(portal, workstation)
        async with workstation.events() as events:
            application = await self._apply(portal, provider)
            await self._hear(events, application["id"])
        return application

    async def _apply(self, portal: Portal, provider: str) -> dict[str, Any]:
        """Fill in the form, sign it, post it."""
        fields, documents = await self.acts.fill_in(self, portal.api), await self.acts.attach(self, portal)
        document = await portal.fill_in(self.service, provider, fields, documents)
        application: dict[str, Any] = await portal.apply(portal.sign(document))
        self.tell(f"The signature holds (condition 2): the application is accepted as {application['number']}.")
        self._tell_of_the_limit(application)
        return application

    async def _be_registered(self, portal: Portal, workstation: Workstation) -> dict[str, Any]:
        """Come to the window or call: the performer of the first step registers what is asked for."""
        surname, given_name, *rest = portal.person.name.split()
        applicant = {"iin": portal.person.iin, "surname": surname, "given_name": given_name}
        if rest:
            applicant["patronymic"] = " ".join(rest)
        body = {"region": self.region, "service": self.code, "channel": self.channel, "applicant": applicant,
                "fields": await self.acts.fill_in(self, workstation.api),
                **await self._variant(workstation.api)}  # fmt: skip
        application: dict[str, Any] = await workstation.api.post("/workstation/applications", body)
        came = "calls" if self.channel == "phone" else "comes to the window"
        self.tell(f"{portal.person.name} {came} and is registered as {application['number']}.")
        self._tell_of_the_limit(application)
        return application

    async def _variant(self, api: Api) -> dict[str, str]:
        """Name the variant where it is one that the regulation has chosen at the window; others come about later."""
        named = {each["key"] for each in (await self._regulation(api))["variants"]}
        return {"variant": self.variant} if self.variant is not None and self.variant in named else {}

    def _tell_of_the_limit(self, application: Mapping[str, Any]) -> None:
        self.tell(f"An answer is due by {spoken(application['due_at'])}. " + " ".join(application["due_trace"]))

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

    async def _take(self, provider: str, application: str, performer: str) -> tuple[Workstation, Mapping[str, Any]]:
        """Take the application's open task as one who has its performer's role."""
        workstation = await self.world.at_work(provider, performer)
        task = await workstation.task_of(application)
        return workstation, await workstation.claim(task["id"])

    async def _carry_out(self, provider: str, application: str, step: Mapping[str, Any]) -> None:
        """Carry out the step that is open, as its performer does it."""
        workstation, task = await self._take(provider, application, step["performer"])
        await workstation.carry_out(task, await self.acts.decide(self, workstation, task))
        signed = " and signs" if task["signed"] else ""
        self.tell(f"The {_in_words(task['performer'])} takes the task “{task['title']}”, completes it{signed}.")

    async def _collect(self, portal: Portal, provider: str, application: str) -> Report:
        """Wait for the result: a sealed document, or an answer that was told and stands in the journal."""
        shown = await _issued(portal, application)
        report = self._report(outcome=shown["state"], steps=steps_of(shown))
        row = await self._entered(provider, application, int(shown["filed_at"][:4]))
        self.tell(f"The journal has it as row {row['number']}; the cabinet says: {shown['status']['text']}.")
        if shown["result"] is not None:
            report.pdf, report.verify_url = await self._download(portal, shown)
        return report

    async def _entered(self, provider: str, application: str, year: int) -> Mapping[str, Any]:
        """Find the application's row in the provider's journal."""
        keeper = await self.world.at_work(provider, KEEPER)
        journal = (await self._regulation(keeper.api))["journal"]["key"]
        cursor = None
        while True:
            asked = {"year": year, "volume": self.acts.volume, "cursor": cursor, "limit": 100}
            volumes = (await keeper.api.get(f"/journals/{journal}", **asked))["volumes"]
            for row in (row for volume in volumes for row in volume["items"]):
                if row["application"]["id"] == application:
                    return dict(row)
            cursor = next((volume["next_cursor"] for volume in volumes), None)
            require(cursor is not None, "the journal does not have it")

    async def _download(self, portal: Portal, shown: Mapping[str, Any]) -> tuple[str, str]:
        """Download the result and check it like anyone who has the QR code."""
        url = shown["result"]["verify_url"]
        path = (self.world.folder / f"{shown['number']}.pdf").absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((await portal.api.request("GET", f"/applications/{shown['id']}/result")).content)
        verified = (await self.world.http.get(url, headers={"Accept": "application/json"})).json()
        require(verified["genuine"] and verified["in_force"], f"the result should be in force, not {verified}")
        await check_signatures(path, self.world.roots)
        self.tell(f"Both signatures hold, and the code on the page says: genuine, in force. {path}")
        return str(path), url

    def _refused(self, steps: list[dict[str, Any]] | None = None) -> Report:
        return self._report(outcome="refused", steps=steps or [])

    def _report(self, *, outcome: str, steps: list[dict[str, Any]]) -> Report:
        return Report(region=self.region, service=self.code, channel=self.channel, variant=self.variant,
                      outcome=outcome, steps=steps, roots=self.world.roots, ok=True)  # fmt: skip


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


def _in_words(performer: str) -> str:
    return performer.replace("_", " ")


async def _issued(portal: Portal, application: str) -> dict[str, Any]:
    async with asyncio.timeout(SEALED_WITHIN.total_seconds()):
        while True:
            shown: dict[str, Any] = await portal.api.get(f"/applications/{application}")
            if shown["state"] == "issued":
                return shown
            require(shown["state"] == "ready", f"ready or issued was expected, not {shown['state']}")
            await asyncio.sleep(0.1)
