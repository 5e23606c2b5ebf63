"""A regulation as the public reads it: every rule with its clause, or that it is ours, and the note beside it."""

from typing import Any

from shared.procedure import Channel, Edition, Region, Regulations
from shared.procedure.law import Cancellation, Cited, Conditional, FormField, LimitRule, Outcome, Step


def whole(edition: Edition, region: Region) -> dict[str, Any]:
    """Give everything that an edition prescribes; words are in all three languages."""
    return {
        "act": _act(edition, region),
        "routes": {str(channel): _route(edition, channel) for channel in edition.channels},
        "variants": [{"key": one.key, "title": one.title.to_json()} | _cited(one) for one in edition.variants],
        "performers": {
            name: {"title": performer.title.to_json(), "certificate_roles": list(performer.certificate_roles)}
            for name, performer in edition.performers.items()
        },
        "form": [_field(field) for field in edition.form],
        "steps": [_step(step, region) for step in edition.steps],
        "grounds": [
            {"code": ground.code, "kind": ground.kind, "text": ground.text.to_json(), "steps": list(ground.steps)}
            | _case(ground)
            for ground in edition.grounds
        ],
        "results": [
            {"key": result.key, "kind": result.kind, "title": result.title.to_json(), "finding": result.finding,
             "published": result.published} | _case(result)
            for result in edition.results
        ],
        "journal": _journal(edition),
        "sensitive": _cited(edition.sensitive) if edition.sensitive else None,
        "reschedules": [
            {"reopens": rule.reopens, "limit": str(rule.limit), "cut_off": str(rule.cut_off)} | _case(rule)
            for rule in edition.reschedules
        ],
        "withdrawals": [
            {"cut_off": str(rule.cut_off) if rule.cut_off else None} | _case(rule) for rule in edition.withdrawals
        ],
        "attendances": [{"performer": rule.performer} | _case(rule) for rule in edition.attendances],
        "cancellations": [_cancellation(rule) for rule in edition.cancellations],
    }  # fmt: skip


def annulment(regulations: Regulations) -> dict[str, Any] | None:
    """Give who may put a result out of force, within which limit it is made anew, and the reasons there are."""
    law = regulations.annulment
    if law is None:
        return None
    reasons = [{"code": one.code, "title": one.title.to_json()} | _cited(one) for one in law.reasons]
    return {"by": list(law.by), "by_signer": law.by_signer, "limit": str(law.limit), "reasons": reasons}


def _act(edition: Edition, region: Region) -> dict[str, Any]:
    act = next(one for one in region.acts if one.number == edition.act.number)
    return {
        "number": act.number,
        "date": act.date.isoformat(),
        "clause": edition.act.clause,
        "issuer": act.issuer.to_json(),
        "title": act.title.to_json(),
        "registered_number": act.registered_number,
        "registered": act.registered.isoformat(),
        "repealed_by": act.repealed_by,
        "repealed": act.repealed.isoformat(),
    }


def _route(edition: Edition, channel: Channel) -> dict[str, Any]:
    rules = edition.channels[channel]
    processes = {
        key: {"number": process.number, "condition": process.condition} | _cited(process)
        for key, process in rules.processes.items()
    }
    return {
        "time_given_by": rules.time_given_by,
        "hold": {"limit": str(rules.hold.limit)} | _cited(rules.hold) if rules.hold else None,
        "documents": rules.documents,
        "representative_by_word": rules.representative_by_word,
        "processes": processes,
        "registration": {"after": rules.registration.after} | _cited(rules.registration),
        "steps": [step.key for step in edition.steps if not step.channels or channel in step.channels],
    } | _cited(rules)


def _step(step: Step, region: Region) -> dict[str, Any]:
    elsewhere = region.organisations[step.organisation] if step.organisation else None
    return {
        "key": step.key,
        "performer": step.performer,
        "organisation": {"name": elsewhere.name.to_json()} | _cited(elsewhere) if elsewhere else None,
        "title": step.title.to_json(),
        "limits": [_limit(rule) for rule in step.limits],
        "unlimited": _cited(step.unlimited) if step.unlimited else None,
        "signed": [_case(rule) for rule in step.signatures],
        "signs_result": step.signs_result,
        "preconditions": [{"require": one.require, "ground": one.ground} | _case(one) for one in step.preconditions],
        "consultations": [
            {"register": one.register, "title": one.title.to_json(), "shown_at": list(one.shown_at)} | _case(one)
            for one in step.consultations
        ],
        "outcomes": [_outcome(outcome) for outcome in step.outcomes],
    } | _case(step)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "key": outcome.key,
        "title": outcome.title.to_json(),
        "finding": outcome.finding,
        "opens": outcome.opens,
        "fields": [_field(field) for field in outcome.fields],
    } | _cited(outcome)


def _field(field: FormField) -> dict[str, Any]:
    asked = {"key": field.key, "kind": field.kind, "label": field.label.to_json(), "required": field.required}
    return asked | ({"specialties": list(field.specialties)} if field.specialties else {}) | _case(field)


def _cancellation(rule: Cancellation) -> dict[str, Any]:
    grounds = [
        {"code": ground.code, "text": ground.text.to_json(), "frees": ground.frees} | _cited(ground)
        for ground in rule.grounds
    ]
    return {"performer": rule.performer, "grounds": grounds} | _case(rule)


def _limit(rule: LimitRule) -> dict[str, Any]:
    return {
        "limit": str(rule.limit),
        "starts": rule.starts,
        "counts_first_day": rule.counts_first_day,
        "finding": rule.finding,
    } | _case(rule)


def _journal(edition: Edition) -> dict[str, Any]:
    journal = edition.journal
    fields = [{"key": column.key, "label": column.label.to_json()} | _case(column) for column in journal.fields]
    entered = {"entered_by": list(journal.entered_by)}
    return {"key": journal.key, "name": journal.name.to_json(), "fields": fields} | entered | _cited(journal)


def _case(rule: Conditional) -> dict[str, Any]:
    """The channels and variants that a rule is for (none: all), and where it stands."""
    return {"channels": [str(channel) for channel in rule.channels], "variants": list(rule.variants)} | _cited(rule)


def _cited(rule: Cited) -> dict[str, Any]:
    return {"clause": rule.clause, "source": rule.source, "note": rule.note}
