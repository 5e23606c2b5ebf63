"""Whether the decision tables of an edition are whole: every case has a row, and every row has a case."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from shared.procedure.edition import EditionTable
from shared.procedure.law import Channel, Conditional, Step
from shared.procedure.limits import Clock

Wrong = tuple[str, str]
"""A path within the edition, and why it is wrong."""


def conditions(edition: EditionTable) -> Iterator[Wrong]:
    """Find rows that name a channel, variant or finding that there is not, and so would never fit."""
    variants = {variant.key for variant in edition.variants}
    for path, row in _rows(edition, ""):
        for channel in row.channels:
            if channel not in edition.channels:
                yield path, f"names the channel {channel}, on which the service is not given"
        for variant in row.variants:
            if variant not in variants:
                yield path, f"names the variant {variant}, which there is not"
        finding = getattr(row, "finding", None)
        if finding and finding not in edition.findings():
            yield path, f"names the finding {finding}, which no outcome establishes"
    if edition.variant_required and not variants:
        yield "variant_required", "there is no variant to choose"


def limits(edition: EditionTable) -> Iterator[Wrong]:
    """Find steps without a limit on some route, and limits that no route comes to."""
    used: set[int] = set()
    for step in edition.steps:
        if step.limits and step.unlimited:
            yield f"step.{step.key}.unlimited", "has limits all the same"
        for channel, variant in _routes(edition, step):
            for finding in (None, *edition.findings()):
                rules = edition.limit_rules(step, channel, variant, finding)
                used |= {id(rule) for rule in rules}
                if not rules and step.unlimited is None:
                    yield f"step.{step.key}.limit", f"no limit {_case(channel, variant, finding)}"
        for position, rule in enumerate(step.limits):
            if id(rule) not in used:
                yield f"step.{step.key}.limit.{position}", "is unreachable: rows above it fit whenever it does"
            if rule.counts_first_day and rule.limit.clock is Clock.WORKING_TIME:
                yield f"step.{step.key}.limit.{position}", f"counts_first_day means nothing for {rule.limit}"


def results(edition: EditionTable) -> Iterator[Wrong]:
    """Find routes without a result, results that no route comes to, and documents that nobody signs."""
    used: set[str] = set()
    for channel, variant in edition.routes():
        line = edition.steps_for(channel, variant)
        for finding in _findings(line):
            result = next(iter(edition.results_for(channel, variant, finding)), None)
            if result is None:
                yield "result", f"no result {_case(channel, variant, finding)}"
                continue
            used.add(result.key)
            signed = line and edition.signing_step(channel, variant).signed(channel, variant)
            if result.kind == "document" and not signed:
                yield f"result.{result.key}", f"is a document, but nobody signs it {_case(channel, variant, finding)}"
    for result in edition.results:
        if result.key not in used:
            yield f"result.{result.key}", "is unreachable: no channel, variant and finding leads to it"
        if (result.kind == "document") != bool(result.form):
            yield f"result.{result.key}.form", "a document has a form, an oral answer has none"


def _rows(value: Any, path: str) -> Iterator[tuple[str, Conditional]]:
    """Every row of every decision table below a value, with its path."""
    if isinstance(value, Conditional):
        yield path.lstrip("."), value
    if isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _rows(item, f"{path}.{getattr(item, 'key', None) or getattr(item, 'code', None) or position}")
    elif is_dataclass(value):
        for item in fields(value):
            yield from _rows(getattr(value, item.name), f"{path}.{item.name}")


def _routes(edition: EditionTable, step: Step) -> Iterator[tuple[Channel, str | None]]:
    """The routes on which a step, or the step that it comes back to, lies."""
    main = edition.steps_aside().get(step.key, step)
    return ((channel, variant) for channel, variant in edition.routes() if main.fits(channel, variant))


def _findings(line: tuple[Step, ...]) -> tuple[str | None, ...]:
    """What may have been found at the end of a line of steps."""
    found = tuple(outcome.finding for step in line for outcome in step.outcomes if outcome.finding)
    return found or (None,)


def _case(channel: Channel, variant: str | None, finding: str | None) -> str:
    """Name a case of a decision table."""
    return " ".join(["on", channel, *(["as", variant] if variant else []), *(["for", finding] if finding else [])])
