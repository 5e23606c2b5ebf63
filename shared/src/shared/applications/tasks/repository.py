"""The statements of tasks and drafts."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.cursors import Cursor
from shared.applications.tasks.models import Draft, SignedBefore, TaskRow

_TASK = """t.id, t.application, t.provider, t.step, t.round, t.performer, t.state, t.opened_at, t.due_at, t.due,
    t.claimed_by, t.claimed_until, t.closed_at, t.outcome, t.urgent"""
_FIND = text(f"SELECT {_TASK} FROM tasks t WHERE t.id = :id")  # noqa: S608  # constants
_LOCK = text(f"SELECT {_TASK} FROM tasks t WHERE t.id = :id FOR UPDATE")  # noqa: S608  # constants
# Urgent first, then overdue: what is due earliest stands first, what has no limit last. The state is part of the text,
# and the place is written as in the index, which so gives the rows in order, however many tasks a provider has.
_PLACE = "(CASE WHEN t.urgent THEN to_timestamp(0) ELSE COALESCE(t.due_at, 'infinity') END)"
_LISTS = {
    state: text(f"""
        SELECT {_TASK}, a.number, a.region, a.service, a.edition, a.patient, a.content
        FROM tasks t JOIN applications a ON a.id = t.application
        WHERE t.provider = :provider AND {condition} AND t.performer = ANY (CAST(:performers AS text[]))
          AND (CAST(:mine AS text) IS NULL OR (t.claimed_by = :mine AND t.claimed_until > :now))
          AND ({_PLACE}, t.id)
              > (COALESCE(CAST(:after_at AS timestamptz), CAST(CAST(:start AS text) AS timestamptz)),
                 CAST(:after_id AS uuid))
        ORDER BY {_PLACE}, t.id
        LIMIT :limit
    """)  # noqa: S608  # constants
    for state, condition in {
        "open": "t.state = 'open'",
        "resting": "t.state = 'resting'",
        "done": "t.state IN ('done', 'refused')",
    }.items()
}
_FIRST = UUID(int=0)
_CLAIM = text("UPDATE tasks SET claimed_by = :account, claimed_until = :until WHERE id = :id")
_DRAFT = text("""
    INSERT INTO drafts (id, task, application, person, version, previous_sha256, kind, outcome, ground, sha256, content,
                        prepared_by, prepared_at, expires_at)
    VALUES (:id, :task, :application, :person, :version, :previous_sha256, :kind, :outcome, :ground, :sha256, :content,
            :prepared_by, :prepared_at, :expires_at)
    ON CONFLICT (task) DO UPDATE SET id = excluded.id, person = excluded.person, version = excluded.version,
        previous_sha256 = excluded.previous_sha256, kind = excluded.kind, outcome = excluded.outcome,
        ground = excluded.ground, sha256 = excluded.sha256, content = excluded.content,
        prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at, expires_at = excluded.expires_at
""")
_FIND_DRAFT = text("""
    SELECT id, task, application, person, version, previous_sha256, kind, outcome, ground, sha256, content, prepared_by,
           prepared_at, expires_at
    FROM drafts WHERE id = :id
""")
_SIGNED = text("""
    SELECT s.id, s.task, s.sha256, s.kind, s.content, s.received_at, t.provider
    FROM signed_documents s LEFT JOIN tasks t ON t.id = s.task
    WHERE s.application = :application AND s.kind IN ('step-record', 'result') ORDER BY s.received_at, s.id
""")
_KEEP_SIGNED = text("""
    INSERT INTO signed_documents (id, application, task, kind, person, sha256, content, revocation, received_at)
    VALUES (:id, :application, :task, :kind, :person, :sha256, :content, CAST(:revocation AS jsonb), :received_at)
""")
_KEEP_RESULT = text("""
    INSERT INTO results (id, application, task, person, provider, code, number, kind, published, state, masked, content,
                         sha256, signed_at, next_try_at)
    VALUES (:id, :application, :task, :person, :provider, :code, :number, CAST(:kind AS jsonb), :published, 'signed',
            :masked, :content, :sha256, :now, :now)
""")
_ANSWERED = text(
    "SELECT body FROM answers WHERE scope = :scope AND key = :key AND request_digest = :digest AND status = 200"
)


async def find(session: AsyncSession, task: UUID, *, lock: bool = False) -> TaskRow | None:
    """Find a task; lock the application's row before the task's, always in this order."""
    row = (await session.execute(_LOCK if lock else _FIND, {"id": task})).one_or_none()
    return None if row is None else TaskRow(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for the mapping


async def page(  # the filters of one list
    session: AsyncSession,
    *,
    provider: str,
    performers: Sequence[str],
    state: str,
    mine: str | None,
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """List a provider's tasks with what is needed to open each application's content."""
    parameters = {
        "provider": provider,
        "performers": list(performers),
        "mine": mine,
        "now": now,
        "after_at": after.at if after else None,
        "start": "infinity" if after else "-infinity",
        "after_id": after.id if after else _FIRST,
        "limit": limit,
    }
    return (await session.execute(_LISTS[state], parameters)).all()


async def claim(session: AsyncSession, task: UUID, account: str | None, until: datetime | None) -> None:
    """Set or clear who holds the task."""
    await session.execute(_CLAIM, {"id": task, "account": account, "until": until})


async def keep_draft(session: AsyncSession, draft: Draft) -> None:
    """Store a draft in place of an earlier one of the same task."""
    await session.execute(_DRAFT, {name: getattr(draft, name) for name in Draft.__slots__})


async def find_draft(session: AsyncSession, draft: UUID) -> Draft | None:
    """Find a draft by the id that is signed."""
    row = (await session.execute(_FIND_DRAFT, {"id": draft})).one_or_none()
    return None if row is None else Draft(**row._mapping)  # noqa: SLF001  # as above


async def signed_before(session: AsyncSession, application: UUID) -> list[SignedBefore]:
    """List what performers have signed in this application, the earliest first."""
    rows = await session.execute(_SIGNED, {"application": application})
    return [SignedBefore(**row._mapping) for row in rows]  # noqa: SLF001  # as above


async def keep_signed(session: AsyncSession, **values: Any) -> None:
    """Store a signed step for ever, with its evidence."""
    await session.execute(_KEEP_SIGNED, values)


async def keep_result(session: AsyncSession, **values: Any) -> None:
    """Store a result that the performer signed; the worker seals it."""
    await session.execute(_KEEP_RESULT, values)


async def answered(session: AsyncSession, scope: str, key: str, same: bytes) -> bytes | None:
    """Find what the same request was answered under the same key."""
    parameters = {"scope": scope, "key": key, "digest": sha256(same).digest()}
    body: bytes | None = (await session.execute(_ANSWERED, parameters)).scalar_one_or_none()
    return body
