"""Carry an application on: everything that a decision of the engine brings about, in the caller's transaction.

The application's row must be locked by this transaction (`open_case(lock=True)`); its version is compared besides,
so that a mistake in that becomes a conflict and never a lost change.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.anonymity import drop_times, is_anonymous, kept_at
from shared.applications.case import ForgetsTimes
from shared.applications.findings import is_secret
from shared.applications.in_force import annul_others, drop_unsealed
from shared.applications.journals.entering import Entry, enter
from shared.applications.notices import form_notice
from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.applications.transitions import Deed, Recording, Subject, recording
from shared.errors import Conflict
from shared.procedure import Transition

_ADVANCE = """
    WITH app AS (
        UPDATE applications
        SET state = :state, status = :status, version = :version, procedure = CAST(:procedure AS jsonb),
            due_at = CAST(:due_at AS timestamptz), due = CAST(:due AS jsonb), details = CAST(:details AS bytea),
            changed_at = CAST(:now AS timestamptz)
        WHERE id = :id AND version = :before
        RETURNING id, urgent
    ), %s
    SELECT id FROM app
"""
_PUBLISH = text("""
    UPDATE results SET published = :published, kind = CASE WHEN :published THEN CAST(:kind AS jsonb) ELSE kind END
    WHERE application = :application AND state = 'sealed'
""")
_CLOSED = frozenset({"issued", "refused", "withdrawn"})
_ENDED = frozenset({"refused", "withdrawn"})


async def advance(
    session: AsyncSession,
    office: Office,
    case: OpenCase,
    transition: Transition,
    deed: Deed,
    *,
    data: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> Recording:
    """Write state, tasks, history, events, notice and journal row; free what the service held when it ends.

    `data` is what the step came to (for the journal); `details` replace the case's; `note` is the performer's word to
    the citizen in a refusal. The journal row comes last: its counter is a lock that others wait for.
    """
    file = case.file
    subject = Subject(id=case.id, region=file.region, provider=file.provider.bin, version=file.version)
    rows = recording(office, subject, case.person, transition, deed)
    await _store(session, case, rows, deed, file.details if details is None else details)
    if transition.notice is not None:
        await form_notice(session, office, case, transition.notice, at=kept_at(case.engine, deed.at), note=note)
    await _end_results(session, case, transition, deed.at)
    if is_secret(case.edition) and "issued" in transition.facts:
        await _publish(session, case, transition)
    if rows.state in _ENDED and rows.state != file.state:
        await office.module(file.service).ended(session, file, rows.state)
    if transition.journal is not None:
        scheduled_at = transition.application.scheduled_at
        entry = Entry(journal=transition.journal, data=data or {}, scheduled_at=scheduled_at)
        await enter(session, office, case, entry, at=deed.at)
    await forget_times(session, office, case, rows.state)
    office.outbox.announce(session)
    return rows


async def forget_times(session: AsyncSession, office: Office, case: OpenCase, state: str) -> None:
    """Drop the times of an anonymous case that has come to its end; again after what is kept only behind its end."""
    if not is_anonymous(case.engine) or state not in _CLOSED:
        return
    await drop_times(session, case.engine.clock.hours.zone, case.id, office.public(case.id), office.prefix)
    module = office.module(case.file.service)
    if isinstance(module, ForgetsTimes):
        await module.closed(session, case.file)


async def _end_results(session: AsyncSession, case: OpenCase, transition: Transition, at: datetime) -> None:
    """Let no result outlive what it confirms: neither one in force when the application ends, nor one without a seal.

    A new seal annuls the earlier result itself, since it knows which one stays.
    """
    before, after = case.engine, transition.application
    if transition.annuls and after.state in _ENDED:
        await annul_others(session, case.id, None, at, "application-ended")
    if before.signed and not before.sealed and (after.state in _ENDED or not after.signed):
        await drop_unsealed(session, case.id, at)


async def _publish(session: AsyncSession, case: OpenCase, transition: Transition) -> None:
    """Let the result be seen, if it is one to be seen: the person has been told."""
    after = transition.application
    result = case.edition.result(after.channel, after.variant, after.finding)
    kind = orjson.dumps(result.title.to_json()).decode()
    await session.execute(_PUBLISH, {"application": case.id, "published": result.published, "kind": kind})


async def _store(
    session: AsyncSession, case: OpenCase, rows: Recording, deed: Deed, details: Mapping[str, Any]
) -> None:
    parameters = {
        **rows.parameters,
        "id": case.id,
        "before": case.file.version,
        "state": rows.state,
        "status": rows.status,
        "version": rows.version,
        "procedure": rows.procedure,
        "due_at": rows.due_at,
        "due": rows.due,
        "details": case.person.seal_json(context("applications", "details", case.id), dict(details))
        if details
        else None,
        "now": deed.at,
    }
    stored: UUID | None = (await session.execute(_advancing(rows.tail), parameters)).scalar_one_or_none()
    if stored is None:
        raise Conflict


@lru_cache(maxsize=8)
def _advancing(tail: str) -> TextClause:
    return text(_ADVANCE % tail)


def plain_json(value: Mapping[str, Any]) -> bytes:
    """Write a value in one form, so that two of them are equal exactly when their bytes are."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
