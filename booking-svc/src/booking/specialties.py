"""The specialties that a doctor can have, as data beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def specialties() -> MappingProxyType[str, dict[str, str]]:
    """Give every specialty's title by its code, in kk, ru and en."""
    return MappingProxyType(tomllib.loads(files("booking").joinpath("specialties.toml").read_text(encoding="utf-8")))
