"""Accept a signed application: in one transaction, or not at all, and once only.

The replay key is the applicant and the hash of the exact bytes, never of the CMS: the same document is answered with
the same application whatever signature, key or connection it comes with. A refusal uses up nothing.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import StrongerLoginNeeded
from shared.applications.case import Acceptance, Accepted, Provider
from shared.applications.evidence import EvidenceRefused, full_name
from shared.applications.fields import check_fields
from shared.applications.filing import repository
from shared.applications.filing.errors import (
    DocumentsRefused,
    EditionChanged,
    NotTheApplicant,
    ProviderUnknown,
    Repeated,
    RepresentationNotOffered,
)
from shared.applications.filing.models import Claim, Earlier, NamedDocument, Signed
from shared.applications.forms import ApplicationDocument, read_document
from shared.applications.office import Office, ServiceNotOffered
from shared.applications.records import context
from shared.applications.transitions import Deed, Recording, Subject, recording
from shared.db import new_id
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.personal import Iin, Person
from shared.procedure import Application, Channel, Edition, File, decide
from shared.web import Actor, IdempotencyKeyReused


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One request to file, read and checked as far as that goes without the database."""

    document: ApplicationDocument
    signed: Signed
    actor: Actor
    applicant: Iin
    claim: Claim
    now: datetime

    @property
    def sha256(self) -> bytes:
        """Give the second half of the replay key."""
        return sha256(self.signed.document).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The first answer to an accepted application: the same for ever. Holds what the service added, so never log it."""

    id: UUID
    number: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A receipt, and whether it is answered 201 (accepted now, or the same key again) or 200 (the same document)."""

    receipt: Receipt
    status: int


class Filer:
    """The use case of filing, for one transaction of one request."""

    def __init__(self, office: Office, session: AsyncSession) -> None:
        self._office = office
        self._session = session

    @staticmethod
    def read(office: Office, signed: Signed, actor: Actor, key: str | None, now: datetime) -> Filing:
        """Read the signed bytes and check them against session and verdict, before any database is asked.

        Raises UnreadableDocument, NotTheApplicant, EvidenceRefused, RepresentationNotOffered.
        """
        document = read_document(ApplicationDocument, signed.document)
        signer = signed.evidence.signer()
        if document.applicant.iin != actor.iin:
            raise NotTheApplicant
        if signer.get("iin") != actor.iin:
            raise EvidenceRefused
        if document.patient != document.applicant:
            raise RepresentationNotOffered
        applicant = Iin.parse(document.applicant.iin, allow_test=office.settings.allow_test_identities)
        return Filing(
            document=document,
            signed=signed,
            actor=actor,
            applicant=applicant,
            claim=Claim(scope=f"{actor.account_id}:POST /applications", key=key),
            now=now,
        )

    async def earlier(self, filing: Filing) -> Answer | None:
        """Find the answer that the same key or the same document was given before; raises IdempotencyKeyReused."""
        look = await self._look(filing)
        return await self._earlier(filing, look)

    async def file(self, filing: Filing, application: UUID) -> Answer:
        """Accept under the given id, or give the answer that was given before.

        Raises ProblemError for every refusal, and Repeated when another request came first meanwhile.
        """
        look = await self._look(filing)
        if (earlier := await self._earlier(filing, look)) is not None:
            return earlier
        person = look.person
        provider, edition = self._offered(filing, look.provider)
        check_fields(self._office.portal_form(edition), filing.document.fields, under="/fields")
        self._check_documents(filing, edition, look.documents, person)
        acceptance = await self._office.module(filing.document.service).accepted(
            self._session, _accepted(filing, application, provider, edition)
        )
        return Answer(receipt=await self._write(filing, application, person, provider, edition, acceptance), status=201)

    async def _earlier(self, filing: Filing, look: repository.Look) -> Answer | None:
        if look.answered is not None:
            if look.answered.digest != filing.sha256:
                raise IdempotencyKeyReused
            first = await repository.receipt(self._session, look.answered.application)
            return Answer(receipt=self._receipt(look.person, first), status=201)
        return Answer(receipt=self._receipt(look.person, look.earlier), status=200) if look.earlier else None

    async def _look(self, filing: Filing) -> repository.Look:
        return await repository.look(
            self._session,
            self._office.persons,
            filing.applicant,
            provider=filing.document.provider,
            documents=self._named(filing),
            sha256=filing.sha256,
            claim=filing.claim,
        )

    def _named(self, filing: Filing) -> list[UUID]:
        named = []
        for document in filing.document.documents:
            try:
                named.append(self._office.parse(document.id))
            except NotFound:
                raise DocumentsRefused(code="document-not-usable", extra={"document": document.id}) from None
        return named

    def _offered(self, filing: Filing, provider: Provider | None) -> tuple[Provider, Edition]:
        document = filing.document
        self._office.module(document.service)
        if provider is None or not provider.active or provider.region != document.region:
            raise ProviderUnknown
        edition = self._office.edition(
            document.region, document.service, filing.now.astimezone(ZoneInfo(provider.zone)).date()
        )
        if Channel.PORTAL not in edition.channels:
            raise ServiceNotOffered
        if document.service not in provider.services:
            raise ProviderUnknown
        if edition.acr == "certificate" and filing.actor.acr != "certificate":
            raise StrongerLoginNeeded
        form = filing.signed.evidence.form
        if form is not None and form.edition != edition.id:
            raise EditionChanged
        return provider, edition

    def _check_documents(
        self, filing: Filing, edition: Edition, found: Sequence[NamedDocument], person: Person
    ) -> None:
        named = filing.document.documents
        if len(named) > edition.channels[Channel.PORTAL].documents:
            raise DocumentsRefused(code="documents-too-many", limit=edition.channels[Channel.PORTAL].documents)
        usable = {
            (self._office.public(each.id), each.sha256)
            for each in found
            if each.person == person.id and each.free
            and (each.region, each.service) == (edition.region, edition.service)
            and filing.now - each.uploaded_at < self._office.settings.document_life
        }  # fmt: skip
        if len({each.id for each in named}) != len(named):
            raise InvalidRequest([FieldError(pointer="/documents", code="invalid")])
        for each in named:
            if (each.id, each.sha256) not in usable:
                raise DocumentsRefused(code="document-not-usable", extra={"document": each.id})

    async def _write(  # the parts of one acceptance
        self,
        filing: Filing,
        application: UUID,
        person: Person,
        provider: Provider,
        edition: Edition,
        acceptance: Acceptance,
    ) -> Receipt:
        new = Application.new(edition=edition, channel=Channel.PORTAL, clock=self._office.clock(provider))
        transition = decide(new, File(scheduled_at=acceptance.scheduled_at), filing.now)
        subject = Subject(
            id=application, region=edition.region, service=edition.service, provider=provider.bin, version=0
        )
        rows = recording(self._office, subject, transition, Deed(action="file", at=filing.now, actor=filing.actor))
        content = _receipt_content(filing, rows, acceptance, provider)
        values = self._values(filing, application, person, edition, content)
        written = await repository.accept(self._session, values, rows, filing.now)
        if written is None or written[1] != len(filing.document.documents):
            raise Repeated
        self._office.outbox.announce(self._session)
        return Receipt(id=application, number=written[0], content=content)

    def _values(
        self, filing: Filing, application: UUID, person: Person, edition: Edition, receipt: Mapping[str, Any]
    ) -> dict[str, Any]:
        document, signed_id = filing.document, new_id()
        return {
            "id": application,
            "number_start": f"{self._office.prefix.upper()}-{_year(filing.now)}-",
            "applicant": person.id,
            "patient": person.id,
            "region": edition.region,
            "service": edition.service,
            "provider": document.provider,
            "channel": str(Channel.PORTAL),
            "edition": edition.id,
            "filed_by": "citizen",
            "account": filing.actor.account_id,
            "min_acr": edition.acr,
            "document_sha256": filing.sha256,
            "content": person.seal_json(context("applications", "content", application), _content(filing)),
            "details": _sealed_details(person, application, receipt["details"]),
            "receipt": person.seal_json(context("applications", "receipt", application), receipt),
            "scope": filing.claim.scope,
            "key": filing.claim.key,
            "answer": application.bytes,
            "signed_id": signed_id,
            "signed_content": person.seal(context("signed_documents", "content", signed_id), _signed(filing)),
            "revocation": orjson.dumps(filing.signed.evidence.sources()).decode(),
            "received_at": filing.signed.evidence.received_at,
            "documents": self._named(filing),
        }

    def _receipt(self, person: Person, earlier: Earlier) -> Receipt:
        content = person.open_json(context("applications", "receipt", earlier.id), earlier.receipt)
        return Receipt(id=earlier.id, number=earlier.number, content=content)


def _accepted(filing: Filing, application: UUID, provider: Provider, edition: Edition) -> Accepted:
    return Accepted(
        id=application,
        region=edition.region,
        service=edition.service,
        provider=provider,
        edition=edition,
        channel=Channel.PORTAL,
        applicant_iin=filing.document.applicant.iin,
        patient_iin=filing.document.patient.iin,
        fields=filing.document.fields,
        filed_at=filing.now,
        actor=filing.actor,
    )


def _content(filing: Filing) -> dict[str, Any]:
    signer = filing.signed.evidence.signer()
    return {
        "applicant": filing.document.applicant.iin,
        "patient": filing.document.patient.iin,
        "name": full_name(signer),
        "signer": {key: signer.get(key) for key in ("surname", "given_name", "patronymic", "common_name")},
        "fields": filing.document.fields,
        "documents": [each.model_dump() for each in filing.document.documents],
    }


def _signed(filing: Filing) -> bytes:
    return orjson.dumps(
        {
            "document": b64encode(filing.signed.document).decode(),
            "signature": b64encode(filing.signed.signature).decode(),
            "evidence": filing.signed.evidence.to_json(),
        }
    )


def _receipt_content(filing: Filing, rows: Recording, acceptance: Acceptance, provider: Provider) -> dict[str, Any]:
    document = filing.document
    return {
        "region": document.region,
        "service": document.service,
        "provider": document.provider,
        "zone": provider.zone,
        "state": rows.state,
        "status": rows.status,
        "due": orjson.loads(rows.due) if rows.due else None,
        "filed_at": filing.now.isoformat(),
        "details": dict(acceptance.details),
    }


def _sealed_details(person: Person, application: UUID, details: Mapping[str, Any]) -> bytes | None:
    return person.seal_json(context("applications", "details", application), details) if details else None


def _year(now: datetime) -> int:
    return now.astimezone(ZoneInfo("Asia/Almaty")).year
