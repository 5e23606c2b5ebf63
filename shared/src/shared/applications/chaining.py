"""Chain journals and the audit trail by hash, within a minute after they were committed and never in a request.

Each link commits to the one before and to a digest of one row: journals by the salted digest of their words (which
still verifies when the words are destroyed), history and access records by their columns, which hold no personal
data in clear. One link at a time: a lock that ends with the transaction keeps a second worker out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.rowset import as_rows
from shared.clock import Clock
from shared.db import Database

START = bytes(32)
"""What the first link commits to in place of a link before it."""
_LONGEST_TRANSACTION = timedelta(minutes=10)
"""Far above what the database's time-outs let a transaction last: no row can appear with an older `recorded_at`."""
_DAY = timedelta(days=2)
"""Above the day that a row which holds the date alone may lie behind, wherever the provider is."""
_BATCH = 500
_LOCK = text("SELECT pg_advisory_xact_lock(7310417)")
_HEAD = text("SELECT position, hash FROM chain_links ORDER BY position DESC LIMIT 1")
_SINCE = text("SELECT max(row_recorded_at) FROM chain_links WHERE source = :source")
_LINK = text("""
    INSERT INTO chain_links (position, source, row_id, row_recorded_at, digest, hash, chained_at)
    SELECT x.position, x.source, x.row_id, x.row_recorded_at, x.digest, x.hash, x.chained_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(position bigint, source text, row_id uuid,
        row_recorded_at timestamptz, digest bytea, hash bytea, chained_at timestamptz)
""")
_LINKS = text("""
    SELECT position, source, row_id, digest, hash FROM chain_links
    WHERE position > :after ORDER BY position LIMIT :limit
""")
# What of a row is committed to. JSON as PostgreSQL writes it is stable for a given row.
_COMMITTED: Mapping[str, str] = {
    "journal_rows": """jsonb_build_array(r.id, r.provider, r.journal, r.volume, r.year, r.number, r.application,
        r.corrects,
        extract(epoch FROM r.at), encode(r.digest, 'hex'))""",
    "history": """jsonb_build_array(r.id, r.application, r.version, extract(epoch FROM r.at), r.action, r.state,
        r.status,
        r.process, r.step, r.performer, r.outcome, r.ground, r.actor_kind, r.actor)""",
    "access_records": """jsonb_build_array(r.id, r.person, extract(epoch FROM r.at), r.actor, r.actor_bin,
        r.actor_roles,
        r.action, r.application)""",
}
_UNCHAINED = {
    source: text(f"""
        SELECT r.id, r.recorded_at, ({columns})::text AS committed FROM {source} r
        WHERE (CAST(:since AS timestamptz) IS NULL OR r.recorded_at >= CAST(:since AS timestamptz))
          AND NOT EXISTS (SELECT FROM chain_links c WHERE c.source = '{source}' AND c.row_id = r.id)
        ORDER BY r.recorded_at, r.id LIMIT :limit
    """)  # noqa: S608  # constants
    for source, columns in _COMMITTED.items()
}
_AGAIN = {
    source: text(f"SELECT r.id, ({columns})::text AS committed FROM {source} r WHERE r.id = ANY (CAST(:ids AS uuid[]))")  # noqa: S608  # constants
    for source, columns in _COMMITTED.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Where a chain does not hold: the position of the link, and what is wrong with it."""

    position: int
    why: str


class Chainer:
    """Add links for what is not chained yet."""

    def __init__(self, database: Database, clock: Clock, *, days: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._days = days
        """Rows may say the day alone when they were recorded: then a day's are looked through, and links do too."""

    async def run_once(self) -> int:
        """Chain everything that is committed, and tell how many rows that were."""
        total = 0
        for source in _COMMITTED:
            while added := await self._batch(source):
                total += added
        return total

    async def _batch(self, source: str) -> int:
        async with self._database.transaction() as session:
            await session.execute(_LOCK)
            rows = await _unchained(session, source, _DAY if self._days else _LONGEST_TRANSACTION)
            if rows:
                links = await _links(session, source, rows, self._now())
                await session.execute(_LINK, {"rows": as_rows(links)})
        return len(rows)

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(hour=0, minute=0, second=0, microsecond=0) if self._days else now


async def _unchained(session: AsyncSession, source: str, reach: timedelta) -> list[Any]:
    latest: datetime | None = (await session.execute(_SINCE, {"source": source})).scalar_one()
    since = latest - reach if latest else None
    return list((await session.execute(_UNCHAINED[source], {"since": since, "limit": _BATCH})).all())


async def _links(session: AsyncSession, source: str, rows: list[Any], now: datetime) -> list[dict[str, Any]]:
    head = (await session.execute(_HEAD)).one_or_none()
    position, previous = (head.position, head.hash) if head else (0, START)
    links = []
    for row in rows:
        position += 1
        digest = sha256(row.committed.encode()).digest()
        previous = link_hash(previous, source, row.id.bytes, digest)
        links.append({
            "position": position, "source": source, "row_id": row.id, "row_recorded_at": row.recorded_at,
            "digest": digest, "hash": previous, "chained_at": now,
        })  # fmt: skip
    return links


def link_hash(previous: bytes, source: str, row: bytes, digest: bytes) -> bytes:
    """Commit to the link before, the table, the row's id (16 bytes) and its digest."""
    return sha256(previous + len(source).to_bytes(2) + source.encode() + row + digest).digest()


async def verify_chain(session: AsyncSession) -> Broken | None:
    """Compute the whole chain again from the rows, and name the first link that does not hold."""
    position, previous = 0, START
    while links := (await session.execute(_LINKS, {"after": position, "limit": _BATCH})).all():
        committed = await _committed_again(session, links)
        for link in links:
            position += 1
            if link.position != position:
                return Broken(position=position, why="link-missing")
            if committed.get((link.source, link.row_id)) != link.digest:
                return Broken(position=position, why="row-changed")
            previous = link_hash(previous, link.source, link.row_id.bytes, link.digest)
            if previous != link.hash:
                return Broken(position=position, why="link-changed")
    return None


async def _committed_again(session: AsyncSession, links: Any) -> dict[tuple[str, Any], bytes]:
    found = {}
    for source, statement in _AGAIN.items():
        ids = [link.row_id for link in links if link.source == source]
        for row in await session.execute(statement, {"ids": ids}) if ids else ():
            found[source, row.id] = sha256(row.committed.encode()).digest()
    return found
