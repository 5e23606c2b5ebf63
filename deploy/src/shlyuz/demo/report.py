"""What a walk came to, as `shlyuz demo --json` prints it, and how a walk says that a region does something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shlyuz.demo.api import Refused


class Differs(Exception):
    """The region did something else than its regulation says."""


@dataclass(slots=True, kw_only=True)
class Report:
    """One walk. `limit` as the regulation file writes it; `pdf` and `roots` whole paths, the root certificate first."""

    region: str
    service: str
    channel: str = "portal"
    variant: str | None = None
    outcome: str | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    pdf: str | None = None
    roots: list[str] = field(default_factory=list)
    verify_url: str | None = None
    ok: bool = False


def steps_of(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay an application's steps out as the report has them: who, how long it may take, by when."""
    return [{"performer": each["performer"], "limit": each["limit"], "due": each["due_at"]} for each in shown["steps"]]


def require(holds: bool, otherwise: str) -> None:
    """Raise Differs when something does not hold."""
    if not holds:
        raise Differs(otherwise)


def require_process(refusal: Refused, *, condition: int, process: int) -> None:
    """Raise Differs when it was not this process that refused, because this condition failed."""
    found = (refusal.problem.get("condition"), refusal.problem.get("process"))
    require(found == (condition, process), f"condition {condition} and process {process} were expected: {refusal}")
