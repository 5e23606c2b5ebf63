"""Does a complaint sound like an emergency? Words as data (emergency_signs.toml, ours), read as people write them.

Neither case counts, nor ё or е, nor the Kazakh letters that many leave out for want of a keyboard. Endings do not count
either, since the words of the data are beginnings: both languages bend their words at the end.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"[^\W\d_]+")
_FOLDED = str.maketrans("әғқңөұүһіё", "агкноуухие")
_MARKS = re.compile(r"[\u0301\u200b-\u200f\u00ad]")
"""Stress marks, soft hyphens and what cannot be seen: they would hide a word."""


Places = Mapping[str, Sequence[int]]
"""Where in a complaint the words of phrases are met: positions by word, in order."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand close together in any order: each the beginning of a word, or (with a full stop) the word."""

    words: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Phrase":
        return cls(tuple(fold(each) for each in text.split()))

    def met(self, places: Places, span: int) -> bool:
        """Tell whether some stretch of the complaint has all words, with up to `span` others among them."""
        if any(word not in places for word in self.words):
            return False
        first, *others = (places[word] for word in self.words)
        reach = len(self.words) + span - 1
        return any(all(any(abs(at - here) <= reach for at in each) for each in others) for here in first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign of danger by its code, titled in three languages, with the phrases by which it is known."""

    code: str
    title: Mapping[str, str]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencySigns:
    """All signs, and what is said when one is met."""

    number: str
    text: Mapping[str, str]
    for_staff: Mapping[str, str]
    span: int
    signs: tuple[Sign, ...]
    known: frozenset[str]

    def advice(self, complaint: str) -> dict[str, Any] | None:
        """Give what to tell citizen and staff when the complaint sounds like an emergency, as JSON; else None."""
        places = self._places(_WORD.findall(fold(complaint)))
        met = [sign for sign in self.signs if any(phrase.met(places, self.span) for phrase in sign.phrases)]
        if not met:
            return None
        return {
            "code": "call-103",
            "number": self.number,
            "text": dict(self.text),
            "for_staff": dict(self.for_staff),
            "signs": [{"code": sign.code, "title": dict(sign.title)} for sign in met],
        }

    def _places(self, complaint: Sequence[str]) -> Places:
        """Look every beginning of every word up once, however many phrases there are."""
        places = defaultdict[str, list[int]](list)
        for at, word in enumerate(complaint):
            for begun in (*(word[:length] for length in range(1, len(word) + 1)), f"{word}."):
                if begun in self.known:
                    places[begun].append(at)
        return places


def fold(text: str) -> str:
    """Write a text in the letters that all keyboards have, small; what cannot be seen is left out."""
    composed = unicodedata.normalize("NFKC", text)
    return _MARKS.sub("", composed).casefold().translate(_FOLDED)


@cache
def emergency_signs() -> EmergencySigns:
    """Read the data beside this module, once."""
    return read_signs(tomllib.loads(files(__package__).joinpath("emergency_signs.toml").read_text("utf-8")))


def read_signs(data: Mapping[str, Any]) -> EmergencySigns:
    """Read the file's tables; raises KeyError for a part that is missing."""
    signs = tuple(
        Sign(code=code, title=sign["title"], phrases=tuple(map(Phrase.read, (*sign["kk"], *sign["ru"]))))
        for code, sign in data["sign"].items()
    )
    return EmergencySigns(
        number=data["number"],
        text=data["advice"],
        for_staff=data["staff"],
        span=data["span"],
        signs=signs,
        known=frozenset(word for sign in signs for phrase in sign.phrases for word in phrase.words),
    )
