"""All regulations of all regions: which edition is in use on a day, and which one an application was filed under."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.procedure.annulment import Annulment
from shared.procedure.calendar import Calendar
from shared.procedure.edition import Assurance, Edition
from shared.procedure.law import Cited, Code, Name, Oid, Performer
from shared.procedure.representation import Right
from shared.procedure.texts import Text, Words


class NoEditionInForce(Exception):
    """The region has not adopted any edition of that service by that day (or does not know the service)."""

    def __init__(self, region: str, service: str, on: dt.date) -> None:
        super().__init__(f"no edition of {region}.{service} is in use on {on.isoformat()}")
        self.region, self.service, self.on = region, service, on


class UnknownEdition(Exception):
    """An application refers to an edition that the loaded files no longer hold; editions are never deleted."""

    def __init__(self, edition_id: str) -> None:
        super().__init__(f"no regulation file holds the edition {edition_id}")
        self.edition_id = edition_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAct:
    """A decree of the region, with the dates that it really had: history, cited and never applied."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    number: Words
    date: dt.date
    issuer: Text
    title: Text
    registered_number: Words
    registered: dt.date
    in_force: Text
    repealed_by: Words
    repealed: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Cited):
    """What authorisation on the portal asks for (condition 1), and the process that a failure leads to."""

    acr: Assurance
    process: int
    condition: int
    refusal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Cited):
    """Another provider that a step names; which provider (BIN) carries it out is the deployment's to say."""

    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What holds for all services of a region. Role lists are object identifiers of certificates."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    code: Code
    name: Text
    acts: Annotated[tuple[RegionAct, ...], Field(alias="act", min_length=1)]
    login: Login
    citizen_roles: Annotated[tuple[Oid, ...], Field(min_length=1)]
    seal_roles: Annotated[tuple[Oid, ...], Field(min_length=1)]
    performers: Annotated[Mapping[Name, Performer], Field(alias="performer", min_length=1)]
    organisations: Annotated[Mapping[Code, Organisation], Field(alias="organisation")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulations:
    """Everything that was loaded, checked as a whole; `rights` to act for another, by kind, and
    `annulment` hold in all regions; the latter is None where no result can be annulled.
    """

    regions: Mapping[str, Region]
    editions: Mapping[tuple[str, str], tuple[Edition, ...]]
    calendar: Calendar
    rights: Mapping[str, Right] = field(default_factory=dict)
    annulment: Annulment | None = None

    def edition(self, region: str, service: str, on: dt.date) -> Edition:
        """The edition in use on the local day of filing: the latest adopted by then. Raises NoEditionInForce."""
        adopted = [edition for edition in self.editions.get((region, service), ()) if edition.adopted_from <= on]
        if not adopted:
            raise NoEditionInForce(region, service, on)
        return max(adopted, key=lambda edition: edition.adopted_from)

    def by_id(self, edition_id: str) -> Edition:
        """The edition that an application was filed under. Raises UnknownEdition."""
        for editions in self.editions.values():
            for edition in editions:
                if edition.id == edition_id:
                    return edition
        raise UnknownEdition(edition_id)

    def current(self, on: dt.date, owner: str | None = None) -> tuple[Edition, ...]:
        """The catalogue of a day, of one owning service or of all, by region and service."""
        found = []
        for region, service in sorted(self.editions):
            try:
                edition = self.edition(region, service, on)
            except NoEditionInForce:
                continue
            if owner in (None, edition.owner):
                found.append(edition)
        return tuple(found)
