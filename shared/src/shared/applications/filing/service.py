"""Accept a signed application: in one transaction, or not at all, and once only.

The replay key is the applicant and the hash of the exact bytes, never of the CMS: the same document is answered with
the same application whatever signature, key or connection it comes with. A refusal uses up nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import StrongerLoginNeeded
from shared.applications.access_log import record_access
from shared.applications.case import Accepted, Provider
from shared.applications.evidence import EvidenceRefused, full_name
from shared.applications.fields import check_fields
from shared.applications.filing import repository
from shared.applications.filing.accepting import Answer, New, earlier_answer, offering, write
from shared.applications.filing.errors import (
    DocumentsRefused,
    EditionChanged,
    NotTheApplicant,
    ProviderUnknown,
)
from shared.applications.filing.models import Claim, NamedDocument, Signed
from shared.applications.forms import ApplicationDocument, read_document
from shared.applications.office import Office, ServiceNotOffered
from shared.applications.records import context
from shared.applications.register import NOTHING_ASKED, Acting, Answers
from shared.applications.representation import Parties, Representative, by_register, by_register_or_claim
from shared.db import new_id
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.personal import Iin, Person
from shared.procedure import Channel, Edition
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One request to file, read and checked as far as that goes without the database."""

    document: ApplicationDocument
    signed: Signed
    actor: Actor
    applicant: Iin
    patient: Iin
    claim: Claim
    now: datetime


class Filer:
    """The use case of filing, for one transaction of one request."""

    def __init__(self, office: Office, session: AsyncSession) -> None:
        self._office = office
        self._session = session

    @staticmethod
    def read(office: Office, signed: Signed, actor: Actor, key: str | None, now: datetime) -> Filing:
        """Read the signed bytes and check them against session and verdict, before any database is asked.

        Raises UnreadableDocument, NotTheApplicant, EvidenceRefused, IinInvalid.
        """
        document = read_document(ApplicationDocument, signed.document)
        signer = signed.evidence.signer()
        if document.applicant.iin != actor.iin:
            raise NotTheApplicant
        if signer.get("iin") != actor.iin:
            raise EvidenceRefused
        applicant, patient = (
            Iin.parse(one.iin, allow_test=office.settings.allow_test_identities)
            for one in (document.applicant, document.patient)
        )
        return Filing(
            document=document,
            signed=signed,
            actor=actor,
            applicant=applicant,
            patient=patient,
            claim=Claim(scope=f"{actor.account_id}:POST /applications", key=key),
            now=now,
        )

    async def earlier(self, filing: Filing) -> Answer | None:
        """Find the answer that the same key or the same document was given before; raises IdempotencyKeyReused."""
        look = await self._look(filing)
        return await earlier_answer(self._session, self._office.persons, look, filing.signed.sha256)

    async def file(self, filing: Filing, application: UUID, answers: Answers = NOTHING_ASKED) -> Answer:
        """Accept under the given id, or give the answer that was given before.

        Raises ProblemError for every refusal, Repeated when another request came first meanwhile, and Unanswered where
        the register has to say whether the applicant may act for the patient.
        """
        look = await self._look(filing)
        if (
            earlier := await earlier_answer(self._session, self._office.persons, look, filing.signed.sha256)
        ) is not None:
            return earlier
        person = look.person
        provider, edition = self._offered(filing, look.provider)
        check_fields(self._office.form(edition, Channel.PORTAL), filing.document.fields, under="/fields")
        self._check_documents(filing, edition, look.documents, person)
        representative = self._representative(filing, answers)
        parties = await self._parties(filing, person)
        new = New(
            accepted=replace(
                _accepted(filing, application, provider, edition),
                documents=tuple(self._named(filing)),
                representative=None if representative is None else representative.own(),
            ),
            parties=parties,
            content=_content(filing, representative),
            claim=filing.claim,
            digest=filing.signed.sha256,
            filed_by="citizen",
            min_acr=edition.acr,
            evidence=self._evidence(filing, parties.patient),
        )
        if representative is not None:
            await self._tell(filing, parties.patient, application, representative)
        return Answer(receipt=await write(self._session, self._office, new, now=filing.now), status=201)

    def _representative(self, filing: Filing, answers: Answers) -> Representative | None:
        """Say who acts for the patient, if anybody: by the register, or as claimed where a step judges the claim."""
        if filing.applicant == filing.patient:
            return None
        name = full_name(filing.signed.evidence.signer())
        standing = answers.standing(Acting(applicant=filing.applicant, patient=filing.patient))
        module = self._office.module(filing.document.service)
        if not filing.document.documents:
            return by_register(standing, name=name)
        return by_register_or_claim(standing, module, filing.document.fields, name=name)

    async def _parties(self, filing: Filing, applicant: Person) -> Parties:
        if filing.applicant == filing.patient:
            return Parties(applicant=applicant, patient=applicant)
        patient = await self._office.persons.ensure(self._session, filing.patient)
        return Parties(applicant=applicant, patient=patient)

    async def _tell(self, filing: Filing, patient: Person, application: UUID, representative: Representative) -> None:
        """Let the patient see who applied for him."""
        actor, seen = representative.acting(filing.actor), [(patient, application)]
        await record_access(self._session, actor, "application-filed", seen, at=filing.now)

    async def _look(self, filing: Filing) -> repository.Look:
        return await repository.look(
            self._session,
            self._office.persons,
            filing.applicant,
            provider=filing.document.provider,
            documents=self._named(filing),
            sha256=filing.signed.sha256,
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
        provider, edition = offering(
            self._office, provider, region=document.region, service=document.service, on=filing.now
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

    def _evidence(self, filing: Filing, person: Person) -> dict[str, Any]:
        signed_id, evidence = new_id(), filing.signed.evidence
        return {
            "document_sha256": filing.signed.sha256,
            "signed_id": signed_id,
            "signed_content": person.seal(context("signed_documents", "content", signed_id), filing.signed.kept()),
            "revocation": orjson.dumps(evidence.sources()).decode(),
            "received_at": evidence.received_at,
            "documents": self._named(filing),
        }


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


def _content(filing: Filing, representative: Representative | None) -> dict[str, Any]:
    signer = filing.signed.evidence.signer()
    return {
        "applicant": filing.document.applicant.iin,
        "patient": filing.document.patient.iin,
        "name": full_name(signer),
        "signer": {key: signer.get(key) for key in ("surname", "given_name", "patronymic", "common_name")},
        "fields": filing.document.fields,
        "documents": [each.model_dump() for each in filing.document.documents],
        **(representative.content() if representative is not None else {}),
    }
