"""Gather what belongs to one person: every list is merged over the owners, the notices also with the gateway's own."""

from typing import Any

from gateway.condition2.errors import SignatureNotConfirmed
from gateway.gathering import Asked, Gathering, Order, Page, Part, merge
from gateway.notices.repository import Row
from gateway.notices.service import Notices
from shared.applications.cursors import read_cursor
from shared.db import public_id
from shared.errors import LANGUAGES, Language, text_of
from shared.web import Actor, negotiate

OURS = "gateway"
PREFIX = "gwy"
GROUND_KIND = "signature"
"""The second of the decrees' three kinds of refusal ground: the electronic digital signature."""

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
        own = await self._own(person, asked)
        parts = await self._gathering.parts("/notices", asked.params, actor=person, headers=asked.headers)
        return merge([*parts, own], NOTICES, asked.limit)

    async def _own(self, person: Actor, asked: Asked) -> Part:
        rows = await self._notices.of_person(person.iin, after=read_cursor(asked.cursor), limit=asked.limit + 1)
        language = negotiate((asked.headers or {}).get("accept-language"))
        items = [_notice(row, language) for row in rows[: asked.limit]]
        return Part(name=OURS, items=items, more=len(rows) > asked.limit)


def _notice(row: Row, language: Language) -> dict[str, Any]:
    problem = SignatureNotConfirmed(code=row["code"])
    words = {each: text_of(problem, each) for each in LANGUAGES}
    texts = {each: f"{text.title}. {text.detail}" for each, text in words.items()}
    return {
        "id": public_id(PREFIX, row["id"]),
        "number": row["number"],
        "kind": "refusal",
        "process": problem.process,
        "condition": problem.condition,
        "application": None,
        "at": row["formed_at"].isoformat(),
        "text": texts[language],
        "texts": texts,
        "ground": row["code"],
        "ground_kind": GROUND_KIND,
        "ground_text": words[language].title,
        "note": None,
        "code": row["code"],
        "step": row["step"],
        "clause": row["clause"],
        "occasion": row["occasion"],
        "service": row["service"],
        "task_id": row["task_id"],
    }
