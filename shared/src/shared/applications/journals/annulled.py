"""Enter an annulment in the journal: the row of the result stays, a new one names it and says why it counts no more."""

from datetime import datetime
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.anonymity import kept_at, recorded_at
from shared.applications.journals import repository
from shared.applications.records import OpenCase, context
from shared.db import new_id
from shared.personal import salted_digest
from shared.procedure import Text
from shared.procedure.wording import WORDING
from shared.web import Actor


async def enter_annulment(
    session: AsyncSession, case: OpenCase, reason: Text, note: str | None, actor: Actor, *, at: datetime
) -> int | None:
    """Add a row after the application's last one, and give its number; None where the journal has no row of it."""
    row = await repository.last_of(session, case.id)
    while row is not None and (newer := await repository.newer(session, row)) is not None:
        volume = {"provider": row.provider, "journal": row.journal, "volume": row.volume}
        row = await repository.row(session, volume, year=newer.year, number=newer.number)
    if row is None:
        return None
    before = case.person.open_json(context("journal_rows", "content", row.id), row.content)
    words = f"{WORDING['status']['result-annulled'].kk}: {reason.kk}"
    content = {
        "values": before["values"] if row.corrects else before,
        "reason": f"{words}. {note}" if note else words,
        "by": actor.name,
    }
    id_ = new_id()
    place = context("journal_rows", "content", id_)
    plain = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return await repository.correct(session, {
        "provider": row.provider, "journal": row.journal, "volume": row.volume,
        "year": at.astimezone(ZoneInfo(case.file.provider.zone)).year, "id": id_, "application": case.id,
        "person": case.person.id, "at": kept_at(case.engine, at),
        "recorded_at": recorded_at(case.engine, at), "corrects": row.id, "content": case.person.seal(place, plain),
        "digest": salted_digest(case.person.salt(place), plain),
    })  # fmt: skip
