"""What people read, in the three languages in which the region answers them: Kazakh, Russian, English."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, StringConstraints

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same words in Kazakh (the original), Russian and English; a text that lacks a language does not load."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kk: Words
    ru: Words
    en: Words

    def __getitem__(self, language: Language) -> str:
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]

    def to_json(self) -> dict[str, str]:
        return {language: self[language] for language in LANGUAGES}
