"""Read I-JSON (RFC 7493) strictly, since people sign these bytes and two readers must never see two meanings.

Refused: other encodings than UTF-8, duplicate names, numbers that a double cannot carry, surrogates and
noncharacters in strings, NUL, deep nesting, long input.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from shared.errors import ProblemError

LARGEST_INTEGER = 2**53 - 1
"""RFC 7493, 2.2: integers beyond it have no exact meaning for every reader."""

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
_LONGEST_NUMBER = 40
_FORBIDDEN = re.compile(
    "[\x00\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)


class UnreadableDocument(ProblemError):
    """The bytes are not the document that they should be.

    `pointer` is a JSON Pointer into the document where one is known, else empty. Never carries a value of it.
    """

    status = 422
    variants = (
        "document-empty",
        "document-too-large",
        "document-not-utf8",
        "document-not-json",
        "document-duplicate-name",
        "document-number-out-of-range",
        "document-too-deep",
        "document-bad-character",
        "document-not-an-object",
        "document-wrong-purpose",
        "document-shape",
    )

    def __init__(self, code: str, pointer: str = "") -> None:
        super().__init__(code=code, extra={"pointer": pointer} if pointer else None)
        self.pointer = pointer


def read_ijson(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Read one I-JSON object from the exact bytes.

    `max_depth` counts objects and arrays around a value, the outermost included.
    Raises UnreadableDocument with one of the codes `document-empty`, `-too-large`, `-not-utf8`, `-not-json`,
    `-duplicate-name`, `-number-out-of-range`, `-too-deep`, `-bad-character`, `-not-an-object`.
    """
    if not data.strip():
        raise UnreadableDocument("document-empty")
    if len(data) > max_bytes:
        raise UnreadableDocument("document-too-large")
    value = _parse(data)
    if not isinstance(value, dict):
        raise UnreadableDocument("document-not-an-object")
    _check(value, max_depth)
    return value


def _parse(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise UnreadableDocument("document-not-utf8") from None
    except RecursionError:
        raise UnreadableDocument("document-too-deep") from None
    except json.JSONDecodeError:
        raise UnreadableDocument("document-not-json") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableDocument("document-duplicate-name")
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER or abs(int(text)) > LARGEST_INTEGER:
        raise UnreadableDocument("document-number-out-of-range")
    return int(text)


def _double(text: str) -> float:
    value = float(text)
    if len(text) > _LONGEST_NUMBER or value in (float("inf"), float("-inf")):
        raise UnreadableDocument("document-number-out-of-range")
    return value


def _constant(_text: str) -> NoReturn:
    raise UnreadableDocument("document-not-json")


def _check(value: dict[str, Any], max_depth: int) -> None:
    """Walk without recursion, so that the depth of the input never becomes the depth of our stack."""
    pending: list[tuple[int, Any]] = [(1, value)]
    while pending:
        depth, item = pending.pop()
        if isinstance(item, str):
            if _FORBIDDEN.search(item):
                raise UnreadableDocument("document-bad-character")
        elif isinstance(item, dict | list):
            if depth > max_depth:
                raise UnreadableDocument("document-too-deep")
            pending.extend((depth + 1, inner) for inner in _parts(item))


def _parts(item: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item
        yield from item.values()
    else:
        yield from item
