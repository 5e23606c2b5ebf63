"""Addresses in the form in which they are compared: one street is one key, however its kind and case are written.

A house is a position: its number and its letter as one integer, so that a range of houses is a range of integers, in
which 12А lies behind 12 and before 13. What follows a slash or a dash (12/3) is a building of house 12.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

Side = Literal["all", "odd", "even"]

_KINDS: Final = frozenset({
    "улица", "ул", "проспект", "пр", "пр-т", "переулок", "пер", "микрорайон", "мкр", "бульвар", "б-р", "площадь",
    "көшесі", "көше", "к-сі", "даңғылы", "даңғыл", "тұйық", "ықшамауданы", "ықшам", "бульвары", "алаңы",
    "город", "г", "село", "с", "поселок", "п", "қаласы", "қала", "қ", "ауылы", "ауыл", "а", "кенті",
})  # fmt: skip
_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
_HOUSE: Final = re.compile(r"(\d{1,4})\s*([^\W\d_])?(?:\s*[/\-].{0,10})?")
_WORD: Final = re.compile(r"[\w-]+")
STEP: Final = 100
"""Positions that one house number takes up: itself, and its letters."""


@lru_cache(maxsize=4096)
def place_key(text: str) -> str:
    """Give the key of a street or locality: words without their kind, in lower case; empty if nothing is left."""
    plain = unicodedata.normalize("NFKC", text.replace("№", " ")).casefold().replace("ё", "е")
    return " ".join(word for word in _WORD.findall(plain) if word not in _KINDS)


def position(house: str) -> int | None:
    """Give a house's position, or None for a text that is no house number."""
    found = _HOUSE.fullmatch(unicodedata.normalize("NFKC", house).strip().casefold())
    if found is None or int(found[1]) == 0:
        return None
    letter = 0 if found[2] is None else 1 + _LETTERS.find(found[2]) or STEP - 1
    return int(found[1]) * STEP + letter


def last_position(house: str) -> int | None:
    """Give the last position that a range up to this house takes in: with every letter, unless it names one."""
    at = position(house)
    return at + STEP - 1 if at is not None and at % STEP == 0 else at


def side_of(at: int) -> int:
    """Give 1 for an odd number, 0 for an even one."""
    return at // STEP % 2
