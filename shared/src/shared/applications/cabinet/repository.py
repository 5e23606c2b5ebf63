"""The statements of the cabinet. Each is narrowed to its owner and his assurance in SQL, never afterwards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.cabinet.models import Owner
from shared.applications.cursors import Cursor

_STANDS = "(a.acts_until IS NULL OR a.acts_until > (CAST(:now AS timestamptz) AT TIME ZONE p.zone)::date)"
_HIS = f"(a.patient = :person OR (a.applicant = :person AND {_STANDS}))"
_NOTICE_HIS = f"(n.person = :person OR (n.applicant = :person AND {_STANDS}))"
_SEEN = "(:certificate OR (a.filed_by = 'citizen' AND a.account = :account AND a.min_acr = 'password'))"
_FILE = "CASE WHEN a.patient <> CAST(:person AS uuid) THEN a.content END AS file"
_AFTER = "(CAST(:after_id AS uuid) IS NULL OR ({at}, {id}) < (CAST(:after_at AS timestamptz), :after_id))"

_PAGE = text(f"""
    SELECT a.id, a.number, a.region, a.service, a.provider, a.channel, a.state, a.status, a.due, a.filed_at,
           a.changed_at, p.zone, p.names, a.patient, {_FILE},
           EXISTS (SELECT FROM results r WHERE r.application = a.id AND r.state = 'sealed' AND r.published) AS result
    FROM applications a JOIN providers p ON p.bin = a.provider
    WHERE {_HIS} AND {_SEEN} AND {_AFTER.format(at="a.filed_at", id="a.id")}
    ORDER BY a.filed_at DESC, a.id DESC LIMIT :limit
""")  # noqa: S608  # constants
_VISIBLE = text(f"""
    SELECT EXISTS (SELECT FROM applications a JOIN providers p ON p.bin = a.provider
                   WHERE a.id = :id AND {_HIS} AND {_SEEN})
""")  # noqa: S608  # constants
_HISTORY = text("""
    SELECT version, at, action, state, status, process, step, performer, outcome, ground, actor_kind
    FROM history WHERE application = :id ORDER BY version
""")
_SIGNED = text("""
    SELECT id, kind, sha256, content, revocation, received_at FROM signed_documents
    WHERE application = :id ORDER BY received_at, id
""")
_REFUSAL = text("""
    SELECT id, number, process, content FROM notices
    WHERE application = :id AND kind IN ('refusal', 'cancellation', 'missed') ORDER BY at DESC LIMIT 1
""")
_RESULTS = text("SELECT id, content, published FROM results WHERE application = :id ORDER BY signed_at")
_NOTICES = text(f"""
    SELECT n.id, n.number, n.application, n.kind, n.process, n.content, n.at, n.person AS patient, a.edition,
           a.number AS application_number, p.zone, {_FILE}
    FROM notices n JOIN applications a ON a.id = n.application JOIN providers p ON p.bin = a.provider
    WHERE {_NOTICE_HIS} AND {_SEEN} AND {_AFTER.format(at="n.at", id="n.id")}
    ORDER BY n.at DESC, n.id DESC LIMIT :limit
""")  # noqa: S608  # constants
_ACCESS = text(f"""
    SELECT r.id, r.at, r.actor_bin, r.actor_roles, r.action, r.application, r.content, a.number, p.names, p.zone
    FROM access_records r LEFT JOIN applications a ON a.id = r.application LEFT JOIN providers p ON p.bin = r.actor_bin
    WHERE r.person = :person AND {_AFTER.format(at="r.at", id="r.id")}
    ORDER BY r.at DESC, r.id DESC LIMIT :limit
""")  # noqa: S608  # constants


def _page(owner: Owner, after: Cursor | None, limit: int) -> dict[str, Any]:
    return {
        **owner.parameters,
        "after_at": after.at if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
    }


async def page(session: AsyncSession, owner: Owner, after: Cursor | None, limit: int) -> Sequence[Row[Any]]:
    """List what the owner may see, the newest first."""
    return (await session.execute(_PAGE, _page(owner, after, limit))).all()


async def visible(session: AsyncSession, owner: Owner, application: UUID) -> bool:
    """Tell whether the owner may see an application."""
    seen: bool = (await session.execute(_VISIBLE, {**owner.parameters, "id": application})).scalar_one()
    return seen


async def history(session: AsyncSession, application: UUID) -> Sequence[Row[Any]]:
    """List what happened, in order."""
    return (await session.execute(_HISTORY, {"id": application})).all()


async def refusal(session: AsyncSession, application: UUID) -> Row[Any] | None:
    """Find the notice by which an application ended: of refusal, of cancellation, of a missed time."""
    return (await session.execute(_REFUSAL, {"id": application})).one_or_none()


async def signed(session: AsyncSession, application: UUID) -> Sequence[Row[Any]]:
    """List what was signed, with its evidence."""
    return (await session.execute(_SIGNED, {"id": application})).all()


async def results(session: AsyncSession, application: UUID) -> Sequence[Row[Any]]:
    """List the files of an application's results, those that were annulled too."""
    return (await session.execute(_RESULTS, {"id": application})).all()


async def notices(session: AsyncSession, owner: Owner, after: Cursor | None, limit: int) -> Sequence[Row[Any]]:
    """List notices, the newest first."""
    return (await session.execute(_NOTICES, _page(owner, after, limit))).all()


async def access_records(session: AsyncSession, owner: Owner, after: Cursor | None, limit: int) -> Sequence[Row[Any]]:
    """List who looked at the owner's data, the newest first."""
    parameters = {
        key: value for key, value in _page(owner, after, limit).items() if key not in {"account", "certificate", "now"}
    }
    return (await session.execute(_ACCESS, parameters)).all()
