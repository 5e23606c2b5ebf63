"""The codes of ICD-10, and the days that may be given, as data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def icd10() -> frozenset[str]:
    """Give every code: `J06` and `J06.9`."""
    lines = files("certificate.disability").joinpath("icd10.txt").read_text("ascii").splitlines()
    parts = [line.split() for line in lines if not line.startswith("#")]
    return frozenset(code for category, *subs in parts for code in (category, *(f"{category}.{sub}" for sub in subs)))


@cache
def days_by_decider() -> Mapping[str, int]:
    """Give how many days of a chain each may decide on."""
    table = tomllib.loads(files("certificate.disability").joinpath("limits.toml").read_text("utf-8"))
    return {each["decided_by"]: each["days"] for each in table["limit"]}
