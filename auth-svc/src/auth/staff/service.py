"""Administer staff: make accounts, give roles, close accounts. A closed account has no session any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.administrator import ROLE, Administrator
from auth.audit.service import AuditTrail, Deed
from auth.law import Law
from auth.providers.repository import ProviderRepository
from auth.rows import AnyRow
from auth.sessions.service import Sessions
from auth.settings import Settings
from auth.staff.errors import OrganisationNotFound, OwnAccount, RoleUnknown, StaffExists, StaffNotFound
from auth.staff.repository import StaffRepository
from shared.db import new_id
from shared.personal import Iin, Person, Persons


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    iin: Iin
    bin: str
    name: str
    language: str
    roles: frozenset[str]
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """None leaves as it is."""

    name: str | None = None
    roles: frozenset[str] | None = None
    active: bool | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    id: UUID
    iin: str
    bin: str
    name: str
    language: str
    roles: tuple[str, ...]
    active: bool
    created_at: datetime


class StaffAdministration:
    """In one transaction of the caller's."""

    def __init__(self, session: AsyncSession, *, persons: Persons, law: Law, settings: Settings) -> None:
        self._session = session
        self._staff = StaffRepository(session)
        self._providers = ProviderRepository(session)
        self._persons = persons
        self._law = law
        self._settings = settings

    async def hire(self, new: NewStaff, by: Administrator, now: datetime) -> StaffMember:
        region = await self._providers.region_of(new.bin)
        if not by.administers(new.bin, region):
            raise OrganisationNotFound
        return await self.add(new, by=by.account_id, now=now)

    async def add(self, new: NewStaff, *, by: UUID | None, now: datetime) -> StaffMember:
        """Without asking who may: nobody's `by` is the operator of the machine."""
        await self._check_roles(new.roles, new.bin)
        person = await self._persons.ensure(self._session, new.iin)
        row = await self._staff.add(_values(new, person, now))
        if row is None:
            raise StaffExists
        await self._record("staff-added", row.id, by, now, {"bin": row.bin, "roles": row.roles})
        return member(row, person)

    async def change(self, account_id: UUID, change: Change, by: Administrator, now: datetime) -> StaffMember:
        row = await self._seen(account_id, by)
        if change.roles is not None:
            await self._check_roles(change.roles, row.bin)
        if account_id == by.account_id and (change.active is False or ROLE not in (change.roles or {ROLE})):
            raise OwnAccount
        person = await self._persons.get(self._session, row.person_id)
        changed = await self._staff.change(account_id, _changes(change, person, row, now))
        await self._end_sessions(account_id, change, now)
        await self._record("staff-changed", account_id, by.account_id, now, _facts(change))
        return member(changed, person)

    async def seen_by(
        self, by: Administrator, *, only: str | None, after: UUID | None, limit: int
    ) -> list[StaffMember]:
        rows = await self._staff.seen_by(by.bin, by.regions, only=only, after=after, limit=limit)
        persons = await self._persons.get_many(self._session, [row.person_id for row in rows])
        return [member(row, persons[row.person_id]) for row in rows]

    async def _seen(self, account_id: UUID, by: Administrator) -> AnyRow:
        row = await self._staff.lock(account_id)
        if row is None or not by.administers(row.bin, await self._providers.region_of(row.bin)):
            raise StaffNotFound
        return row

    async def _check_roles(self, roles: frozenset[str], organisation: str) -> None:
        region = await self._providers.region_of(organisation)
        operated = await self._providers.operated_by(organisation)
        known = self._law.roles(operated | ({region} if region else set()))
        if unknown := roles - known:
            raise RoleUnknown(sorted(unknown), sorted(known))

    async def _end_sessions(self, account_id: UUID, change: Change, now: datetime) -> None:
        sessions = Sessions(self._session, self._settings)
        if change.active is False:
            await sessions.end_all(account_id, "account-closed", now)
        elif change.password_hash is not None:
            await sessions.end_all(account_id, "password-reset", now)

    async def _record(
        self, name: str, account_id: UUID, actor: UUID | None, now: datetime, facts: dict[str, Any]
    ) -> None:
        deed = Deed(name=name, at=now, account_id=account_id, actor_id=actor, facts=facts)
        await AuditTrail(self._session).record(deed)


def member(row: AnyRow, person: Person) -> StaffMember:
    return StaffMember(
        id=row.id,
        iin=person.open(f"staff.iin:{row.id}", row.iin).decode(),
        bin=row.bin,
        name=person.open(f"staff.name:{row.id}", row.name).decode(),
        language=row.language,
        roles=tuple(row.roles),
        active=row.active,
        created_at=row.created_at,
    )


def _values(new: NewStaff, person: Person, now: datetime) -> dict[str, Any]:
    key = new_id()
    return {
        "id": key,
        "person_id": person.id,
        "bin": new.bin,
        "iin": person.seal(f"staff.iin:{key}", new.iin.value),
        "name": person.seal(f"staff.name:{key}", new.name),
        "language": new.language,
        "roles": sorted(new.roles),
        "active": True,
        "password_hash": new.password_hash,
        "password_version": 1,
        "created_at": now,
        "changed_at": now,
    }


def _changes(change: Change, person: Person, row: AnyRow, now: datetime) -> dict[str, Any]:
    new_password = change.password_hash is not None
    wanted = {
        "name": None if change.name is None else person.seal(f"staff.name:{row.id}", change.name),
        "roles": None if change.roles is None else sorted(change.roles),
        "active": change.active,
        "password_hash": change.password_hash,
        "password_version": row.password_version + 1 if new_password else None,
    }
    return {"changed_at": now} | {name: value for name, value in wanted.items() if value is not None}


def _facts(change: Change) -> dict[str, Any]:
    """Without the name, and without the hash."""
    facts: dict[str, Any] = {"password_reset": change.password_hash is not None, "renamed": change.name is not None}
    if change.roles is not None:
        facts["roles"] = sorted(change.roles)
    if change.active is not None:
        facts["active"] = change.active
    return facts
