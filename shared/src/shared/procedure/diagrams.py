"""The course of a service as a Mermaid state diagram: its states, and the steps between, by who moves them."""

from collections.abc import Iterable, Iterator

from shared.procedure.edition import Edition
from shared.procedure.law import Channel, Outcome, Step

_OWNERS = {
    "citizen": "fill:#e8f1fb,stroke:#2b6cb0",
    "provider": "fill:#eaf7ee,stroke:#2f855a",
    "elsewhere": "fill:#fff7e6,stroke:#b7791f",
    "worker": "fill:#f3eefb,stroke:#6b46c1",
    "ended": "fill:#f7f7f7,stroke:#718096",
}
"""Who moves an application out of a state, and the colours of it."""


def diagram(edition: Edition, channel: Channel, variant: str | None) -> str:
    """Draw one route of an edition; channels that share their steps share the picture."""
    styles = (f"classDef {owner} {style}" for owner, style in _OWNERS.items())
    return "\n    ".join(["stateDiagram-v2", *styles, *_lines(edition, channel, variant)])


def limit_words(edition: Edition, step: Step, channel: Channel, variant: str | None) -> str:
    """The limit of a step as the file writes it; two where a finding decides between them."""
    rules = edition.limit_rules(step, channel, variant, None)
    return (
        " or ".join(f"{rule.limit} ({rule.finding})" if rule.finding else str(rule.limit) for rule in rules)
        or "no limit"
    )


def _lines(edition: Edition, channel: Channel, variant: str | None) -> Iterator[str]:
    line = edition.steps_for(channel, variant)
    keys = {step.key for step in line}
    aside = [edition.step(key) for key, parent in edition.steps_aside().items() if parent.key in keys]
    for step in (*line, *aside):
        performer = edition.performers[step.performer].title.en
        yield f'state "{performer}: {step.title.en} [{limit_words(edition, step, channel, variant)}]" as {_node(step)}'
        yield f"class {_node(step)} {'elsewhere' if step.organisation else 'provider'}"
    yield "[*] --> submitted : filed"
    yield from _beginning(edition, channel, line[0])
    targets = [*(_node(step) for step in line[1:]), _end(edition, channel, variant, line[-1])]
    for step, target in zip(line, targets, strict=True):
        yield from _step(edition, channel, step, target)
    yield from _issue(edition, channel, variant, targets[-1])
    yield "class submitted citizen"
    yield "class registered provider"
    yield "class issued,refused ended"


def _beginning(edition: Edition, channel: Channel, first: Step) -> Iterator[str]:
    """Registered at acceptance, or only after the check of a later step."""
    if edition.channels[channel].registration.after is None:
        yield f"submitted --> registered : {_process(edition, channel, 'registration') or 'at acceptance'}"
        yield f"registered --> {_node(first)}"
    else:
        yield f"submitted --> {_node(first)}"


def _step(edition: Edition, channel: Channel, step: Step, target: str) -> Iterator[str]:
    onwards = [outcome for outcome in step.outcomes if not outcome.opens]
    if edition.channels[channel].registration.after == step.key:
        yield f"{_node(step)} --> registered : {_words(onwards)}, {_process(edition, channel, 'registration')}"
        yield f"registered --> {target}"
    else:
        yield f"{_node(step)} --> {target} : {_words(onwards)}"
    for outcome in step.outcomes:
        if outcome.opens:
            elsewhere = edition.step(outcome.opens)
            yield f"{_node(step)} --> {_node(elsewhere)} : {outcome.title.en}, the clock rests"
            yield f"{_node(elsewhere)} --> {_node(step)} : {_words(elsewhere.outcomes)}"
    if edition.grounds_at(step.key, channel):
        yield f"{_node(step)} --> refused : {_process(edition, channel, 'refusal') or 'a ground of the list'}"


def _end(edition: Edition, channel: Channel, variant: str | None, last: Step) -> str:
    """The state after the last step: an answer or what an earlier step had sealed is issued, else a seal is awaited."""
    documents = any(result.kind == "document" and result.fits(channel, variant) for result in edition.results)
    return "ready" if documents and edition.signing_step(channel, variant).key == last.key else "issued"


def _issue(edition: Edition, channel: Channel, variant: str | None, end: str) -> Iterator[str]:
    if end == "ready":
        yield f"ready --> issued : sealed, {_process(edition, channel, 'result') or 'handed over'}"
        yield "class ready worker"
    rule = edition.reschedule(channel, variant)
    if rule:
        yield f"issued --> {_node(edition.step(rule.reopens))} : rescheduled [{rule.limit}]"


def _process(edition: Edition, channel: Channel, key: str) -> str:
    process = next((one for name, one in edition.channels[channel].processes.items() if name == key), None)
    return f"process {process.number}" if process else ""


def _words(outcomes: Iterable[Outcome]) -> str:
    return " or ".join(outcome.title.en for outcome in outcomes)


def _node(step: Step) -> str:
    return f"step_{step.key.replace('-', '_')}"
