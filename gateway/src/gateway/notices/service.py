"""Form a notice of refusal (process 4) and find a person's notices."""

import base64
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gateway.notices import repository
from shared.applications.cursors import Cursor
from shared.db import Database, new_id
from shared.personal import Iin, Persons

COUNTRY_ZONE = ZoneInfo("Asia/Almaty")
"""The year in a notice's number is the country's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What was refused and why; `detail` is the examination's own English sentence, without personal data."""

    occasion: str
    iin: str
    in_cabinet: bool
    code: str
    step: int
    clause: str
    detail: str
    document: bytes
    signature: bytes
    service: str | None = None
    task_id: str | None = None


class Notices:
    def __init__(self, database: Database, persons: Persons, *, allow_test: bool) -> None:
        self._database = database
        self._persons = persons
        self._allow_test = allow_test

    async def form(self, refusal: Refusal, *, at: datetime) -> str:
        """Store the notice and give its number; the same refusal again gives the same number."""
        iin = Iin.parse(refusal.iin, allow_test=self._allow_test)
        fingerprint = self._persons.keyed_hash(
            "notices.fingerprint", refusal.iin, refusal.code, refusal.occasion, refusal.document, refusal.signature
        )
        try:
            return await self._form(refusal, iin, fingerprint, at)
        except sa.exc.IntegrityError:
            # Formed at the same moment by another request: theirs is committed, ours was rolled back with its number.
            return await self._form(refusal, iin, fingerprint, at)

    async def _form(self, refusal: Refusal, iin: Iin, fingerprint: bytes, at: datetime) -> str:
        async with self._database.transaction() as session:
            known = await repository.find(session, fingerprint)
            if known is not None:
                return str(known["number"])
            person = await self._persons.ensure(session, iin)
            notice_id = new_id()
            year = at.astimezone(COUNTRY_ZONE).year
            number = f"GWY-{year}-{await repository.next_ordinal(session, year):06d}"
            sealed = person.seal_json(
                f"notices.sealed:{notice_id}",
                {
                    "detail": refusal.detail,
                    "document": base64.b64encode(refusal.document).decode(),
                    "signature": base64.b64encode(refusal.signature).decode(),
                },
            )
            values = {
                "id": notice_id, "number": number, "person_id": person.id, "in_cabinet": refusal.in_cabinet,
                "occasion": refusal.occasion, "code": refusal.code, "step": refusal.step,
                "clause": refusal.clause, "service": refusal.service, "task_id": refusal.task_id,
                "formed_at": at, "fingerprint": fingerprint, "sealed": sealed,
            }  # fmt: skip
            await repository.add(session, values)
            return number

    async def of_person(self, iin: str, *, after: Cursor | None, limit: int) -> list[repository.Row]:
        async with self._database.transaction() as session:
            person = await self._persons.find(session, Iin.parse(iin, allow_test=self._allow_test))
            return [] if person is None else await repository.page(session, person.id, after=after, limit=limit)
