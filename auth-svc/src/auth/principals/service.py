"""Tell who a session is, from what the database holds now: roles that were taken away are not told any more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.principals.repository import PrincipalRepository
from auth.rows import AnyRow
from shared.db import parse_public_id
from shared.errors import NotFound
from shared.personal import Person, Persons


class SessionEnded(NotFound):
    """It never was, ended, ran out, or its account was closed: all alike."""

    code = "session-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    kind: str
    account_id: UUID
    session_id: UUID
    iin: str
    acr: str
    bin: str | None
    roles: tuple[str, ...]
    name: str | None
    language: str


class Principals:
    def __init__(self, session: AsyncSession, persons: Persons) -> None:
        self._principals = PrincipalRepository(session)
        self._persons = persons

    async def of(self, session_id: str, now: datetime) -> Principal:
        try:
            key = parse_public_id("aut", session_id)
            row = await self._principals.living(key, now)
            if row is None:
                raise SessionEnded
            person = self._persons.person(id=row.person_id, key_name=row.key_name, wrapped=row.wrapped)
            return _principal(row, person)
        except NotFound as error:
            raise SessionEnded from error


def _principal(row: AnyRow, person: Person) -> Principal:
    staff = row.kind == "staff"
    iin = person.open(f"staff.iin:{row.account_id}" if staff else f"citizens.iin:{row.person_id}", row.iin)
    return Principal(
        kind=row.kind,
        account_id=row.account_id,
        session_id=row.id,
        iin=iin.decode(),
        acr=row.acr,
        bin=row.bin,
        roles=tuple(row.roles or ()),
        name=person.open(f"staff.name:{row.account_id}", row.name).decode() if staff else None,
        language=row.language,
    )
