"""Ids are UUIDv7, which sort by time; the public form carries the owner's prefix, by which the gateway routes."""

import re
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.errors import NotFound

_HEX = re.compile(r"[0-9a-f]{32}")


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562)."""
    return uuid7()


def public_id(prefix: str, value: UUID) -> str:
    """Write an id as `bkg-` and 32 lower-case hexadecimal digits."""
    return f"{prefix}-{value.hex}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """Read a public id of one owner; raises `NotFound` for anything else, as there can be no such object."""
    owner, _, digits = text.partition("-")
    if owner != prefix or not _HEX.fullmatch(digits):
        raise NotFound
    return UUID(hex=digits)
