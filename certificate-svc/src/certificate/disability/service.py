"""Certify a period of disability: a first link or the continuation of a chain.

A period that begins the day after another's last one, at the same provider, continues its chain; any other begins one.
Each link's days count from the chain's first one, whichever was written first: nobody gets more by writing back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from certificate.disability import repository
from certificate.disability.classification import days_by_decider, icd10
from certificate.disability.errors import OpenElsewhere, PeriodOverlaps, TooManyDays
from certificate.disability.models import Spell
from shared.applications.case import CaseFile
from shared.errors import FieldError, InvalidRequest
from shared.procedure import FormField

_DECIDED_BY = "decided_by"
_PERIOD = ("starts_on", "ends_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What the doctor entered; `decided_by` is who answers for its length."""

    starts_on: date
    ends_on: date
    decided_by: str

    @classmethod
    def read(cls, fields: tuple[FormField, ...], data: Mapping[str, Any]) -> "Certified":
        """Check what the form's schema cannot. Raises InvalidRequest."""
        for field in fields:
            if field.kind == "icd10" and data[field.key] not in icd10():
                raise InvalidRequest([FieldError(pointer=f"/data/{field.key}", code="choice")])
        starts_on, ends_on = (date.fromisoformat(data[name]) for name in _PERIOD)
        if ends_on < starts_on:
            raise InvalidRequest([FieldError(pointer=f"/data/{_PERIOD[1]}", code="invalid")])
        return cls(starts_on=starts_on, ends_on=ends_on, decided_by=data[_DECIDED_BY])


@dataclass(frozen=True, slots=True, kw_only=True)
class Disability:
    """The use cases, in one transaction."""

    session: AsyncSession

    async def certify(
        self, case: CaseFile, person: UUID, certified: Certified, now: datetime, *, dry_run: bool
    ) -> Spell:
        """Take the period for the person. Raises what `errors` names; with `dry_run` it only says so."""
        if not dry_run:
            await repository.wait_turn(self.session, person)
        known = await repository.of_person(self.session, person, but=case.id)
        spell = _spell(case, person, certified, known, now)
        _check(spell, known)
        if not dry_run:
            await repository.drop(self.session, case.id)
            if not await repository.add(self.session, spell):
                raise PeriodOverlaps
        return spell

    async def let_go(self, application: UUID) -> None:
        """Free the days of an application that ended, or whose result is out of force."""
        await repository.drop(self.session, application)


def _spell(case: CaseFile, person: UUID, certified: Certified, known: Sequence[Spell], now: datetime) -> Spell:
    here = [each for each in known if each.provider == case.provider.bin]
    before = next((each for each in here if (certified.starts_on - each.ends_on).days == 1), None)
    return Spell(
        application=case.id,
        person=person,
        provider=case.provider.bin,
        chain=before.chain if before else case.id,
        starts_on=certified.starts_on,
        ends_on=certified.ends_on,
        decided_by=certified.decided_by,
        issued_on=now.astimezone(ZoneInfo(case.provider.zone)).date(),
    )


def _check(spell: Spell, known: Sequence[Spell]) -> None:
    if any(each.starts_on <= spell.ends_on and spell.starts_on <= each.ends_on for each in known):
        raise PeriodOverlaps
    elsewhere = [each for each in known if each.provider != spell.provider]
    if any(each.issued_on <= spell.issued_on <= max(each.ends_on, each.issued_on) for each in elsewhere):
        raise OpenElsewhere
    for link, days in _days_at_end_of(spell, known):
        if days > (most := days_by_decider()[link.decided_by]):
            raise TooManyDays(most)


def _days_at_end_of(spell: Spell, known: Sequence[Spell]) -> Iterator[tuple[Spell, int]]:
    """Give this period and those that go on from it at the provider, each with the days without a gap up to its end."""
    here = [each for each in known if each.provider == spell.provider]
    days, first = spell.days, spell.starts_on
    while before := next((each for each in here if (first - each.ends_on).days == 1), None):
        first, days = before.starts_on, days + before.days
    link: Spell | None = spell
    while link is not None:
        yield link, days
        link = next((each for each in here if (each.starts_on - link.ends_on).days == 1), None)
        days += link.days if link else 0
