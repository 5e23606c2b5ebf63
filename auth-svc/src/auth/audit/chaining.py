"""Chain the trail by hash after commit, so that a record that was changed or taken out later shows.

A link's digest covers the digest before it and every column of its record. Requests never wait for the chain.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from auth.audit.models import audit_records
from auth.audit.repository import AuditRepository
from auth.rows import AnyRow
from shared.db import Database

START: Final = bytes(32)
AT_ONCE: Final = 1_000


async def chain(database: Database) -> int:
    """Link what was committed since the last time, and say how much that was."""
    async with database.transaction() as session:
        records = AuditRepository(session)
        await records.lock_chain()
        rows = await records.unlinked(AT_ONCE)
        last = await records.last_link()
        position, previous = (last.position, last.digest) if last is not None else (0, START)
        links = []
        for row in rows:
            digest = digest_of(row, previous)
            position += 1
            links.append({"position": position, "number": row.number, "previous": previous, "digest": digest})
            previous = digest
        if links:
            await records.link(links)
        return len(links)


async def first_broken_link(database: Database) -> int | None:
    """Give the position of the first link that does not fit its record or the link before it, or None."""
    position, previous = 0, START
    while True:
        async with database.transaction() as session:
            rows = await AuditRepository(session).chain(position, AT_ONCE)
        if not rows:
            return None
        for row in rows:
            if row.position != position + 1 or row.previous != previous:
                return position + 1
            if digest_of(row, previous) != row.digest:
                return position + 1
            position, previous = row.position, row.digest


def digest_of(record: AnyRow, previous: bytes) -> bytes:
    columns = {str(column.name): _plain(getattr(record, column.name)) for column in audit_records.columns}
    return sha256(previous + orjson.dumps(columns, option=orjson.OPT_SORT_KEYS)).digest()


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case UUID():
            return str(value)
        case _:
            return value
