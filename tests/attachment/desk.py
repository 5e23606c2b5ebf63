"""People who apply for enrolment and who carry it out, each with a key: what the gateway forwards, made as it does."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4
from zlib import compress, crc32

import httpx

from shared.applications.results.sealing import Seals, SealWorker
from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority, Holder
from shared.testing.earlier import prepare_judged
from shared.testing.identities import bin_, iin
from shared.web import Actor

HOME = {"locality": "Тараз қаласы", "street": "Абай көшесі", "house": "12", "flat": "5"}
PHONE = "+77017654321"
BIRTH_CERTIFICATE = {
    "kind": "parent", "proof": "birth-certificate", "number": "11-22 № 0334455", "surname": "Ермекова",
    "given_name": "Айару",
}  # fmt: skip
REGIONS = {"first": "zhambyl", "second": "zhambyl", "akmola": "akmola"}
BINS = {name: bin_(number=number) for number, name in enumerate(REGIONS, 1)}
PERFORMERS = {"first": "responsible_employee", "second": "responsible_employee", "akmola": "registry"}
_parents = count(7000)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


SCAN = b"".join((
    b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0))),
    _chunk(b"IDAT", compress(bytes(2))), _chunk(b"IEND", b""),
))  # fmt: skip
"""A picture of one grey point, which stands for a scan."""


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person as the session at the gateway knows him, with his signing key."""

    actor: Actor
    holder: Holder

    @property
    def iin(self) -> str:
        return self.actor.iin


@dataclass(kw_only=True)
class Desk:
    attachment: Any
    authority: Authority
    people: dict[str, Someone] = field(default_factory=dict)

    @property
    def clock(self) -> Any:
        return self.attachment.platform.clock

    def later(self, **span: int) -> None:
        self.clock.advance(timedelta(**span))

    # ------------------------------------------------------------------------------------------------------- people
    def citizen(self, own: str | None = None) -> Someone:
        """The person of an IIN, by default somebody whom the register does not know."""
        own = own or iin(birth=date(1988, 3, 3), sex="f", number=next(_parents))
        if own not in self.people:
            names = {"surname": "ЕРМЕКОВА", "given_name": "САЛТАНАТ", "patronymic": "МҰРАТҚЫЗЫ"}
            actor = Actor(kind="citizen", account_id=f"c-{own}", session_id="s", iin=own, acr="certificate")
            holder = self.authority.citizen(iin=own, at=self.clock.now(), **names)
            self.people[own] = Someone(actor=actor, holder=holder)
        return self.people[own]

    def staff(self, at: str = "first", role: str | None = None) -> Someone:
        actor = self.attachment.staff(role or PERFORMERS[at], at)
        if actor.account_id not in self.people:
            holder = self.authority.staff(iin=actor.iin, bin=actor.bin, at=self.clock.now())
            self.people[actor.account_id] = Someone(actor=actor, holder=holder)
        return self.people[actor.account_id]

    # -------------------------------------------------------------------------------------------------------- calls
    async def call(self, method: str, path: str, by: Someone | None, **options: Any) -> httpx.Response:
        token = self.attachment.callers["gateway"].sign("attachment", by and by.actor, now=self.clock.now())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **options.pop("headers", {})}
        answer: httpx.Response = await self.attachment.http.request(method, path, headers=headers, **options)
        return answer

    async def get(self, path: str, by: Someone | None = None, **query: Any) -> httpx.Response:
        return await self.call("GET", path, by, params=query)

    async def post(self, path: str, by: Someone, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, by, json=body if body is not None else {})

    # ----------------------------------------------------------------------------------------------------- applying
    async def upload(self, by: Someone, at: str = "first", content: bytes = SCAN) -> dict[str, str]:
        """Upload a scan, and give what an application says of it."""
        path = f"/documents?service={REGIONS[at]}.attachment"
        answer = await self.call("POST", path, by, content=content, headers={"Content-Type": "image/png"})
        assert answer.status_code == 201, answer.text
        return {name: answer.json()[name] for name in ("id", "sha256")}

    async def file(  # the parts of a document
        self,
        by: Someone,
        at: str = "first",
        *,
        patient: str | None = None,
        documents: Sequence[Any] = (),
        **fields: Any,
    ) -> httpx.Response:
        """Apply on the portal; `fields` lie over address and phone."""
        document = json.dumps(
            {
                "purpose": "application", "audience": "shlyuz", "request_id": str(uuid4()),
                "applicant": {"iin": by.iin}, "patient": {"iin": patient or by.iin}, "region": REGIONS[at],
                "service": "attachment", "provider": BINS[at], "fields": {"address": HOME, "phone": PHONE, **fields},
                "documents": list(documents), "form_token": "t",
            },
            ensure_ascii=False,
        ).encode()  # fmt: skip
        return await self.post("/applications", by, self._signed(document, by, Expectation.citizen()))

    async def visit(
        self, who: str, at: str = "first", *, patient: Any = None, by: Someone | None = None, **fields: Any
    ) -> httpx.Response:
        """Register somebody who stands at the window, for a patient as the request names him."""
        visit = {
            "region": REGIONS[at], "service": "attachment", "channel": "direct",
            "applicant": {"iin": who, "surname": "Ермекова", "given_name": "Салтанат"},
            "fields": {"address": HOME, "phone": PHONE, **fields},
            **({"patient": patient} if patient else {}),
        }  # fmt: skip
        return await self.post("/workstation/applications", by or self.staff(at), visit)

    def _signed(self, document: bytes, by: Someone, expect: Expectation) -> dict[str, Any]:
        now = self.clock.now()
        cms = sign(document, by.holder.key, at=now, detached=True)
        verifier = Verifier(self.authority.trust(), self.authority.index(at=now))
        verdict = verifier.verify(document, cms, at=now, expect=expect).as_json()
        seen = verdict["evidence"]
        evidence = {
            "received_at": now.isoformat(), "verdict": verdict, "path": seen["path"], "revocation": seen["revocation"],
        }  # fmt: skip
        return {"document": _encoded(document), "signature": _encoded(cms), "evidence": evidence}

    # ------------------------------------------------------------------------------------------------- carrying out
    async def claim(self, at: str = "first") -> dict[str, Any]:
        """Take on the only open task of the provider's performer."""
        by = self.staff(at)
        (task,) = (await self.get("/tasks", by)).json()["items"]
        answer = await self.post(f"/tasks/{task['id']}/claim", by)
        assert answer.status_code == 200, answer.text
        claimed: dict[str, Any] = answer.json()
        return claimed

    async def prepare(self, task: Mapping[str, Any], at: str = "first", **step: Any) -> httpx.Response:
        """Prepare the task's outcome, or what is said instead."""
        said = step or {"outcome": task["outcomes"][0]["key"]}
        return await prepare_judged(self, task["id"], self.staff(at), {"data": {}, **said})

    async def complete(self, task: Mapping[str, Any], prepared: Mapping[str, Any], at: str = "first") -> httpx.Response:
        by = self.staff(at)
        signed = self._signed(base64.b64decode(prepared["document"]), by, Expectation.staff())
        body = {
            "signable_id": prepared["signable_id"], "sha256": prepared["sha256"],
            "signature": signed["signature"], "evidence": signed["evidence"],
        }  # fmt: skip
        return await self.post(f"/tasks/{task['id']}/complete", by, body)

    async def carry_out(self, at: str = "first", **step: Any) -> dict[str, Any]:
        """Claim, prepare, sign, complete; gives what the completed step came to."""
        task = await self.claim(at)
        prepared = await self.prepare(task, at, **step)
        assert prepared.status_code == 200, prepared.text
        done = await self.complete(task, prepared.json(), at)
        assert done.status_code == 200, done.text
        came: dict[str, Any] = done.json()
        return came

    async def seal(self) -> int:
        """Let the worker seal what is signed."""
        platform, office = self.attachment.platform, self.attachment.office
        seals = Seals(platform.settings.seals)
        return await SealWorker(office, platform.database, self.clock, seals.of).run_once()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
