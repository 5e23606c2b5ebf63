"""What no single table of a regulation file can show: whether all its tables together can be carried out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from shared.procedure.edition import EditionTable
from shared.procedure.law import Channel, FormField, Outcome, Step
from shared.procedure.limits import Clock
from shared.procedure.regulations import Region
from shared.procedure.tables import Wrong, conditions, limits, results

_PORTAL = {"authorisation-refusal": 1, "signature-refusal": 2, "refusal": 3, "result": None}
"""The processes that the portal route needs, and the condition whose failure leads to each."""


def wrongs(edition: EditionTable, region: Region | None) -> Iterator[Wrong]:
    """Find what is wrong with an edition of the right shape; without its region, all but references to region.toml."""
    checks = (twice, conditions, references, line, limits, results, grounds, portal, times)
    found = chain.from_iterable(check(edition) for check in checks)
    return chain(found, region_facts(edition, region)) if region else found


def twice(edition: EditionTable) -> Iterator[Wrong]:
    """Find keys that are there twice."""
    lists: dict[str, Iterable[str]] = {
        "step": (step.key for step in edition.steps),
        "ground": (ground.code for ground in edition.grounds),
        "variant": (variant.key for variant in edition.variants),
        "result": (result.key for result in edition.results),
        "field": (field.key for field in edition.form),
        "cancellation.ground": (ground.code for rule in edition.cancellations for ground in rule.grounds),
        "journal.field": (column.key for column in edition.journal.fields),
    }
    for step in edition.steps:
        lists[f"step.{step.key}.outcome"] = (outcome.key for outcome in step.outcomes)
    for step, outcome in _outcomes(edition):
        lists[f"step.{step.key}.outcome.{outcome.key}.field"] = (field.key for field in outcome.fields)
    for path, keys in lists.items():
        yield from ((path, f"{key} is there twice") for key, times in Counter(keys).items() if times > 1)


def references(edition: EditionTable) -> Iterator[Wrong]:
    """Find references to steps, grounds and fields that there are not."""
    steps = {step.key for step in edition.steps}
    named = [
        *((f"step.{step.key}.outcome.{outcome.key}.opens", outcome.opens) for step, outcome in _outcomes(edition)),
        *(
            (f"step.{step.key}.consultation.shown_at", key)
            for step in edition.steps
            for one in step.consultations
            for key in one.shown_at
        ),
        *((f"ground.{ground.code}.steps", key) for ground in edition.grounds for key in ground.steps),
        *(("journal.entered_by", key) for key in edition.journal.entered_by),
        *(("reschedule.reopens", rule.reopens) for rule in edition.reschedules),
        *(
            (f"channel.{channel}.registration.after", rules.registration.after)
            for channel, rules in edition.channels.items()
        ),
    ]
    yield from ((path, f"there is no step {key}") for path, key in named if key and key not in steps)
    known = {
        "fields": _keys(edition.form),
        "outcome": _keys(chain.from_iterable(o.fields for _, o in _outcomes(edition))),
    }
    for column in edition.journal.fields:
        origin, _, name = column.value.partition(".")
        if name not in known.get(origin, {name}):
            yield f"journal.field.{column.key}.value", f"there is no {column.value}"
    for step in edition.steps:
        for precondition in step.preconditions:
            ground = edition.ground(precondition.ground)
            if ground is None or step.key not in ground.steps:
                yield f"step.{step.key}.precondition", f"{precondition.ground} is no ground of this step"


def line(edition: EditionTable) -> Iterator[Wrong]:
    """Find steps that nothing leads to or nothing leads on from, and routes that cannot be gone to their end."""
    aside = Counter(outcome.opens for _, outcome in _outcomes(edition) if outcome.opens)
    reached = {step.key for channel, variant in edition.routes() for step in edition.steps_for(channel, variant)}
    for step in edition.steps:
        path = f"step.{step.key}"
        if step.key not in aside and step.key not in reached:
            yield path, "is unreachable: no channel and variant leads to it"
        if aside[step.key] > 1:
            yield path, "is opened by more than one outcome, so that it cannot know where to come back to"
        if step.key in aside and any(outcome.opens for outcome in step.outcomes):
            yield path, "opens a step aside from a step aside"
        if all(outcome.opens for outcome in step.outcomes):
            yield path, "cannot be completed: every outcome opens a step aside"
        if len({bool(outcome.finding) for outcome in step.outcomes if not outcome.opens}) > 1:
            yield path, "establishes a finding by some of its outcomes only"
    for channel, variant in edition.routes():
        route = f"on {channel}" + (f" as {variant}" if variant else "")
        yield from ((path, f"{why} {route}") for path, why in _route(edition, channel, variant))


def _route(edition: EditionTable, channel: Channel, variant: str | None) -> Iterator[Wrong]:
    steps = edition.steps_for(channel, variant)
    keys = _keys(steps)
    if not steps:
        yield "step", "there is no step"
    if sum(step.signs_result for step in steps) > 1:
        yield "step", "more than one step signs the result"
    after = edition.channels[channel].registration.after
    if after and after not in keys:
        yield f"channel.{channel}.registration.after", f"{after} is no step"
    if not keys & set(edition.journal.entered_by):
        yield "journal.entered_by", "no step enters the journal"
    rule = edition.reschedule(channel, variant)
    if rule and rule.reopens not in keys:
        yield "reschedule.reopens", f"{rule.reopens} is no step"
    if steps and not edition.grounds_at(steps[0].key, channel, variant):
        yield "ground", f"there is no ground on which {steps[0].key} could be refused"


def grounds(edition: EditionTable) -> Iterator[Wrong]:
    """Find grounds that nobody can refuse on: the gateway finds those of the first two kinds, performers the third."""
    for ground in edition.grounds:
        if ground.kind == "documents" and not ground.steps:
            yield f"ground.{ground.code}.steps", "is unreachable: no step can be refused on it"


def portal(edition: EditionTable) -> Iterator[Wrong]:
    """Find what the portal route lacks of the decree's processes, conditions and kinds of ground."""
    rules = edition.channels.get(Channel.PORTAL)
    if rules is None:
        return
    for key, condition in _PORTAL.items():
        process = next((process for name, process in rules.processes.items() if name == key), None)
        if process is None:
            yield f"channel.portal.process.{key}", "is missing"
        elif process.condition != condition:
            yield f"channel.portal.process.{key}.condition", f"is {process.condition}, not {condition}"
    for kind in ("personal-data", "signature", "documents"):
        if not any(ground.kind == kind for ground in edition.grounds):
            yield "ground", f"there is none of the kind {kind}"


def times(edition: EditionTable) -> Iterator[Wrong]:
    """Find times that nobody can give, and cut-offs that are no span of time."""
    for channel, rules in edition.channels.items():
        asked = (field for field in edition.form if not field.channels or channel in field.channels)
        given = (field for step, outcome in _outcomes(edition) if _on(step, channel) for field in outcome.fields)
        kinds = {field.kind for field in (asked if rules.time_given_by == "citizen" else given)}
        if rules.time_given_by and not kinds & {"slot", "moment"}:
            yield f"channel.{channel}.time_given_by", f"no field in which the {rules.time_given_by} could give it"
        if rules.hold and rules.time_given_by != "citizen":
            yield f"channel.{channel}.hold", "holds a time that the citizen does not choose"
        if rules.hold and rules.hold.limit.clock is Clock.WORKING_DAYS:
            yield f"channel.{channel}.hold.limit", f"{rules.hold.limit} is no span of plain time"
    cut_offs = [
        *(("reschedule", rule.cut_off) for rule in edition.reschedules),
        *(("withdrawal", rule.cut_off) for rule in edition.withdrawals),
    ]
    for path, cut_off in cut_offs:
        if cut_off and cut_off.clock is Clock.WORKING_DAYS:
            yield f"{path}.cut_off", f"{cut_off} is no span of plain time"


def region_facts(edition: EditionTable, region: Region) -> Iterator[Wrong]:
    """Find what the edition names and region.toml does not have."""
    if edition.act.number not in {act.number for act in region.acts}:
        yield "act.number", f"region.toml has no act {edition.act.number}"
    for step in edition.steps:
        if step.performer not in region.performers:
            yield f"step.{step.key}.performer", f"region.toml has no performer {step.performer}"
        if step.organisation and step.organisation not in region.organisations:
            yield f"step.{step.key}.organisation", f"region.toml has no organisation {step.organisation}"
    named = [
        *(("attendance", rule.performer) for rule in edition.attendances),
        *(("cancellation", rule.performer) for rule in edition.cancellations),
    ]
    for path, performer in named:
        if performer not in region.performers:
            yield f"{path}.performer", f"region.toml has no performer {performer}"


def _outcomes(edition: EditionTable) -> list[tuple[Step, Outcome]]:
    return [(step, outcome) for step in edition.steps for outcome in step.outcomes]


def _keys(items: Iterable[Step | FormField]) -> set[str]:
    return {item.key for item in items}


def _on(step: Step, channel: Channel) -> bool:
    return not step.channels or channel in step.channels
