"""Take a signed application in, or a change of one, without a write of our own (zhambyl 11, akmola 8).

1. Read the document strictly, from the exact bytes.
2. The form token: ours, in time, for this purpose and service.
3. Condition 2; a refusal is process 4 (the decrees' condition 2 and process 5).
4. Forward document, signature and evidence to the owner, whose one transaction stores them all.
"""

from datetime import datetime
from typing import Any, NamedTuple

from gateway.catalogue.service import Catalogue
from gateway.condition2.evidence import evidence
from gateway.condition2.service import Condition2, Occasion
from gateway.condition2.signed import Signed, SignedDocument
from gateway.forms.tokens import Form, FormTokens
from shared.applications.forms import ApplicationDocument, RescheduleDocument, WithdrawalDocument, read_document
from shared.pki.expectation import Expectation
from shared.web import Actor
from shared.web.client import ServiceClient

PURPOSE = "application"
Document = ApplicationDocument | RescheduleDocument | WithdrawalDocument


class Checked(NamedTuple):
    owner: ServiceClient
    body: dict[str, Any]


class Filing:
    def __init__(self, catalogue: Catalogue, tokens: FormTokens, condition2: Condition2) -> None:
        self._catalogue = catalogue
        self._tokens = tokens
        self._condition2 = condition2

    async def check(self, sent: SignedDocument, person: Actor, *, now: datetime) -> Checked:
        """Give the owner and the body to forward; raises what is wrong with document, token or signature."""
        signed = sent.read()
        document = read_document(ApplicationDocument, signed.document)
        service = f"{document.region}.{document.service}"
        form = self._tokens.check(document.form_token, purpose=PURPOSE, service=service, now=now)
        owner = await self._catalogue.owner(service)
        return Checked(owner, await self._confirmed(sent, signed, document, form, person, now))

    async def check_change(
        self, kind: type[RescheduleDocument | WithdrawalDocument], sent: SignedDocument, person: Actor, *, now: datetime
    ) -> dict[str, Any]:
        """Give the body to forward. Of which service the form must be, the owner knows: it gets the form's edition."""
        signed = sent.read()
        document = read_document(kind, signed.document)
        form = self._tokens.read(document.form_token, purpose=document.purpose, now=now)
        return await self._confirmed(sent, signed, document, form, person, now)

    async def _confirmed(
        self, sent: SignedDocument, signed: Signed, document: Document, form: Form, person: Actor, now: datetime
    ) -> dict[str, Any]:
        expect = Expectation.citizen(iin=person.iin)
        verdict = await self._condition2.confirm(
            signed,
            expect=expect,
            stated_iin=document.applicant.iin,
            occasion=Occasion(kind=document.purpose, iin=person.iin, proved=True, service=form.service),
            at=now,
        )
        return {
            "document": sent.document,
            "signature": sent.signature,
            "evidence": evidence(verdict, expect=expect, received_at=now, edition=form.edition),
        }
