"""Which results of an application still count: ended here, below both what carries it on and what seals."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.procedure.wording import WORDING

_ANNUL = text("""
    UPDATE results SET state = 'annulled', annulled_at = :now, annulled_for = CAST(:reason AS jsonb)
    WHERE application = :application AND state = 'sealed' AND (CAST(:keep AS uuid) IS NULL OR id <> :keep)
""")
_DROP = text("""
    UPDATE results SET state = 'annulled', annulled_at = :now WHERE application = :application AND state = 'signed'
""")


async def annul_others(
    session: AsyncSession,
    application: UUID,
    keep: UUID | None,
    now: datetime,
    reason: Literal["superseded", "application-ended"] = "superseded",
) -> None:
    """End the force of the application's results but the one to `keep`; why is one of the engine's own words."""
    told = orjson.dumps({"code": reason, "title": WORDING["annulled"][reason].to_json()}).decode()
    await session.execute(_ANNUL, {"application": application, "keep": keep, "now": now, "reason": told})


async def drop_unsealed(session: AsyncSession, application: UUID, now: datetime) -> None:
    """Leave a result that waits for its seal without one: what it says no longer holds, and nobody has it."""
    await session.execute(_DROP, {"application": application, "now": now})
