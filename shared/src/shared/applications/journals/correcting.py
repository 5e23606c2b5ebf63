"""Correct a row of a journal: the old one stays as it is, a new one says what should have stood there, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.anonymity import country_day
from shared.applications.journals import repository
from shared.applications.journals.table import columns
from shared.applications.office import Office
from shared.applications.providers import repository as providers
from shared.applications.records import context
from shared.db import new_id
from shared.errors import Conflict, FieldError, InvalidRequest, NotFound
from shared.personal import salted_digest
from shared.web import Actor

_KEEPER = "journal_keeper"


class RowCorrectedAlready(Conflict):
    """Another row corrects this one: that one is to be corrected, so that there is one line of corrections."""

    code = "journal-row-corrected"

    def __init__(self, number: int, year: int) -> None:
        super().__init__(extra={"number": number, "year": year}, number=number, year=year)


class Correcting:
    """The use case of the provider's journal keeper."""

    def __init__(self, office: Office, session: AsyncSession, actor: Actor, now: datetime) -> None:
        self._office, self._session, self._actor, self._now = office, session, actor, now

    async def correct(
        self, journal: str, *, year: int, number: int, values: Mapping[str, Any], reason: str
    ) -> dict[str, Any]:
        """Add the correction. Raises WrongRole, NotFound, RowCorrectedAlready, InvalidRequest (unknown column)."""
        if _KEEPER not in self._actor.roles:
            raise WrongRole
        owner = await providers.find(self._session, self._actor.bin or "")
        volume = {"provider": self._actor.bin or "", "journal": journal, "volume": self._office.service}
        row = await repository.row(self._session, volume, year=year, number=number)
        if row is None or owner is None:
            raise NotFound
        self._require_columns(owner.region, journal, values)
        if found := await repository.newer(self._session, row):
            raise RowCorrectedAlready(found.number, found.year)
        this_year = self._now.astimezone(ZoneInfo(owner.zone)).year
        id_, added = await self._add({**volume, "year": this_year}, row, values, reason)
        public = self._office.public
        return {"id": public(id_), "number": added, "year": this_year, "corrects": public(row.id)}

    def _require_columns(self, region: str, journal: str, values: Mapping[str, Any]) -> None:
        editions = (each for (where, _), all_ in self._office.regulations.editions.items() if where == region
                    for each in all_)  # fmt: skip
        unknown = sorted(set(values) - set(columns(editions, journal)))
        if unknown:
            raise InvalidRequest([FieldError(pointer=f"/values/{key}", code="invalid") for key in unknown])

    async def _add(
        self, volume: Mapping[str, Any], row: Any, values: Mapping[str, Any], reason: str
    ) -> tuple[Any, int]:
        """Seal the whole row as it should have been; a person whose data was destroyed has no row to correct."""
        persons = await self._office.persons.get_many(self._session, [row.person])
        if row.person not in persons:
            raise NotFound
        person = persons[row.person]
        before = person.open_json(context("journal_rows", "content", row.id), row.content)
        known = before["values"] if row.corrects else before
        id_ = new_id()
        place = context("journal_rows", "content", id_)
        content = {"values": {**known, **values}, "reason": reason, "by": self._actor.name}
        plain = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        day = country_day(self._now) if person.unnamed else None
        added = await repository.correct(self._session, {
            **volume, "id": id_, "application": row.application, "person": row.person, "at": day or self._now,
            "recorded_at": day,
            "corrects": row.id, "content": person.seal(place, plain),
            "digest": salted_digest(person.salt(place), plain),
        })  # fmt: skip
        await record_access(self._session, self._actor, "journal-corrected", [(person, row.application)], at=self._now)
        return id_, added
