"""The words of a block diagram, from `words.toml` beside this module, and how limits and clauses are written in it."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from pydantic import TypeAdapter

from shared.procedure.law import Cited
from shared.procedure.limits import Limit
from shared.procedure.texts import Language, Text

WORDS: Mapping[str, Mapping[str, Text]] = TypeAdapter(dict[str, dict[str, Text]]).validate_python(
    tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
)


class Wording:
    """The same words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def word(self, key: str, table: str = "word", **places: object) -> str:
        return WORDS[table][key][self.language].format(**places)

    def text(self, text: Text) -> str:
        return text[self.language]

    def limit(self, limit: Limit) -> str:
        return self.word(str(limit.unit), "limit", amount=limit.amount)

    def cite(self, rule: Cited) -> str:
        """The clause of a rule, and whether it is ours, as a whole or in part."""
        said = [self.word("cited", clause=rule.clause)] if rule.clause else []
        said += [self.word("partly-ours" if rule.clause else "ours")] if rule.source else []
        return f"[{'; '.join(said)}]"

    def number(self, key: str, number: int) -> str:
        """`Process 4`, `Condition 2`."""
        return self.word(key, number=number)
