"""Print the sealed result for whoever hands it over: paper services give it from hand to hand, and some only so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access_log import record_access
from shared.applications.findings import open_file
from shared.applications.office import Office
from shared.applications.records import context
from shared.applications.results.service import ResultNotReady
from shared.applications.tasks.service import Tasks, step_of
from shared.errors import NotFound
from shared.web import Actor

_SEALED = text("""
    SELECT id, content FROM results WHERE application = :application AND state = 'sealed'
    ORDER BY signed_at DESC LIMIT 1
""")


async def page_to_hand_over(session: AsyncSession, office: Office, actor: Actor, task: UUID, now: datetime) -> bytes:
    """Give the sealed PDF to who holds the open task, published or not, and record it.

    Raises NotFound, WrongRole, TaskClosed, TaskNotClaimed, ResultNotReady.
    """
    tasks = Tasks(office, session, actor, now)
    row, case = await tasks.open(task)
    if step_of(case.edition, row).blind:
        raise NotFound
    tasks.need_claim(row)
    found = (await session.execute(_SEALED, {"application": case.id})).one_or_none()
    if found is None:
        raise ResultNotReady
    await record_access(session, actor, "result-printed", [(case.person, case.id)], at=now)
    return open_file(case.person, context("results", "content", found.id), found.content)
