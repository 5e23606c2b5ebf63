"""Keep the trail: who registered, was refused, ended, changed. No record, no answer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.repository import AuditRepository
from shared.errors import LANGUAGES, ProblemError, text_of
from shared.log import request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What happened. Persons and addresses appear as keyed hashes; `facts` hold codes and ids alone."""

    name: str
    at: datetime
    account_id: UUID | None = None
    actor_id: UUID | None = None
    subject: bytes | None = None
    address: bytes | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class AuditTrail:
    def __init__(self, session: AsyncSession) -> None:
        self._records = AuditRepository(session)

    async def record(self, deed: Deed) -> int:
        return await self._records.add(_values(deed))

    async def refuse(self, deed: Deed, problem: ProblemError) -> str:
        """Form the notice of process 2 in three languages, and give its number: nobody is logged in to be shown it."""
        notice = {language: _words(problem, language) for language in LANGUAGES}
        number = await self._records.add({**_values(deed), "process": problem.process, "notice": notice})
        return notice_number(number)


def notice_number(number: int) -> str:
    return f"2-{number:08d}"


def _words(problem: ProblemError, language: Any) -> dict[str, str]:
    text = text_of(problem, language)
    return {"title": text.title, "detail": text.detail}


def _values(deed: Deed) -> dict[str, Any]:
    return {
        "deed": deed.name,
        "at": deed.at,
        "account_id": deed.account_id,
        "actor_id": deed.actor_id,
        "subject": deed.subject,
        "address": deed.address,
        "request_id": request_id(),
        "facts": deed.facts,
    }
