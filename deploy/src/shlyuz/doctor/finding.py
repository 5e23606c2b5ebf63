"""What an examination found, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    GOOD = "good"
    WARNING = "warning"  # it works; it will not for ever, or not at its best
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: str
    grade: Grade
    fact: str
    remedy: str | None = None


def good(check: str, fact: str) -> Finding:
    return Finding(check=check, grade=Grade.GOOD, fact=fact)


def warning(check: str, fact: str, remedy: str) -> Finding:
    return Finding(check=check, grade=Grade.WARNING, fact=fact, remedy=remedy)


def broken(check: str, fact: str, remedy: str) -> Finding:
    return Finding(check=check, grade=Grade.BROKEN, fact=fact, remedy=remedy)
