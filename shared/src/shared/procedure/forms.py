"""JSON Schemas (2020-12) of what citizens and performers enter, made from the fields of a regulation.

The same schema is shown by the portal, and checked by the owning service with `jsonschema` (formats included).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from shared.procedure.actions import UnknownOutcome
from shared.procedure.edition import Edition
from shared.procedure.law import Channel, FormField, Step
from shared.procedure.texts import Language

Purpose = Literal["application", "reschedule", "withdrawal"]
Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_END = r"$(?!\n)"
"""The end of the text in every dialect: Python's `$` alone would let a line feed pass."""

_ID = r"^[a-z]{3}-[0-9a-f]{32}" + _END
_CODE = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*" + _END
_PHONE = r"^\+7[0-9]{10}" + _END
_IIN = r"^[0-9]{12}" + _END
_ICD10 = r"^[A-Z][0-9]{2}(\.[0-9]{1,2})?" + _END
_SAMPLE = r"^[0-9A-Za-z][0-9A-Za-z -]{7,22}[0-9A-Za-z]" + _END
_UNFIT = r"[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Control characters, and marks that change the direction of writing."""

_RFC3339 = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})" + _END
"""A validator may know no format date-time; what it does not check is checked by shape, and when it is read."""

_INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": _RFC3339}


def _line(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"\S", "not": {"pattern": _UNFIT}}


_NAME = _line(100) | {"pattern": r"^[^\s0-9!-/:-@\[-`{-~][^0-9!-&(-,/:-@\[-`{-~]*" + _END}
"""Of the marks of ASCII a name has the apostrophe, hyphen and full stop alone; `\\w` means other letters elsewhere."""

_PLAIN: Mapping[str, Schema] = {
    "residence": {
        "type": "object",
        "properties": {
            "locality": _line(100),
            "street": _line(100),
            "house": _line(16) | {"pattern": "^[1-9]"},
            "flat": _line(16),
        },
        "required": ["locality", "street", "house"],
        "additionalProperties": False,
    },
    "representation": {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "pattern": _CODE, "maxLength": 60},
            "proof": {"type": "string", "pattern": _CODE, "maxLength": 60},
            "number": _line(64),
            "surname": _NAME,
            "given_name": _NAME,
            "patronymic": _NAME,
        },
        "required": ["kind", "proof", "number", "surname", "given_name"],
        "additionalProperties": False,
    },
    "slot": {
        "type": "object",
        "properties": {"id": {"type": "string", "pattern": _ID}, "starts_at": _INSTANT},
        "required": ["id", "starts_at"],
        "additionalProperties": False,
    },
    "doctor": {"type": "string", "pattern": _ID},
    "specialty": {"type": "string", "pattern": _CODE, "maxLength": 60},
    "phone": {"type": "string", "pattern": _PHONE},
    "date": {"type": "string", "format": "date"},
    "moment": _INSTANT,
    "flag": {"type": "boolean"},
    "iin": {"type": "string", "pattern": _IIN},
    "icd10": {"type": "string", "pattern": _ICD10},
    "sample": {"type": "string", "pattern": _SAMPLE},
}
"""Kinds whose shape nothing in the field changes. A slot says its time too: the signer reads that, not the id.

A residence is an address in the parts by which a district is found. A representation says by which right the
applicant acts, which document shows it (codes of representation.toml), and the patient's names as they stand there.
"""


def form_schema(
    edition: Edition,
    language: Language = "kk",
    *,
    channel: Channel = Channel.PORTAL,
    variant: str | None = None,
    purpose: Purpose = "application",
) -> Schema:
    """The schema of an application's `fields`. A reschedule asks the fields again that the regulation marks."""
    fields = [field for field in edition.form if purpose == "application" and field.fits(channel, variant)]
    if purpose == "reschedule":
        fields = [field for field in edition.form if field.asked_again and field.fits(channel, variant)]
    documents = edition.channels[channel].documents if purpose == "application" else 0
    return _object(edition.title[language], fields, language) | {"x-documents": {"maximum": documents}}


def outcome_schema(step: Step, outcome: str, language: Language = "kk") -> Schema:
    """The schema of what the performer enters with an outcome of his step (the task's `data`).

    Raises UnknownOutcome.
    """
    found = step.outcome(outcome)
    if found is None:
        raise UnknownOutcome(step.key, outcome)
    return _object(f"{step.title[language]}: {found.title[language]}", found.fields, language)


def _object(title: str, fields: Iterable[FormField], language: Language) -> Schema:
    fields = tuple(fields)
    schema: Schema = {
        "$schema": _DIALECT,
        "type": "object",
        "title": title,
        "properties": {field.key: _property(field, language) for field in fields},
        "required": [field.key for field in fields if field.required and not field.one_of],
        "additionalProperties": False,
    }
    alternatives: Mapping[str, list[str]] = defaultdict(list)
    for field in fields:
        if field.one_of:
            alternatives[field.one_of].append(field.key)
    if alternatives:
        schema["allOf"] = [{"oneOf": [{"required": [key]} for key in keys]} for keys in alternatives.values()]
    return schema


def _property(field: FormField, language: Language) -> Schema:
    cited = {"x-clause": field.clause} if field.clause else {"x-source": field.source}
    return {"title": field.label[language], "x-kind": field.kind, **cited, **_shape(field, language)}


def _shape(field: FormField, language: Language) -> Schema:
    match field.kind:
        case "text" | "address":
            return _text(field)
        case "times":
            return _times(field)
        case "choice":
            options = [{"const": one.key, "title": one.title[language]} for one in field.choices]
            return {"type": "string", "oneOf": options}
        case "number":
            return {"type": "integer"} | _bounds(field, "minimum", "maximum")
        case "doctor" if field.specialties:
            return _PLAIN["doctor"] | {"x-specialties": list(field.specialties)}
        case kind:
            return dict(_PLAIN[kind])


def _text(field: FormField) -> Schema:
    """A line that says something: an address, a complaint."""
    return {
        "type": "string",
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "pattern": r"\S",
        "not": {"pattern": _UNFIT},
    }


def _times(field: FormField) -> Schema:
    """Spans of time that suit the citizen."""
    span = {
        "type": "object",
        "properties": {"from": dict(_INSTANT), "to": dict(_INSTANT)},
        "required": ["from", "to"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": span} | _bounds(field, "minItems", "maxItems")


def _bounds(field: FormField, least: str, most: str) -> Schema:
    bounds = {least: field.minimum, most: field.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}
