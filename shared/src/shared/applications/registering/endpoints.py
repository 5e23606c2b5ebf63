"""`POST /workstation/applications`: a registrar takes down who stands at her window or calls."""

from typing import Any

from fastapi import Response

from shared.applications.access import Staff, TheOffice, WrongRole
from shared.applications.filing.accepting import once
from shared.applications.filing.endpoints import receipt_out
from shared.applications.filing.errors import ProviderUnknown
from shared.applications.office import Office, ServiceNotOffered
from shared.applications.register import Answers, RegisterAway, consulting
from shared.applications.registering.errors import ArrivalUnfit, ChannelNotOffered
from shared.applications.registering.models import Registered
from shared.applications.registering.schemas import RegisteredOut, VisitIn
from shared.applications.registering.service import Registrar
from shared.applications.registering.unnamed import register_unnamed
from shared.applications.replies import as_json
from shared.applications.representation import RepresentationRefused
from shared.db import new_id
from shared.errors import InvalidRequest
from shared.personal import IinInvalid
from shared.procedure.texts import Language
from shared.web import Here, IdempotencyKey, IdempotencyKeyReused, Lang, Now, Router, problems

router = Router(tags=["workstation"])
_REFUSALS = (
    WrongRole, ProviderUnknown, ServiceNotOffered, ChannelNotOffered, ArrivalUnfit, IinInvalid,
    RepresentationRefused, RegisterAway, InvalidRequest, IdempotencyKeyReused,
)  # fmt: skip


@router.post("/workstation/applications", status_code=201, response_model=RegisteredOut, responses=problems(*_REFUSALS))
async def register_application(  # each is a dependency
    request: VisitIn, office: TheOffice, actor: Staff, here: Here, now: Now, language: Lang, key: IdempotencyKey
) -> Response:
    """Register a visitor or caller; under the same Idempotency-Key the answer is the same."""
    if request.applicant is None:
        async with here.database.transaction() as session:
            unnamed = await register_unnamed(session, office, request.model_dump(), new_id(), actor, now)
        return as_json(_out(office, request.channel, unnamed, language), unnamed.answer.status)
    exact = request.model_dump_json().encode()
    registration = Registrar.read(office, request.model_dump(), exact, actor, key, now)

    async def taken(answers: Answers) -> Registered:
        return await once(
            here.database,
            lambda session: Registrar(office, session).register(registration, new_id(), answers),
            lambda session: Registrar(office, session).earlier(registration),
        )

    registered = await consulting(office.register, actor, taken)
    return as_json(_out(office, registration.channel, registered, language), registered.answer.status)


def _out(office: Office, channel: str, registered: Registered, language: Language) -> dict[str, Any]:
    receipt = receipt_out(office, registered.answer.receipt, language)
    return {
        **receipt,
        "channel": str(channel),
        "arrived_at": receipt["filed_at"],
        "task": office.public(registered.task),
    }
