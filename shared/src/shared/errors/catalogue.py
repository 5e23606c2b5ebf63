"""The words of problems in Kazakh, Russian and English, read once from the `problems.toml` files."""

import importlib
import pkgutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal, get_args

from shared.errors.problem import ProblemError, codes_of

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_PARTS = ("title", "detail")
_NOT_IMPORTED = ("__main__", ".alembic.env")  # a process, and what only Alembic can load


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a person reads: what happened, and what to do next."""

    title: str
    detail: str


@cache
def _file(package: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    path = files(package) / "problems.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _packages(module: str) -> Iterator[str]:
    """Give the packages around a module, the nearest first, and `shared` at last, whose words all may use."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if _is_package(name):
            yield name
    if parts[0] != "shared":
        yield "shared"


@cache
def _is_package(name: str) -> bool:
    return hasattr(importlib.import_module(name), "__path__")


@cache
def _entry(module: str, code: str) -> Mapping[str, Mapping[str, str]] | None:
    return next((words[code] for name in _packages(module) if code in (words := _file(name))), None)


class _Forgiving(Formatter):
    """Fill the places that have a value; a text with an open place is better than no answer at all."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        del args
        return kwargs.get(str(key), f"{{{key}}}")


def text_of(problem: ProblemError, language: Language) -> Text:
    """Give the words of a problem in a language.

    A code without an entry gives the code itself: `missing_texts` keeps that from happening in a tested package.
    """
    words = _entry(_home(type(problem)), problem.code) or {}
    title, detail = (_Forgiving().format(words.get(part, {}).get(language, ""), **problem.params) for part in _PARTS)
    return Text(title=title or problem.code, detail=detail)


def _home(problem: type[ProblemError]) -> str:
    return problem.__module__ if problem.__module__ != "__main__" else "shared"


def missing_texts(package: str) -> list[str]:
    """Name every word that is missing for the problems of a package, as `Class code part language`.

    Imports every module of the package, so that no class hides; meant for the package's own tests.
    """
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not module.name.endswith(_NOT_IMPORTED):
            importlib.import_module(module.name)
    return [
        f"{problem.__name__} {code} {part} {language}"
        for problem in sorted(_subclasses(ProblemError), key=lambda found: (found.__module__, found.__name__))
        if problem.__module__.split(".")[0] == package.split(".", maxsplit=1)[0]
        for code in codes_of(problem)
        for part in _PARTS
        for language in LANGUAGES
        if not ((_entry(_home(problem), code) or {}).get(part, {}).get(language))
    ]


def _subclasses(problem: type[ProblemError]) -> set[type[ProblemError]]:
    return {found for direct in problem.__subclasses__() for found in {direct} | _subclasses(direct)}
