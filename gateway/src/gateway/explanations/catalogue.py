"""The words of every problem that a caller of the public API may meet, from the `problems.toml` that hold them.

Those of the services behind the gateway are read as data where their packages are installed beside it; nothing of
theirs is imported, and without them their codes are simply not explained here.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from gateway.condition2.errors import SignatureNotConfirmed, SignatureNotJudged
from gateway.upstreams import AUTH, OWNERS
from shared.errors import LANGUAGES, Language
from shared.pki.codes import Code, Value

_OURS: Final = ("gateway", "shared")
_SAMPLE: Final = "testing"
_FILE: Final = "problems.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a code means (title), what to do (detail, and steps for a refused signature), and the rule behind it."""

    code: str
    title: Mapping[Language, str]
    detail: Mapping[Language, str]
    steps: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    condition: int | None = None
    process: int | None = None
    step: int | None = None
    clause: str | None = None


@cache
def explanations() -> Mapping[str, Explanation]:
    """Give every explanation by its code; where two packages explain one code, the gateway's words go first."""
    found: dict[str, Explanation] = {}
    for path in _word_files((*_OURS, AUTH, *OWNERS)):
        for code, words in tomllib.loads(path.read_text("utf-8")).items():
            found.setdefault(code, _explained(code, words))
    return found


def _explained(code: str, words: Mapping[str, Mapping[Language, str]]) -> Explanation:
    title, detail = (dict(words[part]) for part in ("title", "detail"))
    if code not in _examined():
        return Explanation(code=code, title=title, detail=detail)
    known = Code.of(code)
    refused = known.verdict is Value.INVALID
    return Explanation(
        code=code, title=title, detail=detail, steps=advice().get(code, {}), condition=SignatureNotConfirmed.condition,
        process=SignatureNotConfirmed.process if refused else None, step=known.step, clause=known.clause,
    )  # fmt: skip


def _examined() -> frozenset[str]:
    return frozenset({*SignatureNotConfirmed.variants, SignatureNotJudged.code})


@cache
def advice() -> Mapping[str, Mapping[Language, tuple[str, ...]]]:
    """Give the steps to take, by the code of condition 2."""
    tables = tomllib.loads((files(__package__) / "advice.toml").read_text("utf-8"))
    return {
        code: {language: tuple(table[language]) for language in LANGUAGES}
        for table in tables.values()
        for code in table["codes"]
    }


def _word_files(packages: Iterable[str]) -> Iterator[Path]:
    for package in packages:
        found = find_spec(package)
        for folder in (found.submodule_search_locations if found else None) or ():
            yield from (path for path in sorted(Path(folder).rglob(_FILE)) if _SAMPLE not in path.parts)
