"""Ids are UUIDv7, which sort by time; the public form carries the owner's prefix, by which the gateway routes.

Where rows may belong to people who must stay unknown, ids are random (UUIDv4) and tell no time.
"""

import re
from contextvars import ContextVar
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from shared.errors import NotFound

_HEX = re.compile(r"[0-9a-f]{32}")


random_ids: ContextVar[bool] = ContextVar("random_ids", default=False)
"""Whether the task at hand makes ids that tell no time."""


def new_id() -> UUID:
    """Make a UUIDv7, or where `random_ids` is on a UUIDv4 (RFC 9562)."""
    return uuid4() if random_ids.get() else uuid7()


def public_id(prefix: str, value: UUID) -> str:
    """Write an id as `bkg-` and 32 lower-case hexadecimal digits."""
    return f"{prefix}-{value.hex}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """Read a public id of one owner; raises `NotFound` for anything else, as there can be no such object."""
    owner, _, digits = text.partition("-")
    if owner != prefix or not _HEX.fullmatch(digits):
        raise NotFound
    return UUID(hex=digits)
