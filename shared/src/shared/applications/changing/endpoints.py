"""`POST /applications/{application}/reschedule` and `/withdrawal`: signed, for the applicant alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends

from shared.applications.access import Citizen, StrongerLoginNeeded, TheOffice
from shared.applications.cabinet.schemas import ApplicationOut
from shared.applications.cabinet.service import Cabinet
from shared.applications.changing.errors import ChangeNotOffered, CutOffPassed
from shared.applications.changing.schemas import ChangeIn
from shared.applications.changing.service import Document, carry_out, read
from shared.applications.evidence import EvidenceRefused
from shared.applications.filing.errors import EditionChanged, NotTheApplicant
from shared.applications.filing.models import Signed
from shared.applications.forms import RescheduleDocument, WithdrawalDocument
from shared.applications.ijson import UnreadableDocument
from shared.applications.office import Office
from shared.applications.register import Answers, RegisterAway, consulting
from shared.applications.representation import RepresentationRefused
from shared.db import Database
from shared.errors import Conflict, InvalidRequest, NotFound
from shared.procedure.texts import Language
from shared.web import Actor, Here, Lang, Now, Router, problems

router = Router(tags=["applications"])
_REFUSALS = problems(
    NotFound, UnreadableDocument, NotTheApplicant, EvidenceRefused, StrongerLoginNeeded, EditionChanged,
    ChangeNotOffered, CutOffPassed, RepresentationRefused, RegisterAway, Conflict, InvalidRequest,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """One citizen's change, in a transaction of its own; he sees it as his cabinet shows it."""

    database: Database
    office: Office
    actor: Actor
    now: datetime
    language: Language

    async def change(self, public: str, kind: type[Document], request: ChangeIn) -> dict[str, Any]:
        """Check whose it is, change it, and show it; raises NotFound for another person's."""
        application = self.office.parse(public)
        signed = Signed(document=request.document, signature=request.signature, evidence=request.evidence)

        async def changed(answers: Answers) -> dict[str, Any]:
            async with self.database.transaction() as session:
                cabinet = Cabinet(self.office, session, self.actor, self.language, self.now)
                await cabinet.need_own(application)
                change = read(self.office, application, kind, signed, self.actor, self.now)
                await carry_out(session, self.office, change, answers)
                return await cabinet.show(application)

        return await consulting(self.office.register, self.actor, changed)


async def _changing(here: Here, office: TheOffice, actor: Citizen, now: Now, language: Lang) -> Changing:
    return Changing(database=here.database, office=office, actor=actor, now=now, language=language)


Mine = Annotated[Changing, Depends(_changing)]


@router.post("/applications/{application}/reschedule", response_model=ApplicationOut, responses=_REFUSALS)
async def reschedule(application: str, request: ChangeIn, changing: Mine) -> dict[str, Any]:
    """Move the time as the signed document says; the performer's step opens again. Answers a repeat alike."""
    return await changing.change(application, RescheduleDocument, request)


@router.post("/applications/{application}/withdrawal", response_model=ApplicationOut, responses=_REFUSALS)
async def withdraw(application: str, request: ChangeIn, changing: Mine) -> dict[str, Any]:
    """Withdraw the application and free what it holds. Answers a repeat alike."""
    return await changing.change(application, WithdrawalDocument, request)
