"""`docs/procedures.md`, generated from the regulations: `python -m shared.procedure.docs [REGULATIONS [OUTPUT]]`."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from pathlib import Path

from shared.procedure.diagrams import diagram
from shared.procedure.edition import Edition
from shared.procedure.law import Channel, Cited, Conditional, LimitRule, Step
from shared.procedure.loading import load
from shared.procedure.regulations import Region, Regulations

_USUAL = ("shared/regulations", "docs/procedures.md")

_HEAD = """\
# Procedures

Who does what in each regulation, by when, and where the decree says so. Generated from the files under
`shared/regulations` by `python -m shared.procedure.docs`; do not edit. A clause is that of the regulation named above
it; *ours* marks what the decree leaves open. In the diagrams blue is moved by the citizen, green by the provider's
staff, yellow by another organisation, violet by the worker that seals.

An edition is known by region, service and the day from which it is adopted, and every application keeps the edition
that it was filed under. Before the first release an edition may change under its id; from then on each change is a new
edition.

How a limit is counted is ours, unless a row says from when. Working time runs inside the provider's opening hours. The
day of filing is day 0, a filing after the cut-off or on a day of rest counts as the next working day's; n working days
end at closing time of the n-th. A step's clock starts when the step before it is completed, the first one's at
acceptance (portal) or arrival (direct, phone)."""


def page(regulations: Regulations) -> str:
    """The whole page, ending in a line feed."""
    parts = [_HEAD, _overview(regulations)]
    for (code, _), editions in sorted(regulations.editions.items()):
        parts += (_edition(edition, regulations.regions[code]) for edition in editions)
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Write the page; paths are relative to the root of the tree."""
    folder, output = (Path(given or usual) for given, usual in zip_longest(arguments, _USUAL))
    output.write_text(page(load(folder)), encoding="utf-8")


def _overview(regulations: Regulations) -> str:
    rows = [
        (
            f"[{edition.region} {edition.service}](#{_anchor(edition)})",
            edition.title.kk,
            edition.owner,
            ", ".join(edition.channels),
            ", ".join(variant.key for variant in edition.variants),
            edition.adopted_from.isoformat(),
        )
        for key in sorted(regulations.editions)
        for edition in regulations.editions[key]
    ]
    return _table(("regulation", "title", "owner", "channels", "variants", "adopted from (ours)"), rows)


def _edition(edition: Edition, region: Region) -> str:
    act = next(act for act in region.acts if act.number == edition.act.number)
    cited = (
        f"{act.issuer.en}, decree No. {act.number} of {act.date:%d.%m.%Y}, clause {edition.act.clause}; registered "
        f"No. {act.registered_number} of {act.registered:%d.%m.%Y}, repealed by No. {act.repealed_by} of "
        f"{act.repealed:%d.%m.%Y}."
    )
    parts = [f"## {_heading(edition)}", f"{edition.title.kk}. {edition.title.en}. {cited}"]
    if edition.sensitive:
        parts.append(f"Sensitive: {_cite(edition.sensitive)}.")
    parts.append(_steps(edition))
    parts += _diagrams(edition)
    if edition.channels.get(Channel.PORTAL):
        parts.append(_processes(edition))
    parts += [_results(edition), _grounds(edition), _journal(edition)]
    return "\n\n".join(parts)


def _steps(edition: Edition) -> str:
    rows = [
        (
            str(position) if rule is first else "",
            step.title.en if rule is first else "",
            f"`{step.performer}`" if rule is first else "",
            _when(rule, step),
            _limit(rule),
            _signed(step) if rule is first else "",
            _cite(rule) if rule else _cite(step.unlimited or step),
        )
        for position, step in enumerate(edition.steps, 1)
        for rule, first in _rules(step)
    ]
    return _table(("", "step", "performer", "where", "limit", "signed", "clause"), rows)


def _rules(step: Step) -> Iterator[tuple[LimitRule | None, LimitRule | None]]:
    """Each limit of a step, with the first of them; one row without a limit for a step that has none."""
    rules: tuple[LimitRule | None, ...] = step.limits or (None,)
    return ((rule, rules[0]) for rule in rules)


def _limit(rule: LimitRule | None) -> str:
    if rule is None:
        return "none"
    words = [str(rule.limit)]
    words += ["from handing in"] if rule.starts == "handing-in" else []
    words += ["the first day counts"] if rule.counts_first_day else []
    return ", ".join(words)


def _when(rule: LimitRule | None, step: Step) -> str:
    """The cases that a limit holds for."""
    channels = (rule.channels if rule else ()) or step.channels
    words = [*channels, *(rule.variants if rule else ()), *([rule.finding] if rule and rule.finding else [])]
    return ", ".join(words) or "all"


def _signed(step: Step) -> str:
    where = [", ".join(signature.channels) or "always" for signature in step.signatures]
    return "; ".join(where) + (" (the result)" if step.signs_result else "") if where else "no"


def _diagrams(edition: Edition) -> Iterator[str]:
    drawn = sorted(
        (diagram(edition, channel, variant), str(channel), variant or "") for channel, variant in edition.routes()
    )
    for picture, routes in groupby(drawn, key=lambda one: one[0]):
        names = ", ".join(f"{channel} ({variant})" if variant else channel for _, channel, variant in routes)
        yield f"{names}:\n\n```mermaid\n{picture}\n```"


def _processes(edition: Edition) -> str:
    rows = [
        (str(process.number), key, str(process.condition or ""), _cite(process))
        for key, process in edition.channels[Channel.PORTAL].processes.items()
    ]
    return _table(("process", "of the portal route", "condition", "clause"), rows)


def _results(edition: Edition) -> str:
    rows = [
        (
            result.title.en,
            result.kind if result.published else f"{result.kind}, in person only",
            _cases(result),
            _cite(result),
        )
        for result in edition.results
    ]
    return _table(("result", "form", "where", "clause"), rows)


def _grounds(edition: Edition) -> str:
    rows = [
        (
            f"`{ground.code}`",
            ground.kind,
            ground.text.en,
            ", ".join(ground.steps) or "gateway",
            _cases(ground),
            _cite(ground),
        )
        for ground in edition.grounds
    ]
    return _table(("ground of refusal", "kind", "text", "step", "where", "clause"), rows)


def _journal(edition: Edition) -> str:
    journal = edition.journal
    columns = ", ".join(column.label.en for column in journal.fields)
    steps = ", ".join(journal.entered_by)
    return f"Journal: {journal.name.kk} (`{journal.key}`; {_cite(journal)}), entered by {steps}: {columns}."


def _cases(row: Conditional) -> str:
    return ", ".join([*row.channels, *row.variants]) or "all"


def _cite(cited: Cited) -> str:
    words = [*([cited.clause] if cited.clause else []), *(["*ours*"] if cited.source else [])]
    return ", ".join(words) + (f" ({cited.note})" if cited.note else "")


def _heading(edition: Edition) -> str:
    return f"{edition.region} {edition.service} {edition.adopted_from.isoformat()}"


def _anchor(edition: Edition) -> str:
    return _heading(edition).replace(" ", "-")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":  # pragma: no cover - run as a program by a test
    main(sys.argv[1:])
