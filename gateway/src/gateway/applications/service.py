"""Take a signed application in, without a write of the gateway's own (zhambyl 11, akmola 8: condition 2 and process 5).

1. Read the document strictly, from the exact bytes.
2. The form token: ours, in time, for this purpose and service.
3. Condition 2; a refusal is process 4.
4. Forward document, signature and evidence to the owner, whose one transaction stores them all.
"""

from datetime import datetime
from typing import Any, NamedTuple

from gateway.catalogue.service import Catalogue
from gateway.condition2.evidence import evidence
from gateway.condition2.service import Condition2, Occasion
from gateway.condition2.signed import SignedDocument
from gateway.forms.tokens import FormTokens
from shared.applications.forms import ApplicationDocument, read_document
from shared.pki.expectation import Expectation
from shared.web import Actor
from shared.web.client import ServiceClient

PURPOSE = "application"


class Checked(NamedTuple):
    owner: ServiceClient
    body: dict[str, Any]


class Filing:
    def __init__(self, catalogue: Catalogue, tokens: FormTokens, condition2: Condition2) -> None:
        self._catalogue = catalogue
        self._tokens = tokens
        self._condition2 = condition2

    async def check(
        self, sent: SignedDocument, person: Actor, *, now: datetime
    ) -> tuple[ServiceClient, dict[str, Any]]:
        """Give the owner and the body to forward; raises what is wrong with document, token or signature."""
        signed = sent.read()
        document = read_document(ApplicationDocument, signed.document)
        service = f"{document.region}.{document.service}"
        form = self._tokens.check(document.form_token, purpose=PURPOSE, service=service, now=now)
        owner = await self._catalogue.owner(service)
        expect = Expectation.citizen(iin=person.iin)
        verdict = await self._condition2.confirm(
            signed,
            expect=expect,
            stated_iin=document.applicant.iin,
            occasion=Occasion(kind=PURPOSE, iin=person.iin, proved=True, service=service),
            at=now,
        )
        body = {
            "document": sent.document,
            "signature": sent.signature,
            "evidence": evidence(verdict, expect=expect, received_at=now, edition=form.edition),
        }
        return Checked(owner, body)
