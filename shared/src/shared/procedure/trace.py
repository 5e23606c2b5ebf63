"""How a deadline was computed, kept with it as facts and told to the citizen in his language."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.procedure.texts import Language, Text
from shared.procedure.wording import WORDING

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

Fact = datetime | date | Text | str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceNote:
    """One thing that decided the deadline: its code and the facts that its sentence names, as JSON values.

    Instants are written in UTC with seconds, dates as YYYY-MM-DD, texts in the three languages.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, **facts: Fact) -> "TraceNote":
        return cls(code=code, facts={name: _written(fact) for name, fact in facts.items()})

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "TraceNote":
        return cls(code=written["code"], facts={name: fact for name, fact in written.items() if name != "code"})

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, **self.facts}

    def say(self, language: Language, zone: str) -> str:
        """The note as a sentence, instants in local time of the IANA zone."""
        facts = {name: _read(fact, language, ZoneInfo(zone)) for name, fact in self.facts.items()}
        return WORDING["trace"][self.code][language].format(**facts)


Trace = tuple[TraceNote, ...]


def describe(trace: Iterable[TraceNote], language: Language, zone: str) -> list[str]:
    """Tell a trace in sentences, in the order in which the clock ran; `zone` is the provider's."""
    return [note.say(language, zone) for note in trace]


def _written(fact: Fact) -> Any:
    if isinstance(fact, Text):
        return fact.to_json()
    if isinstance(fact, datetime):
        return f"{fact.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return fact.isoformat() if isinstance(fact, date) else fact


def _read(fact: Any, language: Language, zone: ZoneInfo) -> str:
    if isinstance(fact, Mapping):
        return str(fact[language])
    if isinstance(fact, str) and _INSTANT.fullmatch(fact):
        return f"{datetime.fromisoformat(fact).astimezone(zone):%d.%m.%Y %H:%M}"
    if isinstance(fact, str) and _DATE.fullmatch(fact):
        return f"{date.fromisoformat(fact):%d.%m.%Y}"
    return str(fact)
