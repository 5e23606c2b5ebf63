"""Check what people entered against the regulation's schema, and name each fault by pointer and code.

Beyond the schema no text may hold control characters or marks that turn the direction of writing: what a person
reads and what is stored and printed must be the same.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from shared.errors import FieldError, InvalidRequest

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_CODES = {
    "type": "type",
    "minLength": "too-short",
    "minItems": "too-short",
    "minProperties": "too-short",
    "maxLength": "too-long",
    "maxItems": "too-long",
    "maxProperties": "too-long",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "exclusiveMinimum": "out-of-range",
    "exclusiveMaximum": "out-of-range",
    "pattern": "pattern",
    "enum": "choice",
    "const": "choice",
    "oneOf": "choice",
    "anyOf": "choice",
    "format": "date",
    "not": "characters",
}


def check_fields(form: Draft202012Validator, value: Mapping[str, Any], *, under: str) -> None:
    """Raise InvalidRequest with every fault found; `under` is the pointer of `value` in the request (`/fields`)."""
    found = [each for error in form.iter_errors(value) for each in _faults(error, under)]
    found += [FieldError(pointer=pointer, code="characters") for pointer in _hidden(value, under)]
    if found:
        unique = {(each.pointer, each.code): each for each in found}
        raise InvalidRequest([unique[key] for key in sorted(unique)])


def is_plain(text: str) -> bool:
    """Tell whether a text is what a person sees of it: without control characters and marks of direction."""
    return not _HIDDEN.search(text)


def form_of(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Make what checks values against a schema, formats included."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _faults(error: ValidationError, under: str) -> Iterator[FieldError]:
    here = under + "".join(_part(part) for part in error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield from (FieldError(pointer=here + _part(name), code="missing") for name in missing)
    elif error.validator in {"additionalProperties", "unevaluatedProperties"}:
        known = error.schema.get("properties", {})
        yield from (
            FieldError(pointer=here + _part(name), code="unknown") for name in error.instance if name not in known
        )
    else:
        yield FieldError(pointer=here, code=_CODES.get(str(error.validator), "invalid"))


def _hidden(value: Any, here: str) -> Iterator[str]:
    if isinstance(value, str):
        if not is_plain(value):
            yield here
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _hidden(inner, here + _part(name))
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _hidden(inner, here + _part(position))


def _part(name: object) -> str:
    return "/" + str(name).replace("~", "~0").replace("/", "~1")
