"""Gather what belongs to one person: every list is merged over the owners, the notices also with the gateway's own."""

from typing import Any

from gateway.condition2.errors import SignatureNotConfirmed
from gateway.gathering import Asked, Gathering, Order, Page, Part, merge
from gateway.notices.repository import Row
from gateway.notices.service import Notices
from shared.applications.cursors import Cursor, read_cursor
from shared.db import public_id
from shared.errors import LANGUAGES, text_of
from shared.web import Actor

OURS = "gateway"
PREFIX = "gwy"

APPLICATIONS = Order(instant="filed_at", newest_first=True)
NOTICES = Order(instant="at", newest_first=True)
ACCESSES = Order(instant="at", newest_first=True)


class Cabinet:
    def __init__(self, gathering: Gathering, notices: Notices) -> None:
        self._gathering = gathering
        self._notices = notices

    async def applications(self, person: Actor, asked: Asked) -> Page:
        parts = await self._gathering.parts("/applications", asked.params, actor=person, headers=asked.headers)
        return merge(parts, APPLICATIONS, asked.limit)

    async def accesses(self, person: Actor, asked: Asked) -> Page:
        parts = await self._gathering.parts("/access-log", asked.params, actor=person, headers=asked.headers)
        return merge(parts, ACCESSES, asked.limit)

    async def notices(self, person: Actor, asked: Asked) -> Page:
        own = await self._own(person, read_cursor(asked.cursor), asked.limit)
        parts = await self._gathering.parts("/notices", asked.params, actor=person, headers=asked.headers)
        return merge([*parts, own], NOTICES, asked.limit)

    async def _own(self, person: Actor, after: Cursor | None, limit: int) -> Part:
        rows = await self._notices.of_person(person.iin, after=after, limit=limit + 1)
        return Part(name=OURS, items=[_notice(row) for row in rows[:limit]], more=len(rows) > limit)


def _notice(row: Row) -> dict[str, Any]:
    problem = SignatureNotConfirmed(code=row["code"])
    words = {language: text_of(problem, language) for language in LANGUAGES}
    return {
        "id": public_id(PREFIX, row["id"]),
        "number": row["number"],
        "kind": "refusal",
        "at": row["formed_at"].isoformat(),
        "condition": problem.condition,
        "process": problem.process,
        "code": row["code"],
        "step": row["step"],
        "clause": row["clause"],
        "occasion": row["occasion"],
        "service": row["service"],
        "task_id": row["task_id"],
        "title": {language: text.title for language, text in words.items()},
        "detail": {language: text.detail for language, text in words.items()},
    }
