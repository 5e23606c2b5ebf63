"""Statements of an import: how far it came, which persons there are, and rows added by COPY in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.ext.asyncio import AsyncSession

_BEGIN = text("""
    INSERT INTO register_imports (digest, rows, taken, finished, started_at, changed_at)
    VALUES (:digest, 0, 0, false, :at, :at) ON CONFLICT (digest) DO NOTHING
""")
_STAND = text("SELECT rows, taken, finished FROM register_imports WHERE digest = :digest FOR UPDATE")
_STEP = text("""
    UPDATE register_imports SET rows = :rows, taken = taken + :taken, finished = :finished, changed_at = :at
    WHERE digest = :digest
""")
_KNOWN = text("""
    SELECT k.id, k.lookup, k.key_name, k.wrapped, p.id IS NOT NULL AS registered
    FROM person_keys k LEFT JOIN persons p ON p.id = k.id WHERE k.lookup = ANY (:lookups)
""").bindparams(bindparam("lookups", type_=ARRAY(BYTEA)))
_NOTES = text("""
    SELECT row, taken, code FROM register_import_notes WHERE import = :digest AND (row, code) > (:row, :code)
    ORDER BY row, code LIMIT :limit
""")
_PROVIDERS = text("SELECT bin, region FROM providers")


async def begin(session: AsyncSession, digest: bytes, at: datetime) -> Row[Any]:
    """Tell how far the import of a file came, nothing if it is new, and lock it."""
    await session.execute(_BEGIN, {"digest": digest, "at": at})
    return (await session.execute(_STAND, {"digest": digest})).one()


async def step(session: AsyncSession, digest: bytes, *, rows: int, taken: int, finished: bool, at: datetime) -> None:
    """Record how far it is now."""
    values = {"digest": digest, "rows": rows, "taken": taken, "finished": finished, "at": at}
    await session.execute(_STEP, values)


async def known(session: AsyncSession, lookups: Sequence[bytes]) -> Sequence[Row[Any]]:
    """Read the keys of those who are known, and whether the register has them."""
    return (await session.execute(_KNOWN, {"lookups": list(lookups)})).all()


async def providers(session: AsyncSession) -> dict[str, str]:
    """Give the region of each provider."""
    return {row.bin: row.region for row in await session.execute(_PROVIDERS)}


async def notes(session: AsyncSession, digest: bytes, after: tuple[int, str], limit: int) -> Sequence[Row[Any]]:
    """List what is to be reported, in the order of rows."""
    row, code = after
    return (await session.execute(_NOTES, {"digest": digest, "row": row, "code": code, "limit": limit})).all()


async def copy(session: AsyncSession, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
    """Add rows by COPY, in the session's transaction, which must have run a statement before."""
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_records_to_table(table, columns=columns, records=list(records))
