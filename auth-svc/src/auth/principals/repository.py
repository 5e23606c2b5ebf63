"""The living session with its account and the key that opens it, in one statement, which is asked all the time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.rows import AnyRow
from auth.sessions.models import sessions
from auth.staff.models import staff
from auth.users.models import citizens
from shared.personal import person_keys

session_table, staff_table, citizen_table = sessions.c, staff.c, citizens.c

_LIVING = (
    select(
        session_table.id,
        session_table.kind,
        session_table.account_id,
        session_table.acr,
        func.coalesce(citizen_table.person_id, staff_table.person_id).label("person_id"),
        func.coalesce(citizen_table.iin, staff_table.iin).label("iin"),
        func.coalesce(citizen_table.language, staff_table.language).label("language"),
        staff_table.name,
        staff_table.bin,
        staff_table.roles,
        person_keys.c.key_name,
        person_keys.c.wrapped,
    )
    .outerjoin(citizens, and_(session_table.kind == "citizen", citizen_table.id == session_table.account_id))
    .outerjoin(
        staff, and_(session_table.kind == "staff", staff_table.id == session_table.account_id, staff_table.active)
    )
    .join(
        person_keys,
        and_(
            person_keys.c.id == func.coalesce(citizen_table.person_id, staff_table.person_id),
            person_keys.c.wrapped.is_not(None),
        ),
    )
    .where(
        session_table.id == bindparam("session"),
        session_table.ended_at.is_(None),
        session_table.expires_at > bindparam("now"),
        or_(citizen_table.id.is_not(None), staff_table.id.is_not(None)),
    )
)


class PrincipalRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def living(self, session_id: UUID, now: datetime) -> AnyRow | None:
        found = await self._session.execute(_LIVING, {"session": session_id, "now": now})
        return found.first()
