"""Persons of the register as values: opened for one use, never to be logged or kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from attachment.words import name_key
from shared.personal import Iin, Person, Persons, Sex

State = Literal["present", "away", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residence:
    """Where somebody lives, in the parts that make an address."""

    locality: str
    street: str
    house: str
    flat: str | None = None

    def __repr__(self) -> str:
        return "Residence(…)"

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def written(self) -> str:
        """Write the address as one line."""
        house = self.house if self.flat is None else f"{self.house}, {self.flat}"
        return f"{self.locality}, {self.street}, {house}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What the register holds about a person; sealed as a whole under his own key."""

    iin: str
    surname: str
    given_name: str
    patronymic: str | None
    birth_date: date
    sex: Sex
    locality: str
    street: str
    house: str
    flat: str | None
    phone: str | None
    language: str

    def __repr__(self) -> str:
        return "PersonalData(…)"

    @property
    def residence(self) -> Residence:
        return Residence(locality=self.locality, street=self.street, house=self.house, flat=self.flat)

    @property
    def name(self) -> str:
        """Write the name as people do: surname, given name, patronymic."""
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}  # asdict copies deeply, ten times as slowly

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        return cls(**{**value, "birth_date": date.fromisoformat(value["birth_date"])})

    def name_key(self, persons: Persons) -> bytes:
        """Give the keyed hash by which the person is found without an IIN."""
        return name_hash(persons, self.surname, self.given_name, self.birth_date)

    def warnings(self) -> tuple[str, ...]:
        """Name what the IIN tells otherwise; never a ground for a refusal."""
        iin = Iin(self.iin)
        found = ("birth-date-disagrees",) if iin.disagrees_with(self.birth_date) else ()
        return (*found, "sex-disagrees") if iin.sex not in {None, self.sex} else found


def name_hash(persons: Persons, surname: str, given_name: str, birth_date: date) -> bytes:
    """Hash name and birth date under the service's key; the patronymic, which not everyone has, is compared later."""
    return persons.keyed_hash("register-name", name_key(surname), name_key(given_name), birth_date.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A period that is open: at whom, in which district, since when."""

    id: UUID
    provider: str
    provider_names: dict[str, str]
    district: UUID | None
    district_name: str | None
    started_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person whom the register knows, opened."""

    person: Person
    data: PersonalData
    state: State
    enrolment: Enrolment | None
