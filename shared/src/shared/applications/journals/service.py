"""Read a provider's journal: for its own staff who keep it, each person shown recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.case import Provider
from shared.applications.journals import repository
from shared.applications.journals.table import Row, cells, columns, titles
from shared.applications.office import Office
from shared.applications.providers import repository as providers
from shared.applications.records import context
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.personal import Person
from shared.procedure import Edition, Text
from shared.web import Actor

_ZONE = ZoneInfo("Asia/Almaty")
_KEEPER = "journal_keeper"
_KEEPERS = frozenset({_KEEPER, "supervisor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of a volume as lines under titles, and after which number there are more."""

    provider: Provider
    name: Text
    year: int
    titles: Sequence[Text]
    lines: Sequence[Sequence[str]]
    next_cursor: str | None


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
        chosen = year or self._this_year()
        shown, persons, more = await self._shown(journal, chosen, cursor, limit)
        return {
            "journal": journal,
            "provider": self._actor.bin,
            "volume": volume,
            "year": chosen,
            "items": [self._item(row, persons) for row in shown],
            "next_cursor": str(shown[-1].number) if more else None,
        }

    async def part(
        self, journal: str, *, year: int | None, provider: str | None, cursor: str | None, limit: int
    ) -> Part:
        """Give rows as lines of a table. Raises as `page` does."""
        self._need_keeper(journal)
        if provider not in {None, self._actor.bin}:
            raise NotFound
        chosen = year or self._this_year()
        shown, persons, more = await self._shown(journal, chosen, cursor, limit)
        owner = await providers.find(self._session, self._actor.bin or "")
        if owner is None:
            raise NotFound
        fields = columns(self._editions(owner.region), journal)
        lines = [cells(self._line(row, persons), fields, owner.zone) for row in shown]
        return Part(
            provider=owner,
            name=self._name(journal),
            year=chosen,
            titles=titles(fields),
            lines=lines,
            next_cursor=str(shown[-1].number) if more else None,
        )

    def _name(self, journal: str) -> Text:
        """The journal's name, as whoever may read it has found it in force."""
        current = self._office.regulations.current(self._now.astimezone(_ZONE).date())
        return next(edition.journal.name for edition in current if edition.journal.key == journal)

    async def _shown(
        self, journal: str, year: int, cursor: str | None, limit: int
    ) -> tuple[Sequence[Any], Mapping[UUID, Person], bool]:
        """Read a page, with a record for each person whose row it has."""
        rows = await repository.page(
            self._session,
            provider=self._actor.bin or "",
            journal=journal,
            volume=self._office.service,
            year=year,
            after=_after(cursor),
            limit=limit + 1,
        )
        shown = rows[:limit]
        persons = await self._office.persons.get_many(self._session, [row.person for row in shown])
        seen = [(persons[row.person], row.application) for row in shown if row.person in persons]
        await record_access(self._session, self._actor, "journal-read", seen, at=self._now)
        return shown, persons, len(rows) > limit

    def _this_year(self) -> int:
        return self._now.astimezone(_ZONE).year

    def _editions(self, region: str) -> list[Edition]:
        known = self._office.regulations.editions.items()
        return [
            edition for (where, service), editions in known
            if where == region and service in self._office.modules for edition in editions
        ]  # fmt: skip

    def _line(self, row: Any, persons: Mapping[UUID, Person]) -> Row:
        values, reason = self._opened(row, persons)
        corrects = (
            f"{row.corrects_number}"
            if row.corrects_year == row.year
            else (f"{row.corrects_year}/{row.corrects_number}")
        )
        return Row(
            number=row.number,
            at=row.at,
            application=row.application_number,
            corrects=corrects if row.corrects else "",
            reason=reason or "",
            values=values,
        )

    def _opened(self, row: Any, persons: Mapping[UUID, Person]) -> tuple[Mapping[str, Any], str | None]:
        """Open a row's words, and why it corrects another; of a person whose data was destroyed it has none."""
        person = persons.get(row.person)
        content = person.open_json(context("journal_rows", "content", row.id), row.content) if person else {}
        return (content.get("values", {}), content.get("reason")) if row.corrects else (content, None)

    def _need_keeper(self, journal: str) -> None:
        editions = [each for each in self._office.regulations.current(self._now.astimezone(_ZONE).date())
                    if each.service in self._office.modules and each.journal.key == journal]  # fmt: skip
        if not editions:
            raise NotFound
        if any(edition.sensitive for edition in editions):
            readers = frozenset({_KEEPER})
        else:
            readers = _KEEPERS | {step.performer for edition in editions for step in edition.steps}
        if not self._actor.roles & readers:
            raise WrongRole

    def _item(self, row: Any, persons: Any) -> dict[str, Any]:
        """Show a row; of a person whose data was destroyed the row remains, without its words."""
        values, reason = self._opened(row, persons)
        return {
            "id": self._office.public(row.id),
            "number": row.number,
            "year": row.year,
            "application": {"id": self._office.public(row.application), "number": row.application_number},
            "at": row.at,
            "corrects": self._office.public(row.corrects) if row.corrects else None,
            "reason": reason,
            "values": values,
        }


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:  # noqa: PLR2004  # fits the column
        raise InvalidRequest([FieldError(pointer="/cursor", code="invalid")])
    return int(cursor)
