"""What a worker does by the clock: raise overdue steps once, free tasks whose claim ran out, remove what is over."""

from datetime import datetime
from typing import Any

from prometheus_client import Counter
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.anonymity import country_day
from shared.applications.office import Office
from shared.applications.transitions import Subject, told
from shared.clock import Clock
from shared.db import Database
from shared.events.facts import ApplicationEvent, StepOverdue, StepReleased
from shared.web import forget_answers

_OVERDUE = Counter("shlyuz_steps_overdue_total", "Steps whose time limit passed.", ("service", "region", "step"))
_BATCH = 200
# The case is locked before the task, as everywhere; SKIP LOCKED leaves what others hold for the next sweep.
_FIND_OVERDUE = text("""
    SELECT t.id, t.step, t.provider, a.id AS application, a.region, a.service, a.state, a.version,
           (SELECT k.lookup IS NULL FROM person_keys k WHERE k.id = a.patient) AS unnamed
    FROM tasks t JOIN applications a ON a.id = t.application
    WHERE t.state = 'open' AND t.overdue_at IS NULL AND t.due_at < :now
    ORDER BY t.due_at LIMIT :limit FOR UPDATE OF a SKIP LOCKED
""")
_RAISE = text("""
    UPDATE tasks SET overdue_at = :now WHERE id = :id AND state = 'open' AND overdue_at IS NULL RETURNING id
""")
# A claim that is prolonged or taken over meanwhile is not this one any more: the update looks again.
_FIND_ENDED_CLAIMS = text("""
    SELECT t.id, t.provider, a.id AS application, a.region, a.service, a.state, a.version,
           (SELECT k.lookup IS NULL FROM person_keys k WHERE k.id = a.patient) AS unnamed
    FROM tasks t JOIN applications a ON a.id = t.application
    WHERE t.state = 'open' AND t.claimed_by IS NOT NULL AND t.claimed_until <= :now
    ORDER BY t.claimed_until LIMIT :limit FOR UPDATE OF a SKIP LOCKED
""")
_FREE = text("""
    UPDATE tasks SET claimed_by = NULL, claimed_until = NULL
    WHERE id = :id AND state = 'open' AND claimed_by IS NOT NULL AND claimed_until <= :now RETURNING id
""")
_EXPIRED_DRAFTS = text("DELETE FROM drafts WHERE expires_at < :now RETURNING id")
_UNNAMED = text("DELETE FROM documents WHERE application IS NULL AND uploaded_at < :before RETURNING id")


class Sweeps:
    """The periodic deeds of one service; several workers may run them side by side."""

    def __init__(self, office: Office, database: Database, clock: Clock) -> None:
        self._office = office
        self._database = database
        self._clock = clock

    async def raise_overdue(self) -> int:
        """Raise each step whose limit passed, once: an event and a metric in step with each other."""
        total = 0
        while True:
            now = self._clock.now()
            async with self._database.transaction() as session:
                rows = (await session.execute(_FIND_OVERDUE, {"now": now, "limit": _BATCH})).all()
                raised = [row for row in rows if await self._happened(session, row, _RAISE, StepOverdue, now)]
            for row in raised:
                _OVERDUE.labels(self._office.service, row.region, row.step).inc()
            total += len(raised)
            if len(rows) < _BATCH:
                return total

    async def free_claims(self) -> int:
        """Free each task whose claim ran out, once, and tell the workstations in the same transaction."""
        total = 0
        while True:
            now = self._clock.now()
            async with self._database.transaction() as session:
                rows = (await session.execute(_FIND_ENDED_CLAIMS, {"now": now, "limit": _BATCH})).all()
                freed = [row for row in rows if await self._happened(session, row, _FREE, StepReleased, now)]
            total += len(freed)
            if len(rows) < _BATCH:
                return total

    async def _happened(
        self, session: AsyncSession, row: Row[Any], change: TextClause, fact: type[ApplicationEvent], now: datetime
    ) -> bool:
        """Change the task if it still is as it was found, and tell it; False where another was first."""
        if (await session.execute(change, {"id": row.id, "now": now})).one_or_none() is None:
            return False
        subject = Subject(id=row.application, region=row.region, provider=row.provider, version=row.version)
        event = told(self._office, fact, subject, row.state, row.id)
        at = country_day(now) if row.unnamed else now
        await self._office.outbox.publish(session, event, topic=self._office.topic, at=at, traced=not row.unnamed)
        return True

    async def clean(self) -> None:
        """Remove expired drafts, documents that no application named in time, and old remembered answers."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            await session.execute(_EXPIRED_DRAFTS, {"now": now})
            await session.execute(_UNNAMED, {"before": now - self._office.settings.document_life})
            await forget_answers(session)
