"""Read a provider's journal: for its own staff who keep it, each person shown recorded."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.journals import repository
from shared.applications.office import Office
from shared.applications.records import context
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.web import Actor

_ZONE = ZoneInfo("Asia/Almaty")
_KEEPERS = frozenset({"journal_keeper", "supervisor"})


class Journals:
    """The use case of reading."""

    def __init__(self, office: Office, session: AsyncSession, actor: Actor, now: datetime) -> None:
        self._office = office
        self._session = session
        self._actor = actor
        self._now = now

    async def page(
        self, journal: str, *, year: int | None, provider: str | None, cursor: str | None, limit: int
    ) -> dict[str, Any]:
        """List rows by number. Raises NotFound for a journal that nobody keeps here, or of another provider."""
        self._need_keeper(journal)
        if provider not in {None, self._actor.bin}:
            raise NotFound
        volume = self._office.service
        chosen = year or self._now.astimezone(_ZONE).year
        rows = await repository.page(
            self._session,
            provider=self._actor.bin or "",
            journal=journal,
            volume=volume,
            year=chosen,
            after=_after(cursor),
            limit=limit + 1,
        )
        shown = rows[:limit]
        persons = await self._office.persons.get_many(self._session, [row.person for row in shown])
        seen = [(persons[row.person], row.application) for row in shown if row.person in persons]
        await record_access(self._session, self._actor, "journal-read", seen, at=self._now)
        return {
            "journal": journal,
            "provider": self._actor.bin,
            "volume": volume,
            "year": chosen,
            "items": [self._item(row, persons) for row in shown],
            "next_cursor": str(shown[-1].number) if len(rows) > limit else None,
        }

    def _need_keeper(self, journal: str) -> None:
        editions = [each for each in self._office.regulations.current(self._now.astimezone(_ZONE).date())
                    if each.service in self._office.modules and each.journal.key == journal]  # fmt: skip
        if not editions:
            raise NotFound
        performers = {step.performer for edition in editions for step in edition.steps}
        if not self._actor.roles & (_KEEPERS | performers):
            raise WrongRole

    def _item(self, row: Any, persons: Any) -> dict[str, Any]:
        """Show a row; of a person whose data was destroyed the row remains, without its words."""
        person = persons.get(row.person)
        values = person.open_json(context("journal_rows", "content", row.id), row.content) if person else {}
        return {
            "id": self._office.public(row.id),
            "number": row.number,
            "year": row.year,
            "application": {"id": self._office.public(row.application), "number": row.application_number},
            "at": row.at,
            "corrects": self._office.public(row.corrects) if row.corrects else None,
            "values": values,
        }


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:  # noqa: PLR2004  # fits the column
        raise InvalidRequest([FieldError(pointer="/cursor", code="invalid")])
    return int(cursor)
