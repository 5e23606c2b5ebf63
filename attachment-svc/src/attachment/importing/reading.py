"""A row of the file as a person, or the code that says why it is none. Codes name no value: they go to a report."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from attachment.districts.addresses import place_key, position
from attachment.register.models import PersonalData
from attachment.words import name_part, visible
from shared.personal import Iin, IinInvalid, Sex

COLUMNS: Final = (
    "iin", "surname", "given_name", "patronymic", "birth_date", "sex", "locality", "street", "house", "flat", "phone",
    "language", "provider", "attached_on",
)  # fmt: skip
_PHONE: Final = re.compile(r"\+[0-9]{10,15}")
_LANGUAGES: Final = frozenset({"kk", "ru", "en"})
_SEXES: Final[Mapping[str, Sex]] = {"male": "male", "female": "female", "m": "male", "f": "female"}
_LONGEST: Final = 100
Code = Literal[
    "columns", "iin-invalid", "name-invalid", "birth-date-invalid", "birth-date-in-the-future", "sex-invalid",
    "address-invalid", "phone-invalid", "language-invalid", "provider-unknown", "attached-on-invalid",
    "attached-on-in-the-future", "attached-before-birth", "twice-in-file", "already-in-register",
]  # fmt: skip


class RowRefused(Exception):
    """The row is not taken; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that can be taken: the person, and where he is enrolled since when, if anywhere."""

    row: int
    data: PersonalData
    provider: str | None
    attached_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Read rows as of a day; `providers` are the BINs that there are."""

    today: date
    allow_test: bool
    providers: frozenset[str]

    def read(self, number: int, row: Mapping[str, str]) -> Entry:
        """Give the row's entry; raises RowRefused for the first thing that is wrong."""
        data = PersonalData(
            iin=self._iin(row["iin"]),
            surname=_name(row["surname"]),
            given_name=_name(row["given_name"]),
            patronymic=_name(row["patronymic"]) if row["patronymic"].strip() else None,
            birth_date=self._birth_date(row["birth_date"]),
            sex=_sex(row["sex"]),
            locality=_place(row["locality"]),
            street=_place(row["street"]),
            house=_house(row["house"]),
            flat=_line(row["flat"]) or None,
            phone=_phone(row["phone"]),
            language=_language(row["language"]),
        )
        provider, since = self._attached(row, data.birth_date)
        return Entry(row=number, data=data, provider=provider, attached_on=since)

    def _iin(self, text: str) -> str:
        try:
            return Iin.parse(text.strip(), allow_test=self.allow_test).value
        except IinInvalid:
            raise RowRefused("iin-invalid") from None

    def _birth_date(self, text: str) -> date:
        born = _date(text, "birth-date-invalid")
        if born > self.today:
            raise RowRefused("birth-date-in-the-future")
        return born

    def _attached(self, row: Mapping[str, str], born: date) -> tuple[str | None, date | None]:
        provider = row["provider"].strip()
        if not provider:
            return None, None
        if provider not in self.providers:
            raise RowRefused("provider-unknown")
        since = _date(row["attached_on"], "attached-on-invalid")
        if since > self.today:
            raise RowRefused("attached-on-in-the-future")
        if since < born:
            raise RowRefused("attached-before-birth")
        return provider, since


def _date(text: str, code: Code) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise RowRefused(code) from None


def _name(text: str) -> str:
    try:
        return name_part(text)
    except ValueError:
        raise RowRefused("name-invalid") from None


def _sex(text: str) -> Sex:
    try:
        return _SEXES[text.strip().lower()]
    except KeyError:
        raise RowRefused("sex-invalid") from None


def _line(text: str) -> str:
    line = text.strip()
    try:
        visible(line)
    except ValueError:
        raise RowRefused("address-invalid") from None
    if len(line) > _LONGEST:
        raise RowRefused("address-invalid")
    return line


def _place(text: str) -> str:
    place = _line(text)
    if not place_key(place):
        raise RowRefused("address-invalid")
    return place


def _house(text: str) -> str:
    house = _line(text)
    if position(house) is None:
        raise RowRefused("address-invalid")
    return house


def _phone(text: str) -> str | None:
    phone = re.sub(r"[ ()-]", "", text)
    if phone and not _PHONE.fullmatch(phone):
        raise RowRefused("phone-invalid")
    return phone or None


def _language(text: str) -> str:
    language = text.strip() or "kk"
    if language not in _LANGUAGES:
        raise RowRefused("language-invalid")
    return language
