"""`POST /applications`: the gateway forwards a signed document whose signature it has verified.

The transaction is opened here and not by a dependency: a refusal or a lost race ends it, and what an earlier request
committed is then looked for in a new one.
"""

from datetime import datetime
from typing import Any

from fastapi import Response

from shared.applications.access import Citizen, StrongerLoginNeeded, TheOffice
from shared.applications.evidence import EvidenceRefused
from shared.applications.filing.accepting import Answer, Receipt, once
from shared.applications.filing.errors import (
    DocumentsRefused,
    EditionChanged,
    NotTheApplicant,
    ProviderUnknown,
)
from shared.applications.filing.models import Signed
from shared.applications.filing.schemas import FilingIn, ReceiptOut
from shared.applications.filing.service import Filer, Filing
from shared.applications.ijson import UnreadableDocument
from shared.applications.office import Office, ServiceNotOffered
from shared.applications.register import Answers, RegisterAway, consulting
from shared.applications.replies import as_json
from shared.applications.representation import RepresentationRefused
from shared.applications.wording import due_out, local, status_out
from shared.db import Database, new_id
from shared.errors import InvalidRequest
from shared.personal import IinInvalid
from shared.procedure.texts import Language
from shared.web import Here, IdempotencyKey, IdempotencyKeyReused, Lang, Now, Router, problems

router = Router(tags=["applications"])
_REFUSALS = (
    UnreadableDocument, NotTheApplicant, EvidenceRefused, RepresentationRefused, StrongerLoginNeeded,
    ProviderUnknown, ServiceNotOffered, EditionChanged, DocumentsRefused, InvalidRequest, IdempotencyKeyReused,
    RegisterAway, IinInvalid,
)  # fmt: skip


@router.post("/applications", status_code=201, response_model=ReceiptOut, responses=problems(*_REFUSALS))
async def file_application(  # each is a dependency
    request: FilingIn, office: TheOffice, actor: Citizen, here: Here, now: Now, language: Lang, key: IdempotencyKey
) -> Response:
    """Accept (201), or answer the same document as it was answered before (200; 201 under the same key)."""
    signed = Signed(document=request.document, signature=request.signature, evidence=request.evidence)
    answer = await accept(here.database, office, Filer.read(office, signed, actor, key, now))
    return as_json(receipt_out(office, answer.receipt, language), answer.status)


async def accept(database: Database, office: Office, filing: Filing) -> Answer:
    """File, or give the answer that the same document or key was given before."""

    async def filed(answers: Answers) -> Answer:
        return await once(
            database,
            lambda session: Filer(office, session).file(filing, new_id(), answers),
            lambda session: Filer(office, session).earlier(filing),
        )

    return await consulting(office.register, filing.actor, filed)


def receipt_out(office: Office, receipt: Receipt, language: Language) -> dict[str, Any]:
    """Write the first answer to an application; what the service added stands beside our members."""
    content = receipt.content
    return {
        **content["details"],
        **receipt.handed_out,
        "id": office.public(receipt.id),
        "number": receipt.number,
        "region": content["region"],
        "service": content["service"],
        "provider": content["provider"],
        "state": content["state"],
        "status": status_out(content["status"], language),
        **due_out(content["due"], language, content["zone"]),
        "filed_at": local(datetime.fromisoformat(content["filed_at"]), content["zone"]),
    }
