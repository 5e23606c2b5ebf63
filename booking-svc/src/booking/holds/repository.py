"""Statements of holds. The time stands in each of them, so that a hold runs out by itself.

Taking, holding and withdrawing meet in the slot's row: whoever comes second waits, and looks at the row anew.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

# Requests of one account go one after the other: two that hold different slots would break the unique index.
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))")
# In the order of ids, as everywhere: two who change places do not wait for each other in a ring.
_LOCK = text("SELECT id FROM slots WHERE id = :slot OR held_by = :account ORDER BY id FOR UPDATE")
_OWN = text("""
    SELECT id, doctor, starts_at, ends_at, held_until FROM slots
    WHERE id = :slot AND held_by = :account AND held_until > :now AND starts_at > :now
""")
_LET_GO = text("""
    UPDATE slots SET held_by = NULL, held_until = NULL
    WHERE held_by = :account AND (CAST(:slot AS uuid) IS NULL OR id = :slot)
""")
_HOLD = text("""
    UPDATE slots SET held_by = :account, held_until = :until
    FROM doctors d
    WHERE slots.id = :slot AND slots.starts_at > :now AND slots.application IS NULL AND slots.withdrawn_at IS NULL
      AND (slots.held_until IS NULL OR slots.held_until <= :now) AND d.id = slots.doctor AND d.active
    RETURNING slots.id, slots.doctor, slots.starts_at, slots.ends_at, slots.held_until
""")


async def lock(session: AsyncSession, account: str, slot: UUID) -> None:
    """Let nobody else change the slot, or the one that the account holds now, until this transaction ends."""
    await session.execute(_ONE_BY_ONE, {"account": account})
    await session.execute(_LOCK, {"slot": slot, "account": account})


async def own(session: AsyncSession, account: str, slot: UUID, now: datetime) -> Row[Any] | None:
    """Read the account's hold of the slot, if it has not run out."""
    return (await session.execute(_OWN, {"slot": slot, "account": account, "now": now})).one_or_none()


async def let_go(session: AsyncSession, account: str, slot: UUID | None) -> None:
    """End the account's hold, of this slot or, without one, of whichever it is."""
    await session.execute(_LET_GO, {"account": account, "slot": slot})


async def hold(session: AsyncSession, account: str, slot: UUID, *, now: datetime, until: datetime) -> Row[Any] | None:
    """Hold the slot when it is free and to come; else change nothing and give None."""
    values = {"account": account, "slot": slot, "now": now, "until": until}
    return (await session.execute(_HOLD, values)).one_or_none()
