"""Which passwords are refused: short ones, the person's own numbers, and those that every guesser tries first.

The decrees ask for a password (process 1) and say nothing of its strength: the rules are ours,
after NIST SP 800-63B, 5.1.1.2.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal
from unicodedata import normalize

Kind = Literal["citizen", "staff"]
Weakness = Literal["too-short", "too-long", "is-iin", "common"]

SHORTEST: Final[dict[Kind, int]] = {"citizen": 8, "staff": 12}
LONGEST: Final = 256
"""Characters. A bound, since hashing reads every byte."""
RUNS: Final = (
    "0123456789",
    "9876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
FEWEST_DIFFERENT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose password it is to be: the rules differ by kind, and the own number is no secret."""

    kind: Kind
    iin: str


def prepare(password: str) -> str:
    """Give one form to what different keyboards send for the same keys (NFKC, RFC 8265)."""
    return normalize("NFKC", password)


def weakness(password: str, owner: Owner) -> Weakness | None:
    prepared = prepare(password)
    if len(prepared) < SHORTEST[owner.kind]:
        return "too-short"
    if len(prepared) > LONGEST:
        return "too-long"
    if _is_own_number(prepared, owner.iin):
        return "is-iin"
    return "common" if _is_common(prepared.casefold()) else None


def _is_own_number(password: str, iin: str) -> bool:
    return iin in password or (len(password) >= SHORTEST["citizen"] and password in iin)


def _is_common(folded: str) -> bool:
    core = folded.strip("0123456789!@#$%^&*()_+-=.,?")
    return (
        folded in _common()
        or core in _common()
        or len(set(folded)) < FEWEST_DIFFERENT
        or any(folded in run + run for run in RUNS)
    )


@cache
def _common() -> frozenset[str]:
    text = files(__package__).joinpath("common.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
