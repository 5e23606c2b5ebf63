"""Notices: every refusal and every result is told in a numbered notice, kept in the cabinet in three languages.

So is what a provider does with a time that it gave: that it cancels or moves it, or that the person missed it.

The numbers of processes (akmola 7, zhambyl 6 or 7; result 8 or 7) are the regulation's.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.db import new_id
from shared.procedure import Notice

_FORM = text("""
    INSERT INTO notices (id, number, person, applicant, application, kind, process, content, at)
    VALUES (:id, CAST(:number_start AS text) || lpad(nextval('notice_numbers')::text, 7, '0'), :person, :applicant,
            :application, :kind, :process, :content, :at)
""")


async def form_notice(
    session: AsyncSession, office: Office, case: OpenCase, notice: Notice, *, at: datetime, note: str | None = None
) -> None:
    """Form and keep a notice; its words are sealed, since a refusal may tell of the person's health."""
    id_ = new_id()
    year = at.astimezone(ZoneInfo(case.file.provider.zone)).year
    ground = case.edition.ground(notice.ground) if notice.ground and notice.ground_text is None else None
    ground_text = ground.text if ground else notice.ground_text
    content = {
        "text": notice.text.to_json(),
        "condition": notice.condition,
        "ground": notice.ground,
        "ground_kind": ground.kind if ground else None,
        "ground_text": ground_text.to_json() if ground_text else None,
        "note": note,
    }
    await session.execute(
        _FORM,
        {
            "id": id_,
            "number_start": f"{office.prefix.upper()}-N-{year}-",
            "person": case.person.id,
            "applicant": case.applicant,
            "application": case.id,
            "kind": notice.kind,
            "process": notice.process,
            "content": case.person.seal_json(context("notices", "content", id_), content),
            "at": at,
        },
    )
