"""Find who works at the caller's provider now, for those who give tasks out."""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.staff.repository import StaffRepository
from auth.staff.service import StaffMember, member
from shared.errors import Forbidden, NotFound
from shared.personal import Persons
from shared.web import Actor

_SUPERVISOR: Final = "supervisor"


class SupervisorOnly(Forbidden):
    """Only a provider's supervisors see who works there."""

    code = "supervisor-only"


class ColleagueNotFound(NotFound):
    """Nobody with this account works at the supervisor's provider now."""

    code = "colleague-not-found"


class Staff:
    """One supervisor's colleagues, himself among them."""

    def __init__(self, session: AsyncSession, persons: Persons, actor: Actor) -> None:
        if actor.kind != "staff" or actor.bin is None or _SUPERVISOR not in actor.roles:
            raise SupervisorOnly
        self._session, self._persons, self._bin = session, persons, actor.bin
        self._staff = StaffRepository(session)

    async def listed(self, *, role: str | None, after: UUID | None, limit: int) -> list[StaffMember]:
        rows = await self._staff.working_at(self._bin, role=role, after=after, limit=limit)
        persons = await self._persons.get_many(self._session, [row.person_id for row in rows])
        return [member(row, persons[row.person_id]) for row in rows]

    async def one(self, account_id: UUID) -> StaffMember:
        row = await self._staff.by_id(account_id)
        if row is None or row.bin != self._bin or not row.active:
            raise ColleagueNotFound
        return member(row, await self._persons.get(self._session, row.person_id))
