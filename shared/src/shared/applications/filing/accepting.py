"""What every acceptance does, whoever asks for it: the citizen by his signature, or staff at the window or phone.

The service takes what the application names, one statement writes everything, and the answer is the same for ever.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.case import Accepted, Provider
from shared.applications.filing import repository
from shared.applications.filing.errors import ProviderUnknown, Repeated
from shared.applications.filing.models import Claim, Earlier
from shared.applications.office import Office
from shared.applications.records import context
from shared.applications.representation import Parties
from shared.applications.transitions import Deed, Recording, Subject, recording
from shared.db import Database
from shared.errors import Conflict, ProblemError
from shared.personal import Persons
from shared.procedure import Application, Channel, Edition, File, decide
from shared.web import IdempotencyKeyReused

_TRIES = 3
_UNSIGNED: Mapping[str, Any] = {
    "document_sha256": None, "signed_id": None, "signed_content": None, "revocation": None, "received_at": None,
    "documents": [],
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The first answer to an accepted application: the same for ever. Holds what the service added, so never log it."""

    id: UUID
    number: str
    content: Mapping[str, Any]
    handed_out: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A receipt, and whether it is answered 201 (accepted now, or the same key again) or 200 (the same document)."""

    receipt: Receipt
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An application that is about to be accepted, and what is kept of it; `digest` is what the caller's key means.

    `content` is sealed for the patient, who is not always the applicant. `evidence` holds the columns of the signed
    document and of those uploaded with it; it stays out where nothing was signed.
    """

    accepted: Accepted
    parties: Parties
    content: Mapping[str, Any]
    claim: Claim
    digest: bytes
    filed_by: str
    min_acr: str
    evidence: Mapping[str, Any] = field(default_factory=lambda: _UNSIGNED)


async def once(
    database: Database,
    accept: Callable[[AsyncSession], Awaitable[T]],
    earlier: Callable[[AsyncSession], Awaitable[T | None]],
) -> T:
    """Accept, and when that fails look whether a parallel request with the same document or key has succeeded.

    A repeat may be refused only because of what its first did (it took the slot that both name). By then the first
    has committed: the refusal came from waiting for it, or from seeing it.
    """
    for _ in range(_TRIES):
        try:
            async with database.transaction() as session:
                return await accept(session)
        except Repeated:
            continue
        except ProblemError as refusal:
            if refusal.status == Conflict.status:
                async with database.transaction() as session:
                    if (known := await earlier(session)) is not None:
                        return known
                    raise  # within the block, so that the look leaves nothing behind
            raise
    raise Conflict


async def earlier_answer(
    session: AsyncSession, persons: Persons, look: repository.Look, digest: bytes
) -> Answer | None:
    """Give the answer that the same key or the same document was given before; raises IdempotencyKeyReused."""
    if look.answered is not None:
        if look.answered.digest != digest:
            raise IdempotencyKeyReused
        first = await repository.receipt(session, look.answered.application)
        return Answer(receipt=await _opened(session, persons, look, first), status=201)
    if look.earlier is None:
        return None
    return Answer(receipt=await _opened(session, persons, look, look.earlier), status=200)


async def _opened(session: AsyncSession, persons: Persons, look: repository.Look, earlier: Earlier) -> Receipt:
    own = earlier.person == look.person.id
    person = look.person if own else await persons.get(session, earlier.person)
    content = person.open_json(context("applications", "receipt", earlier.id), earlier.receipt)
    return Receipt(id=earlier.id, number=earlier.number, content=content)


def offering(
    office: Office, provider: Provider | None, *, region: str, service: str, on: datetime
) -> tuple[Provider, Edition]:
    """Find the edition in force at that provider on that local day; raises ProviderUnknown, ServiceNotOffered."""
    office.module(service)
    if provider is None or not provider.active or provider.region != region:
        raise ProviderUnknown
    edition = office.edition(region, service, on.astimezone(ZoneInfo(provider.zone)).date())
    return provider, edition


async def write(session: AsyncSession, office: Office, new: New, *, now: datetime) -> Receipt:
    """Let the service take what is named, then write the application and all that goes with it.

    Raises what the service or the engine refuses with, and Repeated when another request came first meanwhile.
    """
    accepted = new.accepted
    acceptance = await office.module(accepted.service).accepted(session, accepted)
    channel = Channel(accepted.channel)
    begun = Application.new(
        edition=accepted.edition, channel=channel, variant=accepted.variant, clock=office.clock(accepted.provider)
    )
    filing = File(arrived_at=accepted.filed_at, scheduled_at=acceptance.scheduled_at)
    transition = decide(begun, filing, now)
    subject = Subject(id=accepted.id, region=accepted.region, provider=accepted.provider.bin, version=0)
    deed = Deed(action="file", at=now, actor=accepted.actor)
    rows = recording(office, subject, new.parties.patient, transition, deed)
    content = _receipt_content(accepted, rows, acceptance.details)
    values = {**_values(office, new, content), "urgent": acceptance.urgent}
    written = await repository.accept(session, values, rows, now)
    if written is None or written[1] != len(new.evidence["documents"]):
        raise Repeated
    office.outbox.announce(session)
    return Receipt(id=accepted.id, number=written[0], content=content, handed_out=acceptance.handed_out)


def _values(office: Office, new: New, receipt: Mapping[str, Any]) -> dict[str, Any]:
    accepted, person = new.accepted, new.parties.patient
    details = receipt["details"]
    return {
        "id": accepted.id,
        "number_start": f"{office.prefix.upper()}-{_year(accepted.filed_at)}-",
        "applicant": new.parties.applicant.id,
        "patient": person.id,
        "acts_until": _acts_until(accepted),
        "region": accepted.region,
        "service": accepted.service,
        "provider": accepted.provider.bin,
        "channel": str(accepted.channel),
        "edition": accepted.edition.id,
        "filed_by": new.filed_by,
        "account": accepted.actor.account_id,
        "min_acr": new.min_acr,
        "content": person.seal_json(context("applications", "content", accepted.id), new.content),
        "details": person.seal_json(context("applications", "details", accepted.id), details) if details else None,
        "receipt": person.seal_json(context("applications", "receipt", accepted.id), receipt),
        "filed_at": accepted.filed_at,
        "scope": new.claim.scope,
        "key": new.claim.key,
        "request_digest": new.digest,
        "answer": accepted.id.bytes,
        **new.evidence,
    }


def _acts_until(accepted: Accepted) -> date | None:
    """Give the first day on which the representative finds the application no more, if that is known."""
    until = accepted.representative["until"] if accepted.representative else None
    return date.fromisoformat(until) if until else None


def _receipt_content(accepted: Accepted, rows: Recording, details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "region": accepted.region,
        "service": accepted.service,
        "provider": accepted.provider.bin,
        "zone": accepted.provider.zone,
        "state": rows.state,
        "status": rows.status,
        "due": orjson.loads(rows.due) if rows.due else None,
        "filed_at": accepted.filed_at.isoformat(),
        "details": dict(details),
    }


def _year(at: datetime) -> int:
    return at.astimezone(ZoneInfo("Asia/Almaty")).year
