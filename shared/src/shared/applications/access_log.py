"""Who looked at whose data: a record in the same transaction as the look, so that without a record there is no answer.

A person's own reads leave none. A list leaves one for each person it shows.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.anonymity import country_day
from shared.applications.records import context
from shared.applications.rowset import as_rows
from shared.db import new_id
from shared.personal import Person
from shared.web import Actor

_RECORD = text("""
    INSERT INTO access_records (id, person, at, actor, actor_bin, actor_roles, action, application, content,
                                recorded_at)
    SELECT x.id, x.person, x.at, :actor, :bin, CAST(:roles AS text[]), :action, x.application,
           x.content, COALESCE(x.recorded_at, now())
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(id uuid, person uuid, application uuid, content bytea,
        at timestamptz, recorded_at timestamptz)
""")


async def record_access(
    session: AsyncSession, actor: Actor, action: str, seen: Iterable[tuple[Person, UUID | None]], *, at: datetime
) -> None:
    """Record that staff saw (or changed) these persons' applications; `action` is a code such as `tasks-listed`.

    Without an application it is the person's own entry that was seen. The staff member's name is sealed for the person
    who may read the record. The record of a look at what belongs to nobody holds the date alone.
    """
    rows = []
    for person, application in seen:
        id_ = new_id()
        content = person.seal_json(context("access_records", "content", id_), {"name": actor.name})
        day = country_day(at) if person.unnamed else None
        rows.append({
            "id": id_, "person": person.id, "application": application, "content": content, "at": day or at,
            "recorded_at": day,
        })  # fmt: skip
    if rows:
        await session.execute(
            _RECORD,
            {
                "actor": actor.account_id,
                "bin": actor.bin or "",
                "roles": sorted(actor.roles),
                "action": action,
                "rows": as_rows(rows),
            },
        )
