"""What the walks should come to: a table that people wrote from the decrees, compared step by step."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shlyuz.demo.report import Report, require
from shlyuz.layout import TREE

TABLE = TREE / "tests" / "acceptance" / "regulations.csv"
Route = tuple[str, str, str, str]
Steps = Sequence[tuple[str, str | None]]
ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Expected:
    """By region, service, channel and variant: who acts and how long each may take, in order."""

    steps: Mapping[Route, Steps]

    @classmethod
    def read(cls, table: Path) -> "Expected":
        """Read a table with the columns region, service, channel, variant, step, performer, limit."""
        found: defaultdict[Route, list[tuple[str, str | None]]] = defaultdict(list)
        with table.open(encoding="utf-8", newline="") as lines:
            for row in sorted(csv.DictReader(lines), key=lambda row: int(row["step"])):
                route = row["region"], row["service"], row["channel"], row["variant"]
                found[route].append((row["performer"], row["limit"] or None))
        return cls(found)

    def check(self, report: Report) -> None:
        """Raise Differs when a walk went otherwise; a refused one goes the first steps only."""
        expected = list(self.steps.get(_route(report), ()))
        went = [(step["performer"], step["limit"]) for step in report.steps]
        if report.outcome != ISSUED:
            expected = expected[: len(went)]
        require(bool(went) and went == expected, f"{', '.join(filter(None, _route(report)))}: {expected} was expected, "
                f"not {went}")  # fmt: skip

    def left_out(self, reports: Sequence[Report]) -> list[Route]:
        """List the routes of the table that no walk has gone to the end."""
        gone = {_route(report) for report in reports if report.outcome == ISSUED}
        return [route for route in self.steps if route not in gone]


def _route(report: Report) -> Route:
    return report.region, report.service, report.channel, report.variant or ""
