"""The words for urgency and outcome of a visit, as data beside this module."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("kk", "ru", "en")
EMERGENCY, ORDINARY = "emergency", "ordinary"


@cache
def _tables() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("visits.toml").read_text("utf-8"))


def urgency(code: str) -> dict[str, Any]:
    """Give an urgency as JSON, titled in three languages."""
    return _titled("urgency", code)


def outcome(code: str) -> dict[str, Any]:
    """Give an outcome as JSON, titled in three languages."""
    return _titled("outcome", code)


def outcomes() -> frozenset[str]:
    """List the ways in which a visit ends."""
    return frozenset(_tables()["outcome"])


def may_precede(code: str) -> bool:
    """Tell whether a visit may end so before its day."""
    return bool(_tables()["outcome"][code].get("before_its_day", False))


def rank(code: str) -> int:
    """Give the place of an urgency: the most urgent is 0."""
    return list(_tables()["urgency"]).index(code)


def _titled(table: str, code: str) -> dict[str, Any]:
    found = _tables()[table][code]
    return {"code": code, "title": {language: found[language] for language in LANGUAGES}}
